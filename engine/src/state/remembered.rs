//! Segments of ledgers that a process has read, so that one that looks all the time reads each once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::state::backend::{StoredSegment, Version};

/// The part of one ledger that this process has read.
#[derive(Default)]
struct Known {
    /// The number of the last segment that it has seen: a list may begin there.
    last: u64,
    /// The segments, as they are stored, with their versions.
    segments: BTreeMap<u64, (Version, Vec<u8>)>,
}

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
        let (version, bytes) = known.get(location)?.segments.get(&stored.number)?;
        (Some(version) == stored.version.as_ref()).then(|| bytes.clone())
    }

    /// Keeps a segment that was read, if its backend tells versions apart.
    pub(super) fn add(&self, location: &str, stored: &StoredSegment, bytes: &[u8]) {
        if let Some(version) = &stored.version {
            let segment = (version.clone(), bytes.to_vec());
            self.known().entry(location.to_owned()).or_default().segments.insert(stored.number, segment);
        }
    }

    /// Returns the number of the first segment that was read, and of the last one that was seen; 0 if there is none. Both are
    /// hints: the ledger may have been restored from a backup since then.
    pub(super) fn ends(&self, location: &str) -> (u64, u64) {
        let known = self.known();
        let Some(known) = known.get(location) else { return (0, 0) };
        (known.segments.first_key_value().map_or(0, |(number, _)| *number), known.last)
    }

    /// Notes the last segment of a list.
    pub(super) fn saw(&self, location: &str, listed: &[StoredSegment]) {
        let last = listed.last().map_or(0, |stored| stored.number);
        self.known().entry(location.to_owned()).or_default().last = last;
    }

    /// Forgets the segments of a ledger that its last reader did not need.
    pub(super) fn retain(&self, location: &str, needed: &BTreeSet<u64>) {
        if let Some(known) = self.known().get_mut(location) {
            known.segments.retain(|number, _| needed.contains(number));
        }
    }
}
