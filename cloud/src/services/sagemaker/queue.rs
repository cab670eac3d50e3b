//! The queue of an asynchronous endpoint, which empties on the clock.
//!
//! An instance takes one request after the other, each for the same time. Between two calls nothing runs: the queue is
//! brought up to an instant when a call looks at it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A minute in milliseconds: metrics are published for each.
pub const MINUTE_MS: i64 = 60_000;

/// The queue.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Queue {
    /// The instant up to which it was brought, in milliseconds since the Unix epoch.
    pub advanced_ms: i64,
    /// How long an instance takes for a request, in milliseconds.
    pub processing_ms: i64,
    /// How much of the next request is done, in milliseconds of an instance.
    progress_ms: i64,
    /// When each request expires that is processed or waits, in milliseconds since the Unix epoch.
    waiting: Vec<i64>,
    /// The minutes that were not idle, by their beginning.
    minutes: BTreeMap<i64, Minute>,
}

/// A minute of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Minute {
    /// The number of requests that were processed or waited at its end.
    pub backlog: u64,
    /// The number of requests that were finished.
    pub processed: u64,
}

/// The instances that work on the queue from an instant on, and the instant at which their number may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The number of instances.
    pub instances: i64,
    /// The end, in milliseconds since the Unix epoch.
    pub until_ms: i64,
}

impl Queue {
    /// Adds a request that has arrived now. The queue must have been brought up to now.
    pub fn add(&mut self, expires_ms: i64) {
        self.waiting.push(expires_ms);
        self.note(self.advanced_ms);
    }

    /// Drops all requests, as AWS does with the endpoint.
    pub fn drop_all(&mut self) {
        if !self.waiting.is_empty() {
            self.waiting.clear();
            self.note(self.advanced_ms);
        }
        self.progress_ms = 0;
    }

    /// Returns what a minute saw; `at_ms` is its beginning.
    pub fn minute(&self, at_ms: i64) -> Minute {
        self.minutes.get(&at_ms).copied().unwrap_or_default()
    }

    /// Forgets the minutes before an instant.
    pub fn forget_before(&mut self, ms: i64) {
        self.minutes.retain(|minute, _| *minute >= ms);
    }

    /// Brings the queue up to an instant.
    pub fn advance(&mut self, to_ms: i64, capacity: impl Fn(i64) -> Capacity) {
        while self.advanced_ms < to_ms {
            let Some(first_expiry) = self.waiting.iter().copied().min() else {
                self.advanced_ms = to_ms;
                break;
            };
            let now = self.advanced_ms;
            let Capacity { instances, until_ms } = capacity(now);
            let working = instances.min(i64::try_from(self.waiting.len()).unwrap_or(i64::MAX)).max(0);
            let mut next = to_ms.min(until_ms).min(minute_of(now) + MINUTE_MS).min(first_expiry.max(now + 1));
            if working > 0 {
                let left = (self.processing_ms - self.progress_ms).max(0);
                next = next.min(now + (left + working - 1) / working);
            }
            self.progress_ms += (next - now) * working;
            self.advanced_ms = next;
            if working > 0 && self.progress_ms >= self.processing_ms {
                self.progress_ms -= self.processing_ms;
                self.waiting.remove(0);
                self.minutes.entry(minute_of(next - 1)).or_default().processed += 1;
            }
            self.waiting.retain(|expires_ms| *expires_ms > next);
            if self.waiting.is_empty() {
                self.progress_ms = 0;
            }
            self.note(next - 1);
        }
        // The minute that begins just now has its point, too.
        if !self.waiting.is_empty() {
            self.note(self.advanced_ms);
        }
    }

    fn note(&mut self, at_ms: i64) {
        let backlog = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        self.minutes.entry(minute_of(at_ms)).or_default().backlog = backlog;
    }
}

/// Returns the beginning of the minute of an instant.
pub fn minute_of(ms: i64) -> i64 {
    ms - ms.rem_euclid(MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(requests: usize) -> Queue {
        let mut queue = Queue { processing_ms: 45_000, ..Queue::default() };
        (0..requests).for_each(|_| queue.add(21_600_000));
        queue
    }

    fn instances(instances: i64) -> impl Fn(i64) -> Capacity {
        move |_| Capacity { instances, until_ms: i64::MAX }
    }

    #[test]
    fn an_instance_takes_one_request_after_the_other() {
        let mut queue = queue(3);
        queue.advance(200_000, instances(1));
        let seen: Vec<_> = (0..4).map(|n| queue.minute(n * MINUTE_MS)).collect();
        let minute = |backlog, processed| Minute { backlog, processed };
        assert_eq!(seen, [minute(2, 1), minute(1, 1), minute(0, 1), minute(0, 0)]);
    }

    #[test]
    fn the_number_of_looks_makes_no_difference() {
        let (mut once, mut often) = (queue(9), queue(9));
        once.advance(130_000, instances(2));
        (0..=130).for_each(|n| often.advance(n * 1000, instances(2)));
        assert_eq!(once.minutes, often.minutes);
        assert_eq!(once.waiting, often.waiting);
        assert_eq!(once.waiting.len(), 4);
    }

    #[test]
    fn nothing_is_processed_without_an_instance_and_old_requests_expire() {
        let mut queue = queue(2);
        queue.add(90_000);
        queue.advance(100_000, |at| Capacity { instances: i64::from(at >= 95_000), until_ms: 95_000.max(at + 1) });
        assert_eq!(queue.waiting.len(), 2);
        assert_eq!(queue.minute(0), Minute { backlog: 3, processed: 0 });
        queue.advance(142_000, instances(1));
        assert_eq!(queue.waiting.len(), 1);
    }
}
