//! Step scaling: the capacity that an alarm adds or removes, by how far its metric is off.

use serde::{Deserialize, Serialize};

use crate::resource::Problems;

/// Step scaling. An alarm triggers it by having the policy's ARN as an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepScaling {
    /// The meaning of the steps' numbers.
    pub adjustment: Adjustment,
    /// The steps, from the lowest bound to the highest, without gaps.
    pub steps: Vec<Step>,
    /// The time after a step in which nothing happens, in seconds; AWS's default unless given.
    #[serde(default)]
    pub cooldown_seconds: Option<u32>,
    /// The statistic of the metric's values.
    #[serde(default)]
    pub aggregation: Aggregation,
    /// The least change, with `Adjustment::Percent`.
    #[serde(default)]
    pub least_change: Option<u32>,
}

/// The meaning of the steps' numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adjustment {
    /// A change of the capacity by this number.
    Change,
    /// A change of the capacity by this many percent.
    Percent,
    /// The new capacity.
    Exact,
}

/// The statistic of a metric's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// The mean.
    #[default]
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
}

/// A step. It applies while the metric minus the alarm's threshold is between `lower` and `upper`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The lower bound; unbounded unless given.
    pub lower: Option<f64>,
    /// The upper bound; unbounded unless given.
    pub upper: Option<f64>,
    /// The change, or the capacity with `Adjustment::Exact`.
    pub by: i32,
}

impl StepScaling {
    /// Reports problems that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let mut problem = |message: &str| problems.refuse("rule.steps", message.to_owned());
        if !(1..=20).contains(&self.steps.len()) {
            problem("a policy has 1 to 20 steps");
        }
        for step in &self.steps {
            if let (Some(lower), Some(upper)) = (step.lower, step.upper)
                && lower >= upper
            {
                problem(&format!("the bounds {lower} and {upper} are the wrong way round"));
            }
            if step.lower.is_none() && step.upper.is_none() && self.steps.len() > 1 {
                problem("one step without bounds leaves nothing for the others");
            }
        }
        if self.steps.windows(2).any(|pair| pair[0].upper.is_none() || pair[0].upper != pair[1].lower) {
            problem("each step must begin where the one before it ends, lowest first");
        }
        if self.least_change.is_some() && self.adjustment != Adjustment::Percent {
            problems.refuse("rule.least_change", "only a change in percent has a least change");
        }
    }
}
