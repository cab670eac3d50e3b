//! The roll-out of a stack, as far as the schedule has to know of it.

use jiff::Timestamp;

use crate::environment::Environment;
use ebbtide::record::StateDocument;
use ebbtide::rollout::Phase;
use ebbtide::schedule::UnderWay;

/// Returns the roll-out of a stack that is under way. It has no end that is known if it is held or late.
pub(super) fn under_way(
    environment: &Environment,
    stack: &str,
    document: &StateDocument,
    now: Timestamp,
) -> Option<UnderWay> {
    let rollout = document.rollout.as_ref().filter(|rollout| rollout.is_under_way())?;
    let rules = environment.rollout_rules(stack, rollout).ok().filter(|_| rollout.phase == Phase::UnderWay);
    let until = rules.map(|rules| rules.end(rollout)).filter(|until| now < *until);
    Some(UnderWay { what: rollout.to_string(), until })
}
