//! Rate limits: a token bucket for each service and sort of call, with one queue of waiting operations, the most urgent first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::rate::Rate;
use crate::sdk::{Error, ErrorKind};

/// The sorts of calls that AWS limits apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CallKind {
    Read,
    Write,
}

/// How many calls may be made at once after a rest.
const BURST: f64 = 100.0;

/// The shortest wait for a token. A token that lacks less than a clock can measure would be waited for without end where time
/// passes only while all wait.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// How many calls of one bucket are in flight at most. More do not make it faster, and after a crash each of them has to be
/// looked up.
pub(super) const IN_FLIGHT: usize = 64;

/// Returns the service of a kind: the part of its name before the first `_`.
pub(super) fn service(kind: &str) -> &str {
    kind.split('_').next().unwrap_or(kind)
}

/// The rate limits of all calls of a process.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    buckets: Mutex<HashMap<(String, CallKind), Arc<Bucket>>>,
}

impl RateLimiter {
    /// Waits until a call may be made. `kind` is the name of a kind. Of the operations that wait, the most urgent is next, and
    /// of equally urgent ones the first that came.
    pub(super) async fn acquire(&self, kind: &str, call: CallKind, urgency: u64) -> Turn {
        let bucket = self.bucket(kind, call);
        let place = match bucket.take_or_wait(urgency, Instant::now()) {
            Ok(turn) => return turn,
            Err(place) => place,
        };
        if place.is_first {
            tokio::spawn(feed(Arc::clone(&bucket)));
        }
        match place.granted.await {
            Ok(turn) => turn,
            // The runtime is ending, and this task with it.
            Err(_) => std::future::pending().await,
        }
    }

    fn bucket(&self, kind: &str, call: CallKind) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(buckets.entry((service(kind).to_owned(), call)).or_default())
    }
}

/// The permission to make one call. The call is in flight as long as this exists.
#[derive(Debug)]
pub(super) struct Turn {
    bucket: Arc<Bucket>,
    started: Instant,
}

impl Turn {
    /// Reports the result of the call, which the rate follows.
    pub(super) fn report<T>(self, result: &Result<T, Error>) {
        self.report_at(result, Instant::now());
    }

    fn report_at<T>(self, result: &Result<T, Error>, now: Instant) {
        let mut state = self.bucket.state();
        // Waiting operations are given what the old rate had earned, and the new rate from now on.
        state.refill(now);
        let changed = match result {
            Ok(_) => state.rate.on_success(self.started, now),
            Err(error) if error.kind == ErrorKind::Throttled => {
                let slowed = state.rate.on_throttle(self.started, now);
                if slowed {
                    state.tokens = state.tokens.min(0.0);
                }
                slowed
            }
            Err(_) => false,
        };
        drop(state);
        if changed {
            self.bucket.changed.notify_one();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.bucket.state().in_flight -= 1;
        self.bucket.changed.notify_one();
    }
}

/// The calls of one service and sort.
#[derive(Debug, Default)]
struct Bucket {
    state: Mutex<State>,
    /// Wakes the task that feeds the queue.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    rate: Rate,
    tokens: f64,
    filled: Instant,
    in_flight: usize,
    waiting: BinaryHeap<Waiter>,
    /// How many have waited so far.
    arrived: u64,
    /// Whether a task feeds the queue.
    is_fed: bool,
}

impl Default for State {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            rate: Rate::new(now),
            tokens: BURST,
            filled: now,
            in_flight: 0,
            waiting: BinaryHeap::new(),
            arrived: 0,
            is_fed: false,
        }
    }
}

impl State {
    fn refill(&mut self, now: Instant) {
        let earned = now.duration_since(self.filled).as_secs_f64() * self.rate.per_second();
        self.tokens = (self.tokens + earned).min(BURST);
        self.filled = now;
    }

    fn has_room(&self) -> bool {
        self.tokens >= 1.0 && self.in_flight < IN_FLIGHT
    }

    /// Returns how long it takes until the next token is earned at the present rate.
    fn next_token_in(&self) -> Duration {
        Duration::from_secs_f64((1.0 - self.tokens).max(0.0) / self.rate.per_second()).max(SHORTEST_WAIT)
    }
}

impl Bucket {
    /// State stays usable after a panic elsewhere: every change of it is complete.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: &Arc<Self>, state: &mut State, now: Instant) -> Turn {
        state.tokens -= 1.0;
        state.in_flight += 1;
        Turn { bucket: Arc::clone(self), started: now }
    }

    /// Takes a turn at once, or queues for one.
    fn take_or_wait(self: &Arc<Self>, urgency: u64, now: Instant) -> Result<Turn, Place> {
        let mut state = self.state();
        state.refill(now);
        if state.waiting.is_empty() && state.has_room() {
            return Ok(self.take(&mut state, now));
        }
        let (grant, granted) = oneshot::channel();
        state.arrived += 1;
        let arrived = Reverse(state.arrived);
        state.waiting.push(Waiter { urgency, arrived, grant });
        let is_first = !std::mem::replace(&mut state.is_fed, true);
        Err(Place { granted, is_first })
    }

    /// Grants the turns that are free by now. Returns whether operations still wait, and how long for the next token; no time
    /// means that a call has to end first.
    fn grant(self: &Arc<Self>, now: Instant) -> Option<Option<Duration>> {
        // Turns of operations that have stopped waiting. They are dropped after the lock, which their drop takes.
        let mut returned = Vec::new();
        let mut state = self.state();
        state.refill(now);
        while state.has_room()
            && let Some(waiter) = state.waiting.pop()
        {
            let turn = self.take(&mut state, now);
            if let Err(turn) = waiter.grant.send(turn) {
                state.tokens += 1.0;
                returned.push(turn);
            }
        }
        let waits = !state.waiting.is_empty();
        state.is_fed = waits;
        let next = (state.in_flight < IN_FLIGHT).then(|| state.next_token_in());
        drop(state);
        waits.then_some(next)
    }
}

/// Feeds the queue of a bucket until nothing waits. A change of the rate, or the end of a call, counts at once.
async fn feed(bucket: Arc<Bucket>) {
    while let Some(next) = bucket.grant(Instant::now()) {
        tokio::select! {
            () = bucket.changed.notified() => {}
            () = tokio::time::sleep(next.unwrap_or(Duration::MAX)), if next.is_some() => {}
        }
    }
}

/// A place in the queue.
#[derive(Debug)]
struct Place {
    granted: oneshot::Receiver<Turn>,
    /// Whether no task feeds the queue yet.
    is_first: bool,
}

/// An operation that waits for its turn.
#[derive(Debug)]
struct Waiter {
    urgency: u64,
    arrived: Reverse<u64>,
    grant: oneshot::Sender<Turn>,
}

impl Waiter {
    fn place(&self) -> (u64, Reverse<u64>) {
        (self.urgency, self.arrived)
    }
}

impl PartialEq for Waiter {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Waiter {}

impl PartialOrd for Waiter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place().cmp(&other.place())
    }
}

#[cfg(test)]
#[path = "rate_limit_tests.rs"]
mod tests;
