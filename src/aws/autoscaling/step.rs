//! Step scaling: how much capacity an alarm adds or takes, by how far its metric is off.

use crate::resource::Problems;
use aws_sdk_applicationautoscaling::types::{
    AdjustmentType, MetricAggregationType, StepAdjustment, StepScalingPolicyConfiguration,
};
use serde::{Deserialize, Serialize};

use crate::engine::sdk::{Error, built};

/// Step scaling. An alarm whose action is the policy's ARN sets it off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepScaling {
    /// What the numbers of the steps mean.
    pub adjustment: Adjustment,
    /// The steps, from the lowest bound to the highest, without gaps.
    pub steps: Vec<Step>,
    /// How long nothing happens after a step, in seconds; as AWS chooses unless given.
    #[serde(default)]
    pub cooldown_seconds: Option<u32>,
    /// How the values of the metric are put together.
    #[serde(default)]
    pub aggregation: Aggregation,
    /// The least change, with `Adjustment::Percent`.
    #[serde(default)]
    pub least_change: Option<u32>,
}

/// What the numbers of steps mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adjustment {
    /// So much more (or less).
    Change,
    /// So many percent more (or less).
    Percent,
    /// Exactly so much.
    Exact,
}

/// How the values of a metric are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Their mean.
    #[default]
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
}

/// A step: applies while the metric, less the alarm's threshold, is from `lower` up to `upper`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The lower bound; none is without bound.
    pub lower: Option<f64>,
    /// The upper bound; none is without bound.
    pub upper: Option<f64>,
    /// The change, or the capacity with `Adjustment::Exact`.
    pub by: i32,
}

impl StepScaling {
    /// Notes what AWS would refuse.
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

    pub(super) fn to_sdk(&self) -> Result<StepScalingPolicyConfiguration, Error> {
        let adjustment = match self.adjustment {
            Adjustment::Change => AdjustmentType::ChangeInCapacity,
            Adjustment::Percent => AdjustmentType::PercentChangeInCapacity,
            Adjustment::Exact => AdjustmentType::ExactCapacity,
        };
        let aggregation = match self.aggregation {
            Aggregation::Average => MetricAggregationType::Average,
            Aggregation::Minimum => MetricAggregationType::Minimum,
            Aggregation::Maximum => MetricAggregationType::Maximum,
        };
        let step = |step: &Step| {
            built(
                StepAdjustment::builder()
                    .set_metric_interval_lower_bound(step.lower)
                    .set_metric_interval_upper_bound(step.upper)
                    .scaling_adjustment(step.by)
                    .build(),
            )
        };
        Ok(StepScalingPolicyConfiguration::builder()
            .adjustment_type(adjustment)
            .metric_aggregation_type(aggregation)
            .set_step_adjustments(Some(self.steps.iter().map(step).collect::<Result<_, _>>()?))
            .set_cooldown(self.cooldown_seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)))
            .set_min_adjustment_magnitude(self.least_change.map(|least| i32::try_from(least).unwrap_or(i32::MAX)))
            .build())
    }

    pub(super) fn from_sdk(step: &StepScalingPolicyConfiguration) -> Self {
        let mut steps: Vec<_> = step
            .step_adjustments()
            .iter()
            .map(|step| Step {
                lower: step.metric_interval_lower_bound(),
                upper: step.metric_interval_upper_bound(),
                by: step.scaling_adjustment(),
            })
            .collect();
        let lowest = |step: &Step| step.lower.unwrap_or(f64::NEG_INFINITY);
        steps.sort_by(|one, other| lowest(one).total_cmp(&lowest(other)));
        Self {
            adjustment: match step.adjustment_type() {
                Some(AdjustmentType::PercentChangeInCapacity) => Adjustment::Percent,
                Some(AdjustmentType::ExactCapacity) => Adjustment::Exact,
                _ => Adjustment::Change,
            },
            steps,
            cooldown_seconds: step.cooldown().and_then(|seconds| u32::try_from(seconds).ok()),
            aggregation: match step.metric_aggregation_type() {
                Some(MetricAggregationType::Minimum) => Aggregation::Minimum,
                Some(MetricAggregationType::Maximum) => Aggregation::Maximum,
                _ => Aggregation::Average,
            },
            least_change: step.min_adjustment_magnitude().and_then(|least| u32::try_from(least).ok()),
        }
    }
}
