//! One pace for all calls to Cloud Control, which AWS limits for the account and not for each service behind it.
//!
//! AWS publishes no rate: 25 calls a second just pass (aws-nuke#510), and some 350 reads at once are throttled
//! (terraform-provider-awscc#2939).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The time between two calls at the fastest pace: 20 calls a second.
const FASTEST: Duration = Duration::from_millis(50);
/// The time between two calls at the slowest pace.
const SLOWEST: Duration = Duration::from_millis(800);
/// How many calls may be made at once after a rest.
const BURST: u32 = 10;

/// The pace of calls.
#[derive(Debug)]
pub(super) struct Pace {
    /// Held by the call whose turn is next. The others wait behind it, so none has a turn that was given out at an earlier pace.
    next: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The time of the next call.
    next: Instant,
    gap: Duration,
    /// The time of the last slow-down.
    slowed: Option<Instant>,
}

impl Pace {
    pub(super) fn new() -> Self {
        let state = State { next: Instant::now(), gap: FASTEST, slowed: None };
        Self { next: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits for the time of the next call.
    pub(super) async fn turn(&self) {
        let _next = self.next.lock().await;
        let at = self.take(Instant::now());
        sleep_until(at).await;
    }

    fn take(&self, now: Instant) -> Instant {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(state.gap * BURST).unwrap_or(now);
        let at = state.next.max(earliest);
        state.next = at + state.gap;
        at
    }

    /// Follows the result of a call: half the pace after AWS throttled it, and a little faster after a success.
    pub(super) fn report(&self, throttled: bool) {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !throttled {
            state.gap = (state.gap * 19 / 20).max(FASTEST);
        } else if state.slowed.is_none_or(|slowed| now.duration_since(slowed) > Duration::from_secs(1)) {
            // Calls that were in flight together are throttled together: they count once.
            state.gap = (state.gap * 2).min(SLOWEST);
            state.slowed = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_followed_by_twenty_calls_a_second_and_fewer_after_throttling() {
        let pace = Pace::new();
        let start = Instant::now() + Duration::from_secs(10);
        let times: Vec<_> = (0..BURST + 20).map(|_| pace.take(start)).collect();
        assert!(times[BURST as usize - 1] <= start);
        let after = times[times.len() - 1].duration_since(start);
        assert!(after >= Duration::from_millis(900) && after <= Duration::from_secs(1), "{after:?}");
        pace.report(true);
        pace.report(true);
        let (one, other) = (pace.take(start), pace.take(start));
        assert_eq!(other - one, FASTEST * 2, "calls that were throttled together count once");
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_wait_already_are_slowed_down_as_well() {
        let pace = std::sync::Arc::new(Pace::new());
        let start = Instant::now();
        let turns: Vec<_> = (0..BURST + 20)
            .map(|_| {
                let pace = std::sync::Arc::clone(&pace);
                tokio::spawn(async move {
                    pace.turn().await;
                    Instant::now()
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        pace.report(true);
        let mut last = start;
        for turn in turns {
            last = last.max(turn.await.unwrap());
        }
        assert!(last - start >= Duration::from_millis(1500), "{:?}", last - start);
    }
}
