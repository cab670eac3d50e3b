//! Whether the right to write still stands.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Whether the right to write still stands. Workers ask it before every call that changes something, so that a process
/// that was frozen, or cut off from its backend, changes nothing once somebody else may have taken over.
#[derive(Clone, Debug)]
pub struct Lease(Arc<Mutex<Standing>>);

#[derive(Debug)]
struct Standing {
    /// Until when it stands without another renewal; `None`: as long as the process lives.
    until: Option<Instant>,
    lost: Option<String>,
}

impl Lease {
    /// A right that stands as long as the process lives.
    pub fn of_process() -> Self {
        Self(Arc::new(Mutex::new(Standing { until: None, lost: None })))
    }

    /// A right that stands until this instant, and longer if it is renewed.
    pub fn until(until: Instant) -> Self {
        Self(Arc::new(Mutex::new(Standing { until: Some(until), lost: None })))
    }

    /// It was renewed. What was lost stays lost.
    pub fn renew(&self, until: Instant) {
        self.standing().until = Some(until);
    }

    /// Somebody else has it, or may have it.
    pub fn lose(&self, why: impl Into<String>) {
        self.standing().lost.get_or_insert(why.into());
    }

    /// Why the right to write does not stand any more; `None` while it stands.
    pub fn lost(&self) -> Option<String> {
        let mut standing = self.standing();
        if standing.lost.is_none()
            && let Some(late) = standing.until.and_then(|until| Instant::now().checked_duration_since(until))
            && late > Duration::ZERO
        {
            let seconds = late.as_secs().max(1);
            standing.lost = Some(format!("it was not renewed in time, and ended {seconds} s ago"));
        }
        standing.lost.clone()
    }

    fn standing(&self) -> std::sync::MutexGuard<'_, Standing> {
        // No invariant spans the two fields.
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
        assert!(past.lost().is_some());
        past.renew(Instant::now() + Duration::from_secs(60));
        assert!(past.lost().is_some(), "somebody else may have taken over meanwhile");
        assert_eq!(Lease::of_process().lost(), None);
    }
}
