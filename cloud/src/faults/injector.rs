//! The injector of one cloud: it numbers and counts calls, and keeps the installed hook.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::hook::{Call, CallHook};
use super::script::{Script, SpecError};

/// How often each service and operation was called.
pub type Counts = BTreeMap<(String, String), u64>;

/// The counters and the installed hook of one [`Cloud`](crate::Cloud).
#[derive(Default)]
pub struct FaultInjector {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    calls: u64,
    counts: Counts,
    hook: Option<Arc<dyn CallHook>>,
}

impl std::fmt::Debug for FaultInjector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FaultInjector").field("calls", &self.calls()).finish_non_exhaustive()
    }
}

impl FaultInjector {
    /// Puts an hook in place of the one before; calls under way keep theirs.
    pub fn install(&self, hook: Arc<dyn CallHook>) {
        self.inner().hook = Some(hook);
    }

    /// Returns the longest time that a response may be behind the present, by the installed hook.
    pub fn longest_lag(&self) -> Duration {
        self.inner().hook.as_ref().map_or(Duration::ZERO, |hook| hook.longest_lag())
    }

    /// Removes the hook: calls are still counted.
    pub fn clear(&self) {
        self.inner().hook = None;
    }

    /// Numbers calls from 1 again, and counts them anew.
    pub fn start_over(&self) {
        let mut inner = self.inner();
        (inner.calls, inner.counts) = (0, Counts::new());
    }

    /// Returns how many calls have arrived.
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// Returns how often each `(service, operation)` has arrived.
    pub fn counts(&self) -> Counts {
        self.inner().counts.clone()
    }

    /// Makes an hook from words separated by spaces or commas:
    ///
    /// - `latency=50ms` (or `2s`): every call waits;
    /// - `kill-before=17`: the process aborts when call 17 arrives, before it acts;
    /// - `kill-after=17`: … when its effect is durable, before the response leaves;
    /// - `kill-answered=17`: … a moment after the response has left;
    /// - `drop-before=17`, `drop-after=17`, `hang=17`: that call's connection breaks before or after it acts, or hangs;
    /// - `truncate=17`: its connection breaks in the middle of the response;
    /// - `twice=17`: it arrives twice, and the second response is given;
    /// - `denied=17`: that call is refused for want of a permission;
    /// - `expired=17`: from that call on, all are refused because the credentials have expired;
    /// - `stale=300ms`: reads see documents as they were so long ago, except for the objects of S3, KMS, STS and Cloud
    ///   Control;
    /// - `no-capacity=2`: the first two endpoints that are created or updated fail when their transition is over, because AWS lacks
    ///   instances; `no-capacity=3s`: all of them do, for so long from now on;
    /// - `fails-after-create=2`: the first two requests of CreateResource of Cloud Control, or customization jobs of Bedrock, make
    ///   their resource and end as failed;
    ///   `exists-after-create=2`: they end as failed because the resource is there. Both take a time as well;
    /// - `fail=KIND`: all calls are refused: `throttle`, `error` (500) or `unavailable` (503), in each service's own words;
    ///   or they meet `drop-after` (here `cut`), `truncate`, `twice` or `hang`, as above.
    ///
    /// Instead of a call's number may stand an operation, `kill-after=CreateRole`: every call of it, but not for
    /// `expired`.
    ///
    /// After `stale=…` and `fail=…` may stand `:30%` (that share of calls), `:seed=7` (which calls; the same seed means
    /// the same numbers) and `:burst=20..35` (only calls of these numbers); after `fail=…` also `:service=ec2` (only calls of
    /// that service, by its signing name).
    pub fn from_spec(spec: &str) -> Result<Arc<dyn CallHook>, SpecError> {
        Ok(Arc::new(Script::parse(spec)?))
    }

    /// Numbers and counts a call, and returns it with the installed hook.
    pub(crate) fn enter(&self, service: &str, operation: &str, region: &str) -> (Call, Option<Arc<dyn CallHook>>) {
        let mut inner = self.inner();
        inner.calls += 1;
        *inner.counts.entry((service.to_owned(), operation.to_owned())).or_default() += 1;
        let call = Call {
            number: inner.calls,
            service: service.to_owned(),
            operation: operation.to_owned(),
            region: region.to_owned(),
        };
        (call, inner.hook.clone())
    }

    /// Counters stay usable after a panic elsewhere: no invariant spans two fields.
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
