//! Segments of ledgers that a process has read, so that one that looks all the time reads each once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::state::backend::{StoredSegment, Version};

/// The segments of one ledger that this process has read, as they are stored, with their versions.
type Known = BTreeMap<u64, (Version, Vec<u8>)>;

/// The segments that this process has read, by the location of their state. A segment is written once, so that one of the same
/// version need not be read again. Nothing else is kept.
#[derive(Clone, Default)]
pub struct ReadSegments(Arc<Mutex<BTreeMap<String, Known>>>);

impl fmt::Debug for ReadSegments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadSegments")
    }
}

impl ReadSegments {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        // Segments are only added and removed, so a panic leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a segment that was read before.
    pub(super) fn get(&self, location: &str, stored: &StoredSegment) -> Option<Vec<u8>> {
        let known = self.known();
        let (version, bytes) = known.get(location)?.get(&stored.number)?;
        (Some(version) == stored.version.as_ref()).then(|| bytes.clone())
    }

    /// Keeps a segment that was read, if its backend tells versions apart.
    pub(super) fn add(&self, location: &str, stored: &StoredSegment, bytes: &[u8]) {
        if let Some(version) = &stored.version {
            let segment = (version.clone(), bytes.to_vec());
            self.known().entry(location.to_owned()).or_default().insert(stored.number, segment);
        }
    }

    /// Forgets the segments of a ledger that its last reader did not need.
    pub(super) fn retain(&self, location: &str, needed: &BTreeSet<u64>) {
        if let Some(known) = self.known().get_mut(location) {
            known.retain(|number, _| needed.contains(number));
        }
    }
}
