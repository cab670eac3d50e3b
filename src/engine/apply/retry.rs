//! Trying again what passes with time, and asking less and less often.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::engine::apply::Interrupt;
use crate::engine::apply::rate_limit::{Class, Pace};
use crate::engine::sdk::{Error, ErrorKind, Showing};

/// How long something that passes with time is tried again: a dependency that lingers, a role not assumable yet.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How long AWS may be unreachable before the operation fails.
const UNREACHABLE: Duration = Duration::from_secs(120);
/// How long AWS may be unreachable while nothing is under way: somebody waits for the answer.
const UNREACHABLE_LOOKING: Duration = Duration::from_secs(20);

/// Trying again. Patience ends when nothing went through for long enough, however long everything took before.
pub(super) struct Retry {
    failing_since: Option<Instant>,
    wait: Duration,
    unreachable: Duration,
    /// How long what must be there may be unknown to AWS.
    unknown: Duration,
}

impl Retry {
    /// For an operation on something that is there, or refers to something that is, for so long as AWS may not show it.
    pub(super) fn new(showing: Showing) -> Self {
        Self { failing_since: None, wait: FIRST, unreachable: UNREACHABLE, unknown: showing.longest() }
    }

    /// For a look at AWS before anything is begun. Where several calls make up the look, some may not know yet what the
    /// others show.
    pub(super) fn looking(showing: Showing) -> Self {
        Self { unreachable: UNREACHABLE_LOOKING, ..Self::new(showing) }
    }

    /// A call went through: what fails from now on begins anew.
    pub(super) fn went_through(&mut self) {
        self.failing_since = None;
        self.wait = FIRST;
    }

    /// How long to wait before the call is made again, or `None` if there is no use in that.
    pub(super) fn after(&mut self, error: &Error) -> Option<Duration> {
        self.after_at(error, Instant::now())
    }

    fn after_at(&mut self, error: &Error, now: Instant) -> Option<Duration> {
        let since = *self.failing_since.get_or_insert(now);
        let patience = match error.kind {
            ErrorKind::Unavailable => self.unreachable,
            ErrorKind::NotFound => self.unknown,
            kind if kind.passes() => PATIENCE,
            _ => return None,
        };
        if patience.is_zero() || now.duration_since(since) > patience {
            return None;
        }
        let wait = self.wait;
        self.wait = (wait * 2).min(Duration::from_secs(15));
        Some(wait)
    }

    /// Waits before a call that only looks is made again; false if there is no use in that.
    pub(super) async fn look_again(&mut self, pace: &Pace, kind: &str, error: &Error) -> bool {
        note(pace, kind, Class::Read, error);
        let Some(wait) = self.after(error) else { return false };
        sleep(wait).await;
        true
    }
}

const FIRST: Duration = Duration::from_millis(100);

/// Slows down if AWS throttled a call.
pub(super) fn note(pace: &Pace, kind: &str, class: Class, error: &Error) {
    if error.kind == ErrorKind::Throttled {
        pace.throttled(kind, class);
    }
}

/// Asking less and less often.
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) fn new() -> Self {
        Self(Duration::from_millis(40))
    }

    /// Waits and answers true, or false if somebody pressed Ctrl-C.
    pub(super) async fn pause(&mut self, interrupt: &Interrupt) -> bool {
        let slept = slept(self.0, interrupt).await;
        self.0 = self.0.mul_f64(1.4).min(Duration::from_secs(10));
        slept
    }
}

/// Sleeps and answers true, or false as soon as somebody presses Ctrl-C.
pub(super) async fn slept(time: Duration, interrupt: &Interrupt) -> bool {
    tokio::select! {
        () = sleep(time) => true,
        () = interrupt.wait_first() => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_counts_from_the_first_failure_in_a_row() {
        let unreachable = Error::new(ErrorKind::Unavailable, "503");
        let (mut retry, begun) = (Retry::new(Showing::AWS), Instant::now());
        assert!(retry.after_at(&unreachable, begun).is_some());
        retry.went_through();
        let later = begun + Duration::from_secs(40 * 60);
        assert_eq!(retry.after_at(&unreachable, later), Some(FIRST), "a long wait before uses up no patience");
        assert_eq!(retry.after_at(&unreachable, later + UNREACHABLE + FIRST), None);
        assert_eq!(Retry::new(Showing::AWS).after_at(&Error::invalid("no"), begun), None);
        let unknown = Error::new(ErrorKind::NotFound, "InvalidVpcID.NotFound");
        let mut retry = Retry::new(Showing::AWS);
        assert!(retry.after_at(&unknown, begun).is_some(), "what was made a moment ago may be unknown for a while");
        assert_eq!(retry.after_at(&unknown, begun + Showing::AWS.longest() + FIRST), None);
        let mut looking = Retry::looking(Showing::AWS);
        assert!(looking.after_at(&unreachable, begun).is_some());
        assert_eq!(looking.after_at(&unreachable, begun + UNREACHABLE_LOOKING + FIRST), None, "somebody waits");
    }
}
