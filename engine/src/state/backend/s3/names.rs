//! The names of the objects of one stack.

/// The document.
pub(super) const DOCUMENT: &str = "state.json";
/// The lease.
pub(super) const LEASE: &str = "lease.json";
/// The folder of the journal.
pub(super) const JOURNAL: &str = "journal/";
/// The folder of earlier documents.
pub(super) const HISTORY: &str = "history/";

/// The index of the history.
pub(super) const INDEX: &str = "history/index.json";

/// The folder of the ledger.
pub(super) const LEDGER: &str = "ledger/";

/// Returns the name of a segment of the ledger.
pub(super) fn segment(number: u64) -> String {
    format!("{LEDGER}{number:08}.json")
}

/// Returns the name of an earlier document.
pub(super) fn earlier(serial: u64) -> String {
    format!("{HISTORY}{serial:08}.json")
}
