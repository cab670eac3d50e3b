//! What to begin first: what has the longest way still to go behind it.

use std::collections::BTreeMap;

use crate::plan::{OperationKind, Plan};
use crate::resource::Registry;

/// The length of the longest path from each operation to the end, itself included, in milliseconds, by operation id.
/// Durations are those of earlier runs; before there is one, the kind's typical time.
pub(super) fn longest_remaining(plan: &Plan, durations: &BTreeMap<String, u64>, kinds: &Registry) -> Vec<u64> {
    let mut remaining: Vec<u64> = plan
        .operations
        .iter()
        .map(|operation| {
            let learned = durations.get(&format!("{} {}", operation.kind, operation.operation)).copied();
            learned.unwrap_or_else(|| match operation.operation {
                OperationKind::Create | OperationKind::Replace => {
                    u64::from(kinds.get(&operation.kind).map_or(1, |kind| kind.info().typical_seconds)) * 1000
                }
                OperationKind::Update | OperationKind::Delete => 1000,
                OperationKind::Forget => 1,
            })
        })
        .collect();
    let own = remaining.clone();
    // Operations stand after what they depend on, so one pass from the end suffices.
    for operation in plan.operations.iter().rev() {
        let behind = remaining[operation.id];
        for before in &operation.depends_on {
            remaining[*before] = remaining[*before].max(own[*before] + behind);
        }
    }
    remaining
}
