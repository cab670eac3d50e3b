//! Retrying calls whose failure passes with time, up to a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Shutdown;
use super::rate_limit::{CallKind, RateLimiter};
use crate::sdk::{Backoff, BoxFuture, Error, ErrorKind, PropagationDelay};

/// How long a failure that passes with time is retried, such as a role that is not assumable yet.
const TRANSIENT_DEADLINE: Duration = Duration::from_secs(15 * 60);
/// How long a failure that passes with time is retried for a check that can be left out.
const TRANSIENT_DEADLINE_CHECKS: Duration = Duration::from_secs(30);
/// How long AWS may be unreachable before the operation fails.
const UNREACHABLE_DEADLINE: Duration = Duration::from_secs(120);
/// How long AWS may be unreachable while nothing is under way: a person waits for the result.
const UNREACHABLE_DEADLINE_READS: Duration = Duration::from_secs(20);

/// The longest delay before a throttled call queues again.
const LONGEST_DELAY_THROTTLED: Duration = Duration::from_secs(1);

/// The retries of one operation. A deadline counts from the first failure in a row, however long everything took before.
pub(super) struct Retry {
    failing_since: Option<Instant>,
    delays: Box<dyn Iterator<Item = Duration> + Send>,
    unreachable: Duration,
    /// How long an existing resource may be unknown to AWS.
    unknown: Duration,
    /// How long AWS may refuse because it, or another resource, is still at work on this one.
    busy: Duration,
    /// How long any other failure that passes with time is retried.
    passing: Duration,
}

impl Retry {
    /// For an operation on a resource that exists, or refers to one that does.
    pub(super) fn new(propagation: PropagationDelay) -> Self {
        Self {
            failing_since: None,
            delays: Box::new(Backoff::RETRY.delays()),
            unreachable: UNREACHABLE_DEADLINE,
            unknown: propagation.max(),
            busy: TRANSIENT_DEADLINE,
            passing: TRANSIENT_DEADLINE,
        }
    }

    /// For a deletion that AWS may refuse as busy for so long.
    pub(super) fn for_deletion(propagation: PropagationDelay, deletable_within: Duration) -> Self {
        Self { busy: deletable_within, ..Self::new(propagation) }
    }

    /// For reads before anything is started. Where a read takes several calls, some may not know yet what the others show.
    pub(super) fn for_reads(propagation: PropagationDelay) -> Self {
        Self { unreachable: UNREACHABLE_DEADLINE_READS, ..Self::new(propagation) }
    }

    /// For a check before anything is started, which can be left out.
    pub(super) fn for_checks(propagation: PropagationDelay) -> Self {
        let (busy, passing) = (TRANSIENT_DEADLINE_CHECKS, TRANSIENT_DEADLINE_CHECKS);
        Self { busy, passing, ..Self::for_reads(propagation) }
    }

    /// Starts over after a call that succeeded.
    pub(super) fn reset(&mut self) {
        self.failing_since = None;
        self.delays = Box::new(Backoff::RETRY.delays());
    }

    /// Returns how long to wait before the next attempt, or `None` if retrying is pointless or the deadline has passed.
    pub(super) fn next_delay(&mut self, error: &Error) -> Option<Duration> {
        self.next_delay_at(error, Instant::now())
    }

    fn next_delay_at(&mut self, error: &Error, now: Instant) -> Option<Duration> {
        let since = *self.failing_since.get_or_insert(now);
        let deadline = match error.kind {
            ErrorKind::Unavailable => self.unreachable,
            ErrorKind::NotFound => self.unknown,
            ErrorKind::Busy => self.busy,
            kind if kind.passes() => self.passing,
            _ => return None,
        };
        let deadline = error.retry_within.map_or(deadline, |within| within.min(deadline));
        if deadline.is_zero() || now.duration_since(since) > deadline {
            return None;
        }
        let delay = self.delays.next()?;
        // The queue of the rate limit is where a throttled call waits.
        Some(if error.kind == ErrorKind::Throttled { delay.min(LONGEST_DELAY_THROTTLED) } else { delay })
    }

    /// Makes a call of one resource in its turn, and again as long as its failure passes with time. For calls outside of
    /// operations, which neither an end of the run nor a lost lease stops.
    pub(super) async fn attempt<'a, T>(
        &mut self,
        limiter: &RateLimiter,
        (kind, call): (&str, CallKind),
        attempt: impl Fn() -> BoxFuture<'a, Result<T, Error>> + Sync,
    ) -> Result<T, Error> {
        loop {
            let turn = limiter.acquire(kind, call, 0).await;
            let result = attempt().await;
            turn.report(&result);
            match result {
                Err(error) if let Some(delay) = self.next_delay(&error) => sleep(delay).await,
                result => return result,
            }
        }
    }
}

/// Sleeps. Returns false as soon as the run is asked to end.
pub(super) async fn sleep_unless_draining(time: Duration, shutdown: &Shutdown) -> bool {
    tokio::select! {
        () = sleep(time) => true,
        () = shutdown.draining() => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_counts_from_the_first_failure_in_a_row() {
        let unreachable = Error::new(ErrorKind::Unavailable, "503");
        let (mut retry, start) = (Retry::new(PropagationDelay::AWS), Instant::now());
        assert!(retry.next_delay_at(&unreachable, start).is_some());
        retry.reset();
        let later = start + Duration::from_secs(40 * 60);
        let delay = retry.next_delay_at(&unreachable, later).unwrap();
        assert!(delay <= Backoff::RETRY.first * 2, "a long wait before uses up no patience: {delay:?}");
        let past = Duration::from_millis(1);
        assert_eq!(retry.next_delay_at(&unreachable, later + UNREACHABLE_DEADLINE + past), None);
        assert_eq!(Retry::new(PropagationDelay::AWS).next_delay_at(&Error::invalid("no"), start), None);
        let unknown = Error::new(ErrorKind::NotFound, "InvalidVpcID.NotFound");
        let mut retry = Retry::new(PropagationDelay::AWS);
        assert!(retry.next_delay_at(&unknown, start).is_some(), "a new resource may be unknown for a while");
        assert_eq!(retry.next_delay_at(&unknown, start + PropagationDelay::AWS.max() + past), None);
        let busy = Error::new(ErrorKind::Busy, "DependencyViolation");
        let mut deletion = Retry::for_deletion(PropagationDelay::AWS, Duration::from_secs(3600));
        assert!(deletion.next_delay_at(&busy, start).is_some());
        assert!(deletion.next_delay_at(&busy, start + Duration::from_secs(3600)).is_some());
        assert_eq!(deletion.next_delay_at(&busy, start + Duration::from_secs(3600) + past), None);
        let denied = Error::new(ErrorKind::NotYet, "not assumable").retry_within(Duration::from_secs(2));
        let mut retry = Retry::new(PropagationDelay::AWS);
        assert!(retry.next_delay_at(&denied, start).is_some());
        assert_eq!(retry.next_delay_at(&denied, start + Duration::from_secs(3)), None, "an error may allow less");
        let mut reads = Retry::for_reads(PropagationDelay::AWS);
        assert!(reads.next_delay_at(&unreachable, start).is_some());
        assert_eq!(reads.next_delay_at(&unreachable, start + UNREACHABLE_DEADLINE_READS + past), None);
    }
}
