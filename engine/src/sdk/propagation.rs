//! Eventual consistency: how long AWS may take to show a resource that it created.

use std::time::Duration;

use super::backoff::Backoff;

/// How long AWS may take to show a resource that it created. EC2 and IAM are eventually consistent; a new resource is usually
/// visible within seconds. AWS advises to read again for minutes, with growing delays (Amazon EC2 API Reference,
/// *Eventual consistency*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PropagationDelay(Duration);

impl PropagationDelay {
    /// The delay to expect of AWS itself.
    pub const AWS: Self = Self(Duration::from_secs(60));

    /// No delay: everything is visible at once.
    pub const NONE: Self = Self(Duration::ZERO);

    /// Creates a delay within which everything is visible.
    pub fn within(time: Duration) -> Self {
        Self(time)
    }

    /// Returns the time after which a resource that was never seen does not exist.
    pub fn max(self) -> Duration {
        self.0
    }

    /// Returns the delay of a configuration that AWS shows within `time`. Where everything is visible sooner than in AWS, this
    /// is sooner in the same measure.
    pub fn scaled_to(self, time: Duration) -> Self {
        Self(time.mul_f64(self.0.as_secs_f64() / Self::AWS.0.as_secs_f64()))
    }

    /// Returns the delays between reads of a resource that is not visible. They add up to [`max`](Self::max).
    pub fn delays(self) -> impl Iterator<Item = Duration> + Send {
        let (mut left, mut delays) = (self.0, Backoff::VISIBILITY.delays());
        std::iter::from_fn(move || {
            let delay = delays.next()?.min(left);
            left -= delay;
            (!delay.is_zero()).then_some(delay)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_add_up_to_the_longest_time() {
        let delays: Vec<_> = PropagationDelay::AWS.delays().collect();
        assert_eq!(delays.iter().sum::<Duration>(), Duration::from_secs(60));
        assert!(delays.iter().all(|delay| *delay <= Backoff::VISIBILITY.longest));
        assert_eq!(PropagationDelay::NONE.delays().count(), 0);
    }

    #[test]
    fn a_kind_with_a_longer_delay_has_it_in_the_measure_of_the_place() {
        let five_minutes = Duration::from_secs(300);
        assert_eq!(PropagationDelay::AWS.scaled_to(five_minutes).max(), five_minutes);
        let emulated = PropagationDelay::within(Duration::from_secs(2));
        assert_eq!(emulated.scaled_to(five_minutes).max(), Duration::from_secs(10));
        assert_eq!(PropagationDelay::NONE.scaled_to(five_minutes), PropagationDelay::NONE);
    }
}
