//! The one place between SDK and cloud where calls are seen, counted, delayed, failed, cut and killed.
//!
//! An [`Observer`] is asked at three points of every call: before it acts, when its effect is durable, and when its
//! answer has left. [`Seam::install`] puts one in place; [`Seam::from_spec`] makes one from a short text.

mod failure;
mod script;
mod share;
mod trouble;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use script::SpecError;

use crate::service::Fault;

/// One call, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number in this process, from 1, in the order of arrival.
    pub number: u64,
    /// The signing name of the service, e.g. `sagemaker`.
    pub service: String,
    /// The operation, e.g. `CreateEndpoint`.
    pub operation: String,
    /// The region, e.g. `us-east-1`.
    pub region: String,
}

/// What becomes of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It acts and is answered.
    #[default]
    Act,
    /// It is answered with this fault (throttling, 500, 503) and does not act.
    Refuse(Fault),
    /// The connection breaks before it acts.
    Drop,
    /// It acts, but the connection breaks before the answer arrives.
    ActAndDrop,
    /// It acts, but the connection breaks in the middle of the answer's body; an answer without a body does not arrive.
    ActAndTruncate,
    /// It arrives twice, as a proxy that tries again may send it: it acts two times, and the second answer is given.
    ActTwice,
    /// It does not act and is never answered: the client waits until its own time-out.
    Hang,
}

/// Sees every call, and decides what becomes of it. All methods have a default that changes nothing.
///
/// A test that wants to die at a point calls `std::process::abort` in the method of that point.
pub trait Observer: Send + Sync + 'static {
    /// How long the call waits before anything else happens, outside the cloud's lock: latency.
    fn delay(&self, _call: &Call) -> Duration {
        Duration::ZERO
    }

    /// The longest [`lag`](Self::lag) there can be: so long the cloud remembers what its documents were.
    fn longest_lag(&self) -> Duration {
        Duration::ZERO
    }

    /// How far behind the present the answer to this call may be, if it is a read of something that AWS makes
    /// consistent only eventually: all but the objects of S3, KMS and STS.
    fn lag(&self, _call: &Call) -> Duration {
        self.longest_lag()
    }

    /// Before the call acts.
    fn before(&self, _call: &Call) -> Verdict {
        Verdict::Act
    }

    /// The effect is durable, nobody has seen the answer yet.
    fn acted(&self, _call: &Call, _status: u16) {}

    /// The answer is handed to the client (it is on its way when this returns).
    fn answered(&self, _call: &Call, _status: u16) {}
}

/// How often each service and operation was called.
pub type Counts = BTreeMap<(String, String), u64>;

/// The counters and the installed observer of one [`Cloud`](crate::Cloud).
#[derive(Default)]
pub struct Seam {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    calls: u64,
    counts: Counts,
    observer: Option<Arc<dyn Observer>>,
}

impl std::fmt::Debug for Seam {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Seam").field("calls", &self.calls()).finish_non_exhaustive()
    }
}

impl Seam {
    /// Puts an observer in place of the one before; calls under way keep theirs.
    pub fn install(&self, observer: Arc<dyn Observer>) {
        self.inner().observer = Some(observer);
    }

    /// The longest time that an answer may be behind the present, by what is installed now.
    pub fn longest_lag(&self) -> Duration {
        self.inner().observer.as_ref().map_or(Duration::ZERO, |observer| observer.longest_lag())
    }

    /// Removes the observer: calls are still counted.
    pub fn clear(&self) {
        self.inner().observer = None;
    }

    /// How many calls have arrived.
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// How often each `(service, operation)` has arrived.
    pub fn counts(&self) -> Counts {
        self.inner().counts.clone()
    }

    /// Makes an observer from words separated by spaces or commas:
    ///
    /// - `latency=50ms` (or `2s`): every call waits;
    /// - `kill-before=17`: the process aborts when call 17 arrives, before it acts;
    /// - `kill-after=17`: … when its effect is durable, before the answer leaves;
    /// - `kill-answered=17`: … a moment after the answer has left;
    /// - `drop-before=17`, `drop-after=17`, `hang=17`: that call's connection breaks before or after it acts, or hangs;
    /// - `truncate=17`: its connection breaks in the middle of the answer;
    /// - `twice=17`: it arrives twice, and the second answer is given;
    /// - `expired=17`: from that call on, all are refused because the credentials have expired;
    /// - `stale=300ms`: reads are answered from what was so long ago, but for the objects of S3, KMS and STS;
    /// - `fail=KIND`: all calls are refused: `throttle`, `error` (500) or `unavailable` (503), in each service's own words;
    ///   or what `drop-after` (here `cut`), `truncate`, `twice` and `hang` say happens to them.
    ///
    /// Instead of a call's number may stand an operation, `kill-after=CreateRole`: every call of it, but not for `expired`.
    ///
    /// After `stale=…` and `fail=…` may stand `:30%` (that share of calls), `:seed=7` (which calls; the same seed means the
    /// same numbers) and `:burst=20..35` (only calls of these numbers).
    pub fn from_spec(spec: &str) -> Result<Arc<dyn Observer>, SpecError> {
        Ok(Arc::new(script::Script::parse(spec)?))
    }

    /// Numbers and counts a call, and answers who watches it.
    pub(crate) fn enter(&self, service: &str, operation: &str, region: &str) -> (Call, Option<Arc<dyn Observer>>) {
        let mut inner = self.inner();
        inner.calls += 1;
        *inner.counts.entry((service.to_owned(), operation.to_owned())).or_default() += 1;
        let call = Call {
            number: inner.calls,
            service: service.to_owned(),
            operation: operation.to_owned(),
            region: region.to_owned(),
        };
        (call, inner.observer.clone())
    }

    /// Counters stay usable after a panic elsewhere: no invariant spans two fields.
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
