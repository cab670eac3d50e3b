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

/// How many calls may be made at once after a rest.
const BURST: f64 = 100.0;
/// Calls a second to begin with. EC2 refills 5 (write) to 20 (read) a second and has bursts of 100 to 200; what is too
/// fast for a service shows as throttling, and the pace follows.
const RATE: f64 = 40.0;
const SLOWEST: f64 = 0.5;

impl Pace {
    /// Waits for a call's turn. `kind` is a kind's name; what stands before its `_` is the service.
    pub(super) async fn turn(&self, kind: &str, class: Class) {
        let wait = self.with(kind, class, |bucket| {
            let now = Instant::now();
            let refilled = bucket.tokens + now.duration_since(bucket.filled).as_secs_f64() * bucket.rate;
            bucket.tokens = refilled.min(BURST) - 1.0;
            bucket.filled = now;
            if bucket.tokens < 0.0 { -bucket.tokens / bucket.rate } else { 0.0 }
        });
        if wait > 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(wait)).await;
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

    #[tokio::test(start_paused = true)]
    async fn bursts_go_through_and_throttling_slows_down() {
        let pace = Pace::default();
        let begin = Instant::now();
        for _ in 0..100 {
            pace.turn("ec2_vpc", Class::Write).await;
        }
        assert!(begin.elapsed() < Duration::from_millis(10));
        pace.throttled("ec2_subnet", Class::Write);
        let begin = Instant::now();
        pace.turn("ec2_vpc", Class::Write).await;
        pace.turn("ec2_vpc", Class::Write).await;
        assert!(begin.elapsed() >= Duration::from_millis(90), "{:?}", begin.elapsed());
        let begin = Instant::now();
        pace.turn("iam_role", Class::Write).await;
        assert!(begin.elapsed() < Duration::from_millis(10), "another service is not slowed down");
    }
}
