//! The time that a stack needs to come up, learned from earlier runs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::Value;

use ebbtide::planner::Dag;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, OnPause, Registry};
use ebbtide::stack::Declarations;

/// Added to the measured time: locking, reading AWS, and the first calls.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// Half as much again: a creation takes longer on some days.
const SLACK: (u64, u64) = (3, 2);

/// Returns the time from the start of a resume until every resource is ready: the longest path through the resources that a
/// pause deletes, by the durations of their last creations, and some slack.
pub fn resume_time(document: &StateDocument, kinds: &Registry) -> SignedDuration {
    let resources = document.resources.iter();
    let resources = resources.map(|(address, record)| (address, record.declaration(), &record.depends_on));
    longest(resources, &document.durations, kinds)
}

/// Returns the same for declared resources, of which some kinds may have been created before.
pub fn expected_resume_time(
    declarations: &Declarations,
    durations: &BTreeMap<String, u64>,
    kinds: &Registry,
) -> SignedDuration {
    let resources = declarations.resources.iter();
    let resources = resources.map(|(address, one)| (address, one.inputs.clone(), &one.depends_on));
    longest(resources, durations, kinds)
}

fn longest<'a>(
    resources: impl Iterator<Item = (&'a Address, Value, &'a BTreeSet<Address>)>,
    durations: &BTreeMap<String, u64>,
    kinds: &Registry,
) -> SignedDuration {
    let is_created = |(address, inputs, _): &(&Address, Value, &BTreeSet<Address>)| {
        let kind = kinds.get(address.kind());
        kind.is_some_and(|kind| matches!(kind.paused(inputs), Ok(OnPause::Delete)))
    };
    let created: Vec<_> = resources.filter(is_created).collect();
    let index: BTreeMap<&Address, usize> =
        created.iter().enumerate().map(|(at, (address, ..))| (*address, at)).collect();
    let before: Vec<Vec<usize>> = created
        .iter()
        .map(|(.., depends_on)| depends_on.iter().filter_map(|other| index.get(other).copied()).collect())
        .collect();
    let took = |address: &Address| {
        let kind = address.kind();
        let typical = || kinds.get(kind).map_or(1000, |kind| u64::from(kind.info().typical_seconds) * 1000);
        durations.get(&format!("{kind} create")).copied().unwrap_or_else(typical)
    };
    let weights: Vec<u64> = created.iter().map(|(address, ..)| took(address)).collect();
    let dag = Dag::new(before.iter().map(|before| before.iter()));
    match dag.longest_paths(&weights).into_iter().max() {
        Some(longest) => {
            let milliseconds = i64::try_from(longest / SLACK.1 * SLACK.0).unwrap_or(i64::MAX);
            SignedDuration::from_millis(milliseconds).saturating_add(MARGIN)
        }
        None => SignedDuration::ZERO,
    }
}
