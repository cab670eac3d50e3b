//! The one policy of waiting: exponential, with jitter, so that callers that were throttled together do not retry in step.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// How the delays between attempts grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The shortest delay, before jitter. Jitter adds up to the delay itself.
    pub first: Duration,
    /// The longest delay, jitter included.
    pub longest: Duration,
    /// The factor from one delay to the next.
    pub factor: f32,
}

impl Backoff {
    /// Between attempts of a call that failed.
    pub const RETRY: Self = Self { first: Duration::from_millis(100), longest: Duration::from_secs(15), factor: 2.0 };
    /// Between reads of a resource that AWS is working on.
    pub const POLL: Self = Self { first: Duration::from_millis(40), longest: Duration::from_secs(10), factor: 1.4 };
    /// Between reads of a resource that AWS may not show yet.
    pub const VISIBILITY: Self =
        Self { first: Duration::from_millis(250), longest: Duration::from_secs(5), factor: 2.0 };

    /// Between runs that fail for lack of capacity, which is waited for during `wait`. AWS advises to wait some minutes. A short
    /// time is divided into at least as many delays.
    pub fn for_capacity(wait: Duration) -> Self {
        let first = (wait / 20).min(Duration::from_secs(30));
        Self { first, longest: (wait / 4).min(Duration::from_secs(300)), factor: 2.0 }
    }

    /// Returns the delays, without end.
    pub fn delays(self) -> impl Iterator<Item = Duration> + Send {
        let builder = ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_factor(self.factor)
            .with_jitter()
            .without_max_times();
        builder.build().map(move |delay| delay.min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_the_longest_and_differ_between_callers() {
        let delays = || Backoff::RETRY.delays().take(12).collect::<Vec<_>>();
        let (one, other) = (delays(), delays());
        assert!(one[0] >= Backoff::RETRY.first && one[0] <= Backoff::RETRY.first * 2, "{one:?}");
        assert_eq!(one[11], Backoff::RETRY.longest);
        assert_ne!(one, other, "throttled callers would retry in step");
    }

    #[test]
    fn delays_for_capacity_fit_the_time_to_wait() {
        let bounds = |wait| {
            let delays: Vec<_> = Backoff::for_capacity(Duration::from_secs(wait)).delays().take(12).collect();
            (delays[0].as_secs_f32(), delays[11].as_secs_f32())
        };
        let (first, last) = bounds(2 * 60 * 60);
        assert!((30.0..=60.0).contains(&first) && last == 300.0, "{first} {last}");
        let (first, last) = bounds(60);
        assert!((3.0..=6.0).contains(&first) && last == 15.0, "{first} {last}");
    }
}
