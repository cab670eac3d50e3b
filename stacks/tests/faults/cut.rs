//! The end of a process, as far as the cloud and the disk can tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use ebbtide_cloud::faults::{Call, CallHook, FaultAction};

use crate::fault::Fault;

/// Counts calls and writes, and ends the process at one of them: no later call arrives, and no later write is done.
/// Calls that had reached AWS by then are finished there.
#[derive(Debug, Default)]
pub struct Cut {
    fault: Option<Fault>,
    lag: Duration,
    calls: AtomicU64,
    writes: AtomicU64,
    ended: AtomicBool,
    acting: AtomicUsize,
}

impl Cut {
    /// Creates the end of a process in a cloud whose every second read lags so far behind.
    pub fn new(fault: Option<Fault>, lag: Duration) -> Arc<Self> {
        Arc::new(Self { fault, lag, ..Self::default() })
    }

    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Waits until the process has ended and AWS is done with every call that had reached it.
    pub async fn over(&self) {
        while !(self.has_ended() && self.acting.load(Ordering::SeqCst) == 0) {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    /// Decides before a write of state whether it is done at all, and whether the process ends right after it.
    pub fn write(&self) -> Write {
        if self.has_ended() {
            return Write::Never;
        }
        let number = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fault {
            Some(Fault::Write { at, done: false }) if at == number => {
                self.end();
                Write::Never
            }
            Some(Fault::Write { at, done: true }) if at == number => Write::Last,
            Some(Fault::FullDisk { from }) if number >= from => Write::DiskFull,
            _ => Write::Done,
        }
    }

    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}

/// The end of a write of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    Done,
    Last,
    Never,
    DiskFull,
}

impl CallHook for Cut {
    fn longest_lag(&self) -> Duration {
        self.lag
    }

    fn lag(&self, call: &Call) -> Duration {
        if call.number.is_multiple_of(2) { self.lag } else { Duration::ZERO }
    }

    fn before(&self, _call: &Call) -> FaultAction {
        if self.has_ended() {
            return FaultAction::Hang;
        }
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fault {
            Some(Fault::Call { at, acted: false }) if at == number => {
                self.end();
                FaultAction::Hang
            }
            Some(Fault::Call { at, acted: true }) if at == number => {
                self.acting.fetch_add(1, Ordering::SeqCst);
                self.end();
                FaultAction::ActAndDrop
            }
            _ => {
                self.acting.fetch_add(1, Ordering::SeqCst);
                FaultAction::Act
            }
        }
    }

    fn acted(&self, _call: &Call, _status: u16) {
        self.acting.fetch_sub(1, Ordering::SeqCst);
    }
}
