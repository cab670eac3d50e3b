//! Whether the right to write still stands.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Whether the right to write still stands. Workers ask it before every call that changes something, so that a process
/// that was frozen, or cut off from its backend, changes nothing once somebody else may have taken over.
#[derive(Clone, Debug)]
pub struct Lease(Arc<Mutex<Standing>>);

#[derive(Debug)]
struct Standing {
    /// Until when it stands without another renewal; `None`: as long as the process lives.
    until: Option<Until>,
    /// What kept it from being renewed the last time.
    trouble: Option<String>,
    lost: Option<String>,
}

/// An instant on two clocks: the steady one stands still while the machine sleeps, the wall clock can be set back.
/// Whichever is there first ends the lease.
#[derive(Debug)]
struct Until {
    steady: Instant,
    wall: Option<SystemTime>,
}

impl Until {
    fn new(steady: Instant) -> Self {
        let left = steady.saturating_duration_since(Instant::now());
        Self { steady, wall: SystemTime::now().checked_add(left) }
    }

    /// How long ago it was, if it is over.
    fn over(&self) -> Option<Duration> {
        let steady = Instant::now().checked_duration_since(self.steady);
        let wall = self.wall.and_then(|wall| SystemTime::now().duration_since(wall).ok());
        steady.max(wall).filter(|late| *late > Duration::ZERO)
    }
}

impl Lease {
    /// A right that stands as long as the process lives.
    pub fn of_process() -> Self {
        Self::new(None)
    }

    /// A right that stands until this instant, and longer if it is renewed.
    pub fn until(until: Instant) -> Self {
        Self::new(Some(Until::new(until)))
    }

    fn new(until: Option<Until>) -> Self {
        Self(Arc::new(Mutex::new(Standing { until, trouble: None, lost: None })))
    }

    /// It was renewed. What was lost stays lost.
    pub fn renew(&self, until: Instant) {
        let _ = self.lost();
        let mut standing = self.check_lease();
        (standing.until, standing.trouble) = (Some(Until::new(until)), None);
    }

    /// It could not be renewed this time: told if it ends before the next.
    pub fn trouble(&self, why: impl Into<String>) {
        self.check_lease().trouble = Some(why.into());
    }

    /// Somebody else has it, or may have it.
    pub fn lose(&self, why: impl Into<String>) {
        self.check_lease().lost.get_or_insert(why.into());
    }

    /// Why the right to write does not stand any more; `None` while it stands.
    pub fn lost(&self) -> Option<String> {
        let mut standing = self.check_lease();
        if standing.lost.is_none()
            && let Some(late) = standing.until.as_ref().and_then(Until::over)
        {
            let seconds = late.as_secs().max(1);
            let trouble = standing.trouble.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            standing.lost = Some(format!("it was not renewed in time, and ended {seconds} s ago{trouble}"));
        }
        standing.lost.clone()
    }

    fn check_lease(&self) -> std::sync::MutexGuard<'_, Standing> {
        // No invariant spans the fields.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_ended_is_lost_for_good() {
        let lease = Lease::until(Instant::now() + Duration::from_secs(60));
        assert_eq!(lease.lost(), None);
        let past = Lease::until(Instant::now() - Duration::from_secs(1));
        past.renew(Instant::now() + Duration::from_secs(60));
        assert!(past.lost().is_some(), "somebody else may have taken over meanwhile");
        assert_eq!(Lease::of_process().lost(), None);
    }

    #[test]
    fn a_machine_that_slept_has_lost_its_lease() {
        let lease = Lease::until(Instant::now() + Duration::from_secs(60));
        let wall = SystemTime::now().checked_sub(Duration::from_secs(9));
        lease.check_lease().until = Some(Until { steady: Instant::now() + Duration::from_secs(60), wall });
        lease.trouble("ExpiredToken");
        let why = lease.lost().unwrap();
        assert!(why.contains("ended 9 s ago: ExpiredToken"), "{why}");
    }
}
