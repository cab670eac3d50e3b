//! The end of a process at a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use tokio::sync::Notify;

/// Ends the process at one of its calls: before the call reaches AWS, or after AWS acted and before the response is read.
#[derive(Debug)]
pub struct Kill {
    at: u64,
    /// Only calls of this operation count.
    operation: Option<&'static str>,
    acted: bool,
    calls: AtomicU64,
    ended: AtomicBool,
    over: Notify,
}

impl Kill {
    pub fn new(at: u64, acted: bool) -> Arc<Self> {
        Arc::new(Self::at(at, None, acted))
    }

    /// Ends the process when AWS has acted on the first call of an operation.
    pub fn after(operation: &'static str) -> Arc<Self> {
        Arc::new(Self::at(1, Some(operation), true))
    }

    fn at(at: u64, operation: Option<&'static str>, acted: bool) -> Self {
        let (calls, ended, over) = (AtomicU64::new(0), AtomicBool::new(false), Notify::new());
        Self { at, operation, acted, calls, ended, over }
    }

    /// Waits until the process has ended.
    pub async fn over(&self) {
        self.over.notified().await;
    }

    fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        if !self.acted {
            self.over.notify_one();
        }
    }
}

impl CallHook for Kill {
    fn before(&self, call: &Call) -> FaultAction {
        if self.ended.load(Ordering::SeqCst) {
            return FaultAction::Hang;
        }
        let counts = self.operation.is_none_or(|operation| operation == call.operation);
        if !counts || self.calls.fetch_add(1, Ordering::SeqCst) + 1 < self.at {
            return FaultAction::Act;
        }
        self.end();
        if self.acted { FaultAction::ActAndDrop } else { FaultAction::Hang }
    }

    fn acted(&self, _call: &Call, _status: u16) {
        if self.ended.load(Ordering::SeqCst) && self.acted {
            self.over.notify_one();
        }
    }
}
