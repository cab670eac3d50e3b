//! The queue and its rate, mostly in virtual time: each step is given the time.

use std::collections::VecDeque;

use super::*;
use crate::apply::rate::{FASTEST, SLOWEST};

fn throttled() -> Result<(), Error> {
    Err(Error::new(ErrorKind::Throttled, "Rate exceeded"))
}

/// A service with a token bucket of its own, as EC2 has one.
struct Service {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
    throttled: u32,
}

impl Service {
    fn call(&mut self, now: Instant) -> Result<(), Error> {
        let earned = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + earned).min(self.burst);
        self.filled = now;
        if self.tokens < 1.0 {
            self.throttled += 1;
            return throttled();
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

/// Makes so many calls that take `latency` each and are repeated until they succeed. Returns how long it takes.
fn simulate(calls: usize, latency: Duration, mut answer: impl FnMut(Instant) -> Result<(), Error>) -> Duration {
    let bucket = Arc::new(Bucket::default());
    let start = Instant::now();
    let step = Duration::from_millis(5);
    let mut now = start;
    let mut places: VecDeque<_> = VecDeque::new();
    let mut flying: VecDeque<(Instant, Turn, Result<(), Error>)> = VecDeque::new();
    let mut wanted = calls;
    let mut done = 0;
    while done < calls {
        for _ in 0..std::mem::take(&mut wanted) {
            match bucket.take_or_wait(0, now) {
                Ok(turn) => flying.push_back((now + latency, turn, answer(now))),
                Err(place) => places.push_back(place),
            }
        }
        bucket.grant(now);
        places.retain_mut(|place| match place.granted.try_recv() {
            Ok(turn) => {
                flying.push_back((now + latency, turn, answer(now)));
                false
            }
            Err(_) => true,
        });
        while flying.front().is_some_and(|(ends, _, _)| *ends <= now) {
            let Some((_, turn, result)) = flying.pop_front() else { break };
            if result.is_ok() {
                done += 1
            } else {
                wanted += 1
            }
            turn.report_at(&result, now);
        }
        now += step;
        assert!(now - start < Duration::from_secs(3600), "{done} of {calls} after an hour");
    }
    now - start
}

#[test]
fn a_limit_below_our_rate_costs_at_most_twice_the_time_of_an_ideal_pacer() {
    for (per_second, burst, calls) in [(20.0, 100.0, 1000), (10.0, 20.0, 400), (5.0, 50.0, 300), (2.0, 2.0, 100)] {
        let filled = Instant::now();
        let mut service = Service { per_second, burst, tokens: burst, filled, throttled: 0 };
        let took = simulate(calls, Duration::from_millis(100), |now| service.call(now));
        let ideal = (calls as f64 - burst) / per_second;
        assert!(took.as_secs_f64() < 2.0 * ideal, "{per_second}/s: {took:?}, ideal {ideal:.0} s");
        let share = f64::from(service.throttled) / calls as f64;
        assert!(
            share < (1.5 * SLOWEST / per_second).max(1.0),
            "{per_second}/s: {} calls were throttled",
            service.throttled
        );
    }
}

#[test]
fn a_wide_layer_recovers_from_a_moment_of_throttling() {
    for burst in [20, 160, 500] {
        let mut calls = 0;
        let took = simulate(120, Duration::from_millis(50), |_| {
            calls += 1;
            if calls <= burst { throttled() } else { Ok(()) }
        });
        // As fast as allowed from the beginning.
        let ideal = ((f64::from(burst) + 120.0 - BURST) / FASTEST).max(1.0);
        let allowed = if burst <= 160 { 3.0 } else { 5.0 };
        assert!(took.as_secs_f64() < allowed * ideal, "{burst} throttled: {took:?}, ideal {ideal:.1} s");
    }
}

#[test]
fn a_burst_passes_and_no_more_than_so_many_calls_are_in_flight() {
    let bucket = Arc::new(Bucket::default());
    let now = Instant::now();
    let turns: Vec<_> = (0..200).map_while(|_| bucket.take_or_wait(0, now).ok()).collect();
    assert_eq!(turns.len(), IN_FLIGHT);
    drop(turns);
    bucket.grant(now);
    assert_eq!(bucket.state().in_flight, 0, "the one that waited was dropped");
}

#[test]
fn urgent_operations_are_next_and_equal_ones_in_their_order() {
    let bucket = Arc::new(Bucket::default());
    let now = Instant::now();
    bucket.state().tokens = 0.0;
    let mut places: Vec<_> = [1, 5, 5, 9].map(|urgency| bucket.take_or_wait(urgency, now).unwrap_err()).into();
    let mut order = Vec::new();
    for second in 1..=4 {
        bucket.state().tokens = 1.0;
        bucket.grant(now);
        for (index, place) in places.iter_mut().enumerate() {
            if place.granted.try_recv().is_ok() {
                order.push((second, index));
            }
        }
    }
    assert_eq!(order, [(1, 3), (2, 1), (3, 2), (4, 0)]);
}

#[test]
fn an_operation_that_stops_waiting_takes_no_turn_with_it() {
    let bucket = Arc::new(Bucket::default());
    let now = Instant::now();
    bucket.state().tokens = 0.0;
    let places: Vec<_> = (0..50).map(|_| bucket.take_or_wait(9, now).unwrap_err()).collect();
    let mut last = bucket.take_or_wait(1, now).unwrap_err();
    drop(places);
    bucket.state().tokens = 1.0;
    assert!(bucket.grant(now).is_none(), "nothing waits any more");
    assert!(last.granted.try_recv().is_ok());
}

#[tokio::test]
async fn waiting_operations_get_a_new_rate_at_once_and_one_service_does_not_slow_another() {
    let limiter = Arc::new(RateLimiter::default());
    let bucket = limiter.bucket("ec2_vpc", CallKind::Write);
    bucket.state().tokens = -1000.0;
    let waits = tokio::spawn({
        let limiter = Arc::clone(&limiter);
        async move { limiter.acquire("ec2_subnet", CallKind::Write, 0).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!waits.is_finished(), "the next token is earned in half a minute");
    drop(limiter.acquire("iam_role", CallKind::Write, 0).await);
    drop(limiter.acquire("ec2_vpc", CallKind::Read, 0).await);
    bucket.state().tokens = 1.0;
    bucket.changed.notify_one();
    tokio::time::timeout(Duration::from_secs(5), waits).await.expect("it is told").expect("it ends well");
}

#[test]
fn a_wait_for_a_token_takes_some_time() {
    let bucket = Bucket::default();
    let mut state = bucket.state();
    for tokens in [1.0 - f64::EPSILON, 1.0, 0.999_999_999_9] {
        state.tokens = tokens;
        assert!(state.next_token_in() >= Duration::from_millis(1), "{tokens}");
    }
}
