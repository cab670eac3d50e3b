//! One pace for all calls to Cloud Control, which AWS limits for the account and not for each service behind it.
//!
//! AWS publishes no rate: 25 calls a second just pass (aws-nuke#510), and some 350 reads at once are throttled
//! (terraform-provider-awscc#2939).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The most calls that begin within any second.
const FASTEST: f64 = 20.0;
/// The fewest calls that begin within a second, however often AWS throttles.
const SLOWEST: f64 = 1.0;
/// The time in which calls are counted.
const WINDOW: Duration = Duration::from_secs(1);

/// The paces that all clients of this process share, by region.
static SHARED: LazyLock<Mutex<HashMap<String, Arc<Pace>>>> = LazyLock::new(Mutex::default);

/// The pace of calls.
#[derive(Debug)]
pub(super) struct Pace {
    /// Held by the call whose turn is next. The others wait behind it, so none has a turn that was given out at an earlier pace.
    next: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The times of the latest calls, the oldest first.
    calls: VecDeque<Instant>,
    /// The most calls within a second.
    rate: f64,
    /// The time of the last slow-down.
    slowed: Option<Instant>,
}

impl Pace {
    pub(super) fn new() -> Self {
        let state = State { calls: VecDeque::new(), rate: FASTEST, slowed: None };
        Self { next: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Returns the pace of a region in this process, whatever environment connects, and however often: a control plane connects anew
    /// for each look, and several environments may have one account. Two accounts share it as well, which costs time and no failure.
    pub(super) fn shared(region: &str) -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shared.entry(region.to_owned()).or_insert_with(|| Arc::new(Self::new())))
    }

    /// Waits for the time of the next call.
    pub(super) async fn turn(&self) {
        let _next = self.next.lock().await;
        let at = self.take(Instant::now());
        sleep_until(at).await;
    }

    fn take(&self, now: Instant) -> Instant {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.calls.iter().rev().nth(state.rate as usize - 1);
        let at = before.map_or(now, |before| now.max(*before + WINDOW));
        state.calls.push_back(at);
        if state.calls.len() > FASTEST as usize {
            state.calls.pop_front();
        }
        at
    }

    /// Follows the result of a call: half the pace after AWS throttled it, and a little faster after a success.
    pub(super) fn report(&self, throttled: bool) {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !throttled {
            state.rate = (state.rate / 0.95).min(FASTEST);
        } else if state.slowed.is_none_or(|slowed| now.duration_since(slowed) > WINDOW) {
            // Calls that were in flight together are throttled together: they count once.
            state.rate = (state.rate / 2.0).max(SLOWEST);
            state.slowed = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many of the calls begin in the second that begins at each of them, at most.
    fn most_in_a_second(times: &[Instant]) -> usize {
        let within = |from: &Instant| times.iter().filter(|at| *at >= from && **at < *from + WINDOW).count();
        times.iter().map(within).max().unwrap_or_default()
    }

    #[test]
    fn no_second_has_more_than_twenty_calls_and_fewer_after_throttling() {
        let pace = Pace::new();
        let start = Instant::now();
        // Calls that come all at once, and then one by one.
        let mut times: Vec<_> = (0..70).map(|_| pace.take(start)).collect();
        let mut later = start + Duration::from_millis(3_300);
        for _ in 0..50 {
            later += Duration::from_millis(17);
            times.push(pace.take(later));
        }
        assert_eq!(most_in_a_second(&times), 20);
        assert_eq!(times[19], start);
        assert_eq!(times[69], start + WINDOW * 3);
        pace.report(true);
        pace.report(true);
        let slower: Vec<_> = (0..40).map(|_| pace.take(later)).collect();
        assert_eq!(most_in_a_second(&slower), 10, "calls that were throttled together count once");
    }

    #[test]
    fn the_pace_never_stops_and_recovers() {
        let pace = Pace::new();
        for _ in 0..10 {
            pace.state.lock().unwrap().slowed = None;
            pace.report(true);
        }
        let start = Instant::now();
        let times: Vec<_> = (0..5).map(|_| pace.take(start)).collect();
        assert_eq!(times[4], start + WINDOW * 4);
        (0..100).for_each(|_| pace.report(false));
        assert!((pace.state.lock().unwrap().rate - FASTEST).abs() < f64::EPSILON);
    }

    #[test]
    fn clients_of_one_region_share_a_pace() {
        let (one, same, other) = (Pace::shared("eu-x-1"), Pace::shared("eu-x-1"), Pace::shared("eu-x-2"));
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_wait_already_are_slowed_down_as_well() {
        let pace = Arc::new(Pace::new());
        let start = Instant::now();
        let turns: Vec<_> = (0..40)
            .map(|_| {
                let pace = Arc::clone(&pace);
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
        assert!(last - start >= Duration::from_secs(2), "{:?}", last - start);
    }
}
