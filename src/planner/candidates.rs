//! The resources on a circle that can give way.

use std::collections::BTreeSet;

use super::action::Action;
use super::decisions::Decisions;
use super::giving_way::Candidate;
use crate::plan::Operation;
use crate::record::ResourceRecord;
use crate::resource::Replacement;

/// Returns the resources on a circle that can give way, those first to which it matters least. Each operation on the circle
/// comes before the next one.
pub(super) fn candidates(circle: &[&Operation], decisions: &Decisions<'_>) -> Vec<Candidate> {
    let pairs = circle.windows(2).filter_map(|pair| match pair {
        [first, then] => candidate(first, then, decisions),
        _ => None,
    });
    let candidates: BTreeSet<Candidate> = pairs.collect();
    candidates.into_iter().collect()
}

/// Returns the resource that gives way if the first of two operations need not come before the other one.
fn candidate(first: &Operation, then: &Operation, decisions: &Decisions<'_>) -> Option<Candidate> {
    let address = &first.address;
    let gives_way = decisions.giving_way.contains(address);
    let ranked = |rank| Candidate { rank, address: address.clone(), anew: false };
    if first.creates() {
        // The deletion of a resource waits for a user that is created: an earlier generation of the user is reused and has to
        // move away, or the user is recorded and gone.
        if then.upsert().is_some() || then.address == *address {
            return None;
        }
        return match decisions.request.document.resources.get(address) {
            Some(record) if is_reused(record, first) => {
                (!decisions.giving_way.is_created_anew(address)).then(|| Candidate { anew: true, ..ranked(4) })
            }
            _ => (!gives_way).then(|| ranked(0)),
        };
    }
    let rank = match decisions.actions.get(address)? {
        Action::Replace(Replacement::CreateFirst) => 1,
        Action::Update if decisions.is_durable(address) => 2,
        Action::Update => 3,
        Action::Replace(Replacement::DeleteFirst)
        | Action::Create
        | Action::Delete
        | Action::Sleep
        | Action::Forget => return None,
    };
    (!gives_way).then(|| ranked(rank))
}

/// Returns whether a creation brings back an earlier generation, which still exists.
pub(super) fn is_reused(record: &ResourceRecord, creation: &Operation) -> bool {
    creation.creates() && record.deposed.iter().any(|old| old.generation == creation.generation)
}
