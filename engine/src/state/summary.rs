//! Summaries of serials: an index beside the history, so that listing it reads no whole documents. It is a cache: an entry that
//! is missing is read from its document.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use ebbtide::plan::{Summary, Target};
use ebbtide::record::{Run, RunRecord, StateDocument};

/// The format of the index. One of another format counts as missing.
const INDEX_FORMAT: u32 = 1;

/// One committed document in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SerialSummary {
    /// The serial.
    pub serial: u64,
    /// The target.
    pub target: Target,
    /// The time since which that is the target.
    pub since: Timestamp,
    /// The person or machine that set the target: `user@host`.
    pub by: String,
    /// The reason.
    pub why: String,
    /// The edit of the record by hand that made this serial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
    /// The number of resources that exist.
    pub resources: usize,
    /// The number of resources that sleep.
    pub asleep: usize,
    /// The run that is open in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunSummary>,
    /// The last run that was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<RunRecord>,
}

/// An open run without its plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The name of the run.
    pub id: String,
    /// The command.
    pub command: String,
    /// The person or machine that started it: `user@host`.
    pub by: String,
    /// The reason.
    pub why: String,
    /// The start of the run.
    pub started: Timestamp,
    /// The target.
    pub target: Target,
    /// The hash of the plan.
    pub plan: String,
    /// The number of operations of the plan.
    pub operations: usize,
    /// The operations of the plan by their kinds.
    pub summary: Summary,
}

impl SerialSummary {
    /// Summarizes a document.
    pub fn of(document: &StateDocument) -> Self {
        let asleep = document.resources.values().filter(|record| record.is_asleep()).count();
        Self {
            serial: document.serial,
            target: document.target,
            since: document.since,
            by: document.by.clone(),
            why: document.why.clone(),
            edit: document.edit.clone(),
            resources: document.resources.len() - asleep,
            asleep,
            run: document.run.as_ref().map(RunSummary::of),
            ended: document.ended.clone(),
        }
    }
}

impl RunSummary {
    fn of(run: &Run) -> Self {
        Self {
            id: run.id.clone(),
            command: run.command.clone(),
            by: run.by.clone(),
            why: run.why.clone(),
            started: run.started,
            target: run.plan.target,
            plan: run.plan.hash.clone(),
            operations: run.plan.operations.len(),
            summary: run.plan.summary(),
        }
    }
}

/// The index: the summaries of the serials of one lineage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Index {
    format: u32,
    lineage: String,
    serials: BTreeMap<u64, SerialSummary>,
}

impl Index {
    /// Reads the index of a lineage. Bytes that are no such index make an empty one.
    pub(super) fn decode(bytes: Option<&[u8]>, lineage: &str) -> Self {
        let read = bytes.and_then(|bytes| serde_json::from_slice::<Self>(bytes).ok());
        let fits = |index: &Self| index.format == INDEX_FORMAT && index.lineage == lineage;
        let empty = || Self { format: INDEX_FORMAT, lineage: lineage.to_owned(), serials: BTreeMap::new() };
        read.filter(fits).unwrap_or_else(empty)
    }

    pub(super) fn get(&self, serial: u64) -> Option<&SerialSummary> {
        self.serials.get(&serial)
    }

    /// Adds the summary of the newest serial. Later ones are of a history that was replaced by hand.
    pub(super) fn push(&mut self, summary: SerialSummary) {
        self.serials.retain(|serial, _| *serial < summary.serial);
        self.add(summary);
    }

    /// Adds the summary of any serial.
    pub(super) fn add(&mut self, summary: SerialSummary) {
        self.serials.insert(summary.serial, summary);
    }

    /// Drops all serials but these.
    pub(super) fn keep_only(&mut self, kept: &[u64]) {
        self.serials.retain(|serial, _| kept.contains(serial));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::resource::Scope;

    fn summary(serial: u64) -> SerialSummary {
        let (text, now) = (String::new, "2026-01-01T00:00:00Z".parse().unwrap());
        let scope = Scope { environment: text(), stack: text(), region: text(), account: text() };
        SerialSummary { serial, ..SerialSummary::of(&StateDocument::empty(scope, now, text(), text())) }
    }

    #[test]
    fn a_serial_replaces_what_a_replaced_history_left() {
        let mut index = Index::decode(None, "l");
        (1..=5).for_each(|serial| index.push(summary(serial)));
        index.push(summary(3));
        assert_eq!(index.serials.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
        let bytes = serde_json::to_vec(&index).unwrap();
        assert!(Index::decode(Some(&bytes), "l").get(3).is_some());
        for (bytes, lineage) in [(&bytes[..], "other"), (&bytes[..20], "l"), (b"{}", "l")] {
            assert!(Index::decode(Some(bytes), lineage).serials.is_empty());
        }
    }
}
