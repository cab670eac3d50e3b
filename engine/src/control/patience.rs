//! How long to wait for capacity.

use std::time::Duration;

use tokio::time::Instant;

use crate::sdk::Backoff;

/// How long runs are repeated that fail for lack of capacity.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The time to wait, from the first lack of capacity.
    pub wait: Duration,
    /// Whether a later run may only change resources that the first plan changes: a person confirmed that plan and no other.
    pub within_first_plan: bool,
}

/// The time that is left to wait.
pub(super) struct Remaining {
    start: Instant,
    wait: Duration,
    delays: Box<dyn Iterator<Item = Duration> + Send>,
}

impl Remaining {
    /// Starts to count.
    pub(super) fn of(wait: Duration) -> Self {
        Self { start: Instant::now(), wait, delays: Box::new(Backoff::for_capacity(wait).delays()) }
    }

    /// Returns the delay before the next run, or `None` if the time is over. The last run starts when the time ends.
    pub(super) fn next_delay(&mut self) -> Option<Duration> {
        self.next_delay_after(self.waited())
    }

    fn next_delay_after(&mut self, waited: Duration) -> Option<Duration> {
        let left = self.wait.saturating_sub(waited);
        if left.is_zero() { None } else { Some(self.delays.next()?.min(left)) }
    }

    /// Returns the time since the start.
    pub(super) fn waited(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_starts_when_the_time_ends() {
        let wait = Duration::from_secs(30 * 60);
        let mut remaining = Remaining::of(wait);
        let (mut waited, mut runs) = (Duration::ZERO, 0);
        while let Some(delay) = remaining.next_delay_after(waited) {
            waited += delay;
            runs += 1;
        }
        assert_eq!(waited, wait);
        assert!((7..=15).contains(&runs), "{runs}");
        assert_eq!(remaining.next_delay_after(wait + Duration::from_secs(600)), None, "a run may take longer");
    }
}
