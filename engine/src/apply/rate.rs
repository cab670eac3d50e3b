//! A rate of calls that follows AWS: halved when AWS throttles, raised while calls succeed.

use std::time::Duration;

use tokio::time::Instant;

/// Calls a second at the start, and at most. EC2 refills 5 (write) to 20 (read) a second and has bursts of 100 to 200; a rate
/// that is too high for a service shows as throttling, and the rate follows.
pub(super) const FASTEST: f64 = 40.0;
/// Calls a second at least. A call that AWS throttles takes nothing from the limit, so that a rate above it costs calls and no
/// time; a rate far below it costs time as soon as the throttling is over.
pub(super) const SLOWEST: f64 = 10.0;

/// Calls a second at least, while no call has succeeded for [`HOPELESS_AFTER`]: more of them tell nothing new.
const SLOWEST_WHILE_HOPELESS: f64 = 1.0;
/// The time without any success after which calls are made that seldom.
const HOPELESS_AFTER: Duration = Duration::from_secs(120);

/// The time between two slow-downs: the lower rate has to show first whether it is low enough.
const SLOWED_EVERY: Duration = Duration::from_secs(1);
/// The time in which the rate doubles well below the rate that AWS throttled last.
const DOUBLED_IN: Duration = Duration::from_millis(1500);
/// The time in which it doubles near that rate, where the next throttling is to be expected.
const DOUBLED_IN_CAREFULLY: Duration = Duration::from_secs(30);
/// The share of the throttled rate up to which the rate rises fast.
const FAST_UP_TO: f64 = 0.8;

/// Calls a second.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: f64,
    /// The rate that AWS throttled last.
    throttled_at: f64,
    /// The time of the last slow-down.
    slowed: Option<Instant>,
    /// The time up to which successes have raised the rate.
    raised: Instant,
    /// The time of the last success, or of the start.
    last_success: Instant,
    /// Whether a call succeeded at this rate. Throttling without any success says nothing about the limit.
    succeeded: bool,
}

impl Rate {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            per_second: FASTEST,
            throttled_at: FASTEST,
            slowed: None,
            raised: now,
            last_success: now,
            succeeded: true,
        }
    }

    pub(super) fn per_second(&self) -> f64 {
        self.per_second
    }

    /// Slows down after AWS throttled a call that was started at a time. Of calls that were in flight together only the first
    /// one counts: the others were started at the old rate. Returns whether it slowed down.
    pub(super) fn on_throttle(&mut self, started: Instant, now: Instant) -> bool {
        let is_early = self.slowed.is_some_and(|slowed| now.duration_since(slowed) < SLOWED_EVERY);
        if is_early || self.is_outdated(started) {
            return false;
        }
        if self.succeeded {
            self.throttled_at = self.per_second;
        }
        let is_hopeless = now.duration_since(self.last_success) >= HOPELESS_AFTER;
        let slowest = if is_hopeless { SLOWEST_WHILE_HOPELESS } else { SLOWEST };
        self.per_second = (self.per_second / 2.0).max(slowest);
        self.slowed = Some(now);
        self.raised = now;
        self.succeeded = false;
        true
    }

    /// Speeds up after a call that was started at a time succeeded. Returns whether the rate changed.
    pub(super) fn on_success(&mut self, started: Instant, now: Instant) -> bool {
        if self.is_outdated(started) {
            return false;
        }
        self.succeeded = true;
        self.last_success = now;
        // The throttling is over: a rate far below the limit would cost time.
        self.per_second = self.per_second.max(SLOWEST);
        let passed = now.duration_since(self.raised).min(DOUBLED_IN);
        self.raised = now;
        if self.per_second >= FASTEST {
            return false;
        }
        let is_far = self.per_second < FAST_UP_TO * self.throttled_at;
        let doubled_in = if is_far { DOUBLED_IN } else { DOUBLED_IN_CAREFULLY };
        let factor = (passed.as_secs_f64() / doubled_in.as_secs_f64()).exp2();
        self.per_second = (self.per_second * factor).min(FASTEST);
        true
    }

    /// Returns whether a call was started before the last slow-down, so that its end says nothing about the present rate.
    fn is_outdated(&self, started: Instant) -> bool {
        self.slowed.is_some_and(|slowed| started <= slowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_were_throttled_together_slow_down_once() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut rate = Rate::new(start);
        for end in 100..164 {
            rate.on_throttle(start, at(end));
        }
        assert_eq!(rate.per_second(), FASTEST / 2.0);
        assert!(!rate.on_success(start, at(200)), "it was started at the old rate");
        rate.on_throttle(at(300), at(400));
        assert_eq!(rate.per_second(), FASTEST / 2.0, "the lower rate is given a second");
        rate.on_throttle(at(1300), at(1400));
        assert_eq!(rate.per_second(), FASTEST / 4.0);
    }

    #[test]
    fn calls_are_seldom_while_all_are_throttled_and_not_any_more_after_a_success() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut rate = Rate::new(start);
        (0..120).for_each(|second| assert!(rate.on_throttle(at(second), at(second))));
        assert_eq!(rate.per_second(), SLOWEST);
        (120..150).for_each(|second| assert!(rate.on_throttle(at(second), at(second))));
        assert_eq!(rate.per_second(), SLOWEST_WHILE_HOPELESS);
        assert!(rate.on_success(at(151), at(151)));
        assert!(rate.per_second() >= SLOWEST, "{}", rate.per_second());
        rate.on_throttle(at(153), at(153));
        assert!(rate.per_second() >= SLOWEST, "{}", rate.per_second());
    }

    #[test]
    fn the_rate_rises_while_calls_succeed_and_carefully_near_the_limit() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        for round in 0..20 {
            rate.on_throttle(start + Duration::from_secs(round), start + Duration::from_secs(round));
        }
        assert_eq!(rate.per_second(), SLOWEST);
        let mut now = start + Duration::from_secs(20);
        let mut reached = [None, None];
        for _ in 0..2000 {
            now += Duration::from_secs_f64(1.0 / rate.per_second());
            rate.on_success(now, now);
            for (index, goal) in [FAST_UP_TO * FASTEST, FASTEST].into_iter().enumerate() {
                if rate.per_second() >= goal {
                    reached[index].get_or_insert(now - start);
                }
            }
        }
        let seconds = |index: usize| reached[index].map_or(f64::MAX, |time: Duration| time.as_secs_f64());
        assert!(seconds(0) < 25.0, "{reached:?}");
        assert!(seconds(1) > seconds(0) + 5.0 && seconds(1) < seconds(0) + 15.0, "{reached:?}");
    }
}
