//! The table `[stacks.NAME.rollout]` of an environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A roll-out: the share of traffic of a new side rises in steps, as long as alarms are quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RolloutSettings")]
pub struct Settings {
    /// The address of the resource that splits the traffic: an endpoint with two variants, or the stage of a REST API with a
    /// canary. Needed where the stack has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The variant of the endpoint that is the new side. A stage has its canary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The steps, rising to 100 percent.
    pub steps: Vec<StepSettings>,
    /// The names of alarms of the stack. Each has to be OK, with data, from one step to the next.
    #[serde(default)]
    pub gates: Vec<String>,
    /// The reasons to take all traffic back.
    #[serde(default)]
    pub rollback: Vec<RollbackSettings>,
    /// The percentages of the steps that wait for `ebb rollout approve`.
    #[serde(default)]
    pub approve: Vec<u8>,
}

/// A step of a roll-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepSettings {
    /// The share of traffic that the new side gets, 1 to 100 percent.
    #[schemars(range(min = 1, max = 100))]
    pub percent: u8,
    /// The time after the start of the roll-out at the earliest, such as `0d` or `3d`. A step that comes later moves all that
    /// follow.
    pub after: String,
}

/// A reason to take all traffic back: an alarm, or the cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackSettings {
    /// The name of an alarm of the stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
    /// The share of the stack's budget that its days cost, such as `200%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// The time for which the alarm is raised, or the cost exceeded, such as `24h`; whole days for a cost.
    #[serde(rename = "for")]
    pub length: String,
}
