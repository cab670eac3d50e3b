//! Pacing: a token bucket for each service and class of operation, which slows down when AWS throttles.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Whether a call reads or writes; AWS counts them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Read,
    Write,
}

/// The pace of all calls of a process.
#[derive(Debug, Default)]
pub(super) struct Pace {
    buckets: Mutex<HashMap<(String, Class), Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    /// Calls a second.
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// Takes a token and answers how long to wait for it.
    fn take(&mut self, now: Instant) -> Duration {
        let refilled = self.tokens + now.duration_since(self.filled).as_secs_f64() * self.rate;
        self.tokens = refilled.min(BURST) - 1.0;
        self.filled = now;
        Duration::from_secs_f64((-self.tokens / self.rate).max(0.0))
    }
}

/// How many calls may be made at once after a rest.
const BURST: f64 = 100.0;
/// Calls a second to begin with. EC2 refills 5 (write) to 20 (read) a second and has bursts of 100 to 200; what is too
/// fast for a service shows as throttling, and the pace follows.
const RATE: f64 = 40.0;
const SLOWEST: f64 = 0.5;

impl Pace {
    /// Waits for a call's turn. `kind` is a kind's name; what stands before its `_` is the service.
    pub(super) async fn turn(&self, kind: &str, class: Class) {
        let wait = self.with(kind, class, |bucket| bucket.take(Instant::now()));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// AWS throttled a call: half the pace.
    pub(super) fn throttled(&self, kind: &str, class: Class) {
        self.with(kind, class, |bucket| {
            bucket.rate = (bucket.rate / 2.0).max(SLOWEST);
            bucket.tokens = bucket.tokens.min(0.0);
        });
    }

    /// A call went through: a little faster again.
    pub(super) fn went_through(&self, kind: &str, class: Class) {
        self.with(kind, class, |bucket| bucket.rate = (bucket.rate * 1.05).min(RATE));
    }

    fn with<T>(&self, kind: &str, class: Class, act: impl FnOnce(&mut Bucket) -> T) -> T {
        let service = kind.split('_').next().unwrap_or(kind).to_owned();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((service, class)).or_insert_with(|| Bucket {
            rate: RATE,
            tokens: BURST,
            filled: Instant::now(),
        });
        act(bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_go_through_and_throttling_slows_one_service_down() {
        let pace = Pace::default();
        let now = Instant::now();
        let take = |kind: &str, later: Duration| pace.with(kind, Class::Write, |bucket| bucket.take(now + later));
        for _ in 0..100 {
            assert_eq!(take("ec2_vpc", Duration::ZERO), Duration::ZERO);
        }
        pace.throttled("ec2_subnet", Class::Write);
        let second = take("ec2_vpc", Duration::ZERO) + take("ec2_vpc", Duration::ZERO);
        assert!(second >= Duration::from_secs_f64(2.0 / RATE), "{second:?}");
        assert_eq!(take("iam_role", Duration::ZERO), Duration::ZERO, "another service is not slowed down");
        assert_eq!(take("ec2_vpc", Duration::from_secs(60)), Duration::ZERO, "after a rest it goes on");
    }
}
