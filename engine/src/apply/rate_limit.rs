//! Rate limits: a token bucket for each service and sort of call, which slows down when AWS throttles.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::sdk::{Error, ErrorKind};

/// The sorts of calls that AWS limits apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CallKind {
    Read,
    Write,
}

/// The rate limits of all calls of a process.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    buckets: Mutex<HashMap<(String, CallKind), Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    /// Calls a second.
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// Takes a token and returns how long to wait for it.
    fn take(&mut self, now: Instant) -> Duration {
        let refilled = self.tokens + now.duration_since(self.filled).as_secs_f64() * self.rate;
        self.tokens = refilled.min(BURST) - 1.0;
        self.filled = now;
        Duration::from_secs_f64((-self.tokens / self.rate).max(0.0))
    }
}

/// How many calls may be made at once after a rest.
const BURST: f64 = 100.0;
/// Calls a second at the start. EC2 refills 5 (write) to 20 (read) a second and has bursts of 100 to 200; a rate that is too
/// high for a service shows as throttling, and the limit follows.
const RATE: f64 = 40.0;
const SLOWEST: f64 = 0.5;

impl RateLimiter {
    /// Waits until a call may be made. `kind` is the name of a kind; the part before its `_` is the service.
    pub(super) async fn acquire(&self, kind: &str, call: CallKind) {
        let wait = self.with(kind, call, |bucket| bucket.take(Instant::now()));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Halves the rate if AWS throttled a call.
    pub(super) fn on_error(&self, kind: &str, call: CallKind, error: &Error) {
        if error.kind == ErrorKind::Throttled {
            self.on_throttle(kind, call);
        }
    }

    fn on_throttle(&self, kind: &str, call: CallKind) {
        self.with(kind, call, |bucket| {
            bucket.rate = (bucket.rate / 2.0).max(SLOWEST);
            bucket.tokens = bucket.tokens.min(0.0);
        });
    }

    /// Raises the rate a little after a call that succeeded.
    pub(super) fn on_success(&self, kind: &str, call: CallKind) {
        self.with(kind, call, |bucket| bucket.rate = (bucket.rate * 1.05).min(RATE));
    }

    fn with<T>(&self, kind: &str, call: CallKind, act: impl FnOnce(&mut Bucket) -> T) -> T {
        let service = kind.split('_').next().unwrap_or(kind).to_owned();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((service, call)).or_insert_with(|| Bucket {
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
    fn bursts_pass_and_throttling_slows_one_service_down() {
        let limiter = RateLimiter::default();
        let now = Instant::now();
        let take = |kind: &str, later: Duration| limiter.with(kind, CallKind::Write, |bucket| bucket.take(now + later));
        for _ in 0..100 {
            assert_eq!(take("ec2_vpc", Duration::ZERO), Duration::ZERO);
        }
        limiter.on_throttle("ec2_subnet", CallKind::Write);
        let second = take("ec2_vpc", Duration::ZERO) + take("ec2_vpc", Duration::ZERO);
        assert!(second >= Duration::from_secs_f64(2.0 / RATE), "{second:?}");
        assert_eq!(take("iam_role", Duration::ZERO), Duration::ZERO, "another service is not slowed down");
        assert_eq!(take("ec2_vpc", Duration::from_secs(60)), Duration::ZERO, "after a rest it goes on");
    }
}
