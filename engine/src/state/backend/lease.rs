//! Leases: the right to write, and its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The right to write. Workers check it before every call that changes something, so that a process that was frozen, or cut
/// off from its backend, changes nothing once another one may have taken over.
#[derive(Clone, Debug)]
pub struct Lease(Arc<Mutex<LeaseState>>);

#[derive(Debug)]
struct LeaseState {
    /// The end without another renewal; `None` for a lease that lasts as long as the process.
    deadline: Option<Deadline>,
    /// The error of the last attempt to renew it.
    renewal_error: Option<String>,
    /// The reason why it expired or was revoked.
    expired: Option<String>,
}

/// An instant on two clocks. The monotonic clock stops while the machine sleeps, and the wall clock can be set back. The
/// clock that is first ends the lease.
#[derive(Debug)]
struct Deadline {
    monotonic: Instant,
    wall: Option<SystemTime>,
}

impl Deadline {
    fn new(monotonic: Instant) -> Self {
        let left = monotonic.saturating_duration_since(Instant::now());
        Self { monotonic, wall: SystemTime::now().checked_add(left) }
    }

    /// Returns the time since the deadline, if it has passed.
    fn passed(&self) -> Option<Duration> {
        let monotonic = Instant::now().checked_duration_since(self.monotonic);
        let wall = self.wall.and_then(|wall| SystemTime::now().duration_since(wall).ok());
        monotonic.max(wall).filter(|late| *late > Duration::ZERO)
    }
}

impl Lease {
    /// Creates a lease that lasts as long as the process.
    pub fn of_process() -> Self {
        Self::new(None)
    }

    /// Creates a lease that lasts until an instant, or longer if it is renewed.
    pub fn until(end: Instant) -> Self {
        Self::new(Some(Deadline::new(end)))
    }

    fn new(deadline: Option<Deadline>) -> Self {
        Self(Arc::new(Mutex::new(LeaseState { deadline, renewal_error: None, expired: None })))
    }

    /// Extends the lease. One that has expired stays expired.
    pub fn renew(&self, end: Instant) {
        let _ = self.expired();
        let mut state = self.state();
        (state.deadline, state.renewal_error) = (Some(Deadline::new(end)), None);
    }

    /// Notes why a renewal failed. The reason is reported if the lease ends before the next renewal.
    pub fn renewal_failed(&self, reason: impl Into<String>) {
        self.state().renewal_error = Some(reason.into());
    }

    /// Ends the lease: another process has it, or may have it.
    pub fn revoke(&self, reason: impl Into<String>) {
        self.state().expired.get_or_insert(reason.into());
    }

    /// Returns why the lease has ended; `None` while it lasts.
    pub fn expired(&self) -> Option<String> {
        let mut state = self.state();
        if state.expired.is_none()
            && let Some(late) = state.deadline.as_ref().and_then(Deadline::passed)
        {
            let seconds = late.as_secs().max(1);
            let cause = state.renewal_error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            state.expired = Some(format!("it was not renewed in time, and ended {seconds} s ago{cause}"));
        }
        state.expired.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, LeaseState> {
        // No invariant spans the fields.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_lease_cannot_be_renewed() {
        let lease = Lease::until(Instant::now() + Duration::from_secs(60));
        assert_eq!(lease.expired(), None);
        let past = Lease::until(Instant::now() - Duration::from_secs(1));
        past.renew(Instant::now() + Duration::from_secs(60));
        assert!(past.expired().is_some(), "another process may have taken over meanwhile");
        assert_eq!(Lease::of_process().expired(), None);
    }

    #[test]
    fn a_lease_expires_while_the_machine_sleeps() {
        let lease = Lease::until(Instant::now() + Duration::from_secs(60));
        let wall = SystemTime::now().checked_sub(Duration::from_secs(9));
        lease.state().deadline = Some(Deadline { monotonic: Instant::now() + Duration::from_secs(60), wall });
        lease.renewal_failed("ExpiredToken");
        let reason = lease.expired().unwrap();
        assert!(reason.contains("ended 9 s ago: ExpiredToken"), "{reason}");
    }
}
