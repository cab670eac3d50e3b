//! A roll-out as reports show it.

use jiff::Timestamp;
use serde::Serialize;

use ebbtide::rollout::{Deed, Next, Phase, Rollout};

/// A roll-out as reports show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RolloutView {
    /// The resource that splits the traffic.
    pub of: String,
    /// The variant that is the new side, if an endpoint splits the traffic.
    pub to: Option<String>,
    /// The percentage of traffic that the new side gets.
    pub percent: u8,
    /// The instant since which it gets that.
    pub since: Timestamp,
    /// The phase.
    #[serde(flatten)]
    pub phase: Phase,
    /// The reason why nothing follows now.
    pub waits: Option<String>,
    /// The instant at which the next step is due, if only its time is missing.
    pub due: Option<Timestamp>,
    /// The percentages that a person approved.
    pub approved: Vec<u8>,
    /// Everything that was done, the earliest first.
    pub log: Vec<Deed>,
}

impl RolloutView {
    /// Creates the view of a roll-out, and of its next act if that is known.
    pub fn of(rollout: &Rollout, next: Option<&Next>) -> Self {
        let (waits, due) = match next {
            Some(Next::Wait { why, until }) => (Some(why.clone()), *until),
            _ => (None, None),
        };
        Self {
            of: rollout.of.to_string(),
            to: rollout.to.clone(),
            percent: rollout.percent,
            since: rollout.since,
            phase: rollout.phase.clone(),
            waits,
            due,
            approved: rollout.approved.iter().copied().collect(),
            log: rollout.log.clone(),
        }
    }
}
