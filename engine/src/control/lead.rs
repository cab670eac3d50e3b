//! The time that a stack needs to come up, learned from earlier runs.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use ebbtide::planner::Dag;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, OnPause, Registry};

/// Added to the measured time: locking, reading AWS, and the first calls.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// Half as much again: a creation takes longer on some days.
const SLACK: (u64, u64) = (3, 2);

/// Returns the time from the start of a resume until every resource is ready: the longest path through the resources that a
/// pause deletes, by the durations of their last creations, and some slack.
pub(super) fn resume_time(document: &StateDocument, kinds: &Registry) -> SignedDuration {
    let is_created = |(address, record): &(&Address, &ResourceRecord)| {
        let kind = kinds.get(address.kind());
        kind.is_some_and(|kind| matches!(kind.paused(&record.declaration()), Ok(OnPause::Delete)))
    };
    let created: Vec<_> = document.resources.iter().filter(is_created).collect();
    let index: BTreeMap<&Address, usize> =
        created.iter().enumerate().map(|(at, (address, _))| (*address, at)).collect();
    let before: Vec<Vec<usize>> = created
        .iter()
        .map(|(_, record)| record.depends_on.iter().filter_map(|other| index.get(other).copied()).collect())
        .collect();
    let took = |address: &Address| {
        let kind = address.kind();
        let typical = || kinds.get(kind).map_or(1000, |kind| u64::from(kind.info().typical_seconds) * 1000);
        document.durations.get(&format!("{kind} create")).copied().unwrap_or_else(typical)
    };
    let weights: Vec<u64> = created.iter().map(|(address, _)| took(address)).collect();
    let dag = Dag::new(before.iter().map(|before| before.iter()));
    match dag.longest_paths(&weights).into_iter().max() {
        Some(longest) => {
            let milliseconds = i64::try_from(longest / SLACK.1 * SLACK.0).unwrap_or(i64::MAX);
            SignedDuration::from_millis(milliseconds).saturating_add(MARGIN)
        }
        None => SignedDuration::ZERO,
    }
}
