//! The rule of a scaling policy: target tracking or steps.

use serde::{Deserialize, Serialize};

use super::{PredefinedMetric, StepScaling, TargetMetric};
use crate::resource::Problems;

/// The rule of a scaling policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScalingRule {
    /// Keeps a metric at a value; AWS creates and keeps the alarms.
    TargetTracking(TargetTracking),
    /// Adds and removes capacity by steps, triggered by an alarm.
    Step(StepScaling),
}

/// Target tracking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetTracking {
    /// The metric.
    pub metric: TargetMetric,
    /// The value that the metric is kept at, in its unit.
    pub value: f64,
    /// The time between two removals of capacity, in seconds; AWS's default unless given.
    #[serde(default)]
    pub scale_in_cooldown_seconds: Option<u32>,
    /// The time between two additions of capacity, in seconds; AWS's default unless given.
    #[serde(default)]
    pub scale_out_cooldown_seconds: Option<u32>,
    /// Whether capacity is only ever added.
    #[serde(default)]
    pub disable_scale_in: bool,
}

impl TargetTracking {
    /// Creates a rule that keeps a metric defined by AWS at a value.
    pub fn predefined(metric: PredefinedMetric, value: f64) -> Self {
        Self {
            metric: TargetMetric::Predefined(metric),
            value,
            scale_in_cooldown_seconds: None,
            scale_out_cooldown_seconds: None,
            disable_scale_in: false,
        }
    }

    fn validate(&self, problems: &mut Problems) {
        if !self.value.is_finite() || self.value <= 0.0 {
            problems.refuse("rule.value", format!("a metric cannot be kept at {}", self.value));
        }
        for (name, seconds) in [
            ("scale_in_cooldown_seconds", self.scale_in_cooldown_seconds),
            ("scale_out_cooldown_seconds", self.scale_out_cooldown_seconds),
        ] {
            if seconds.is_some_and(|seconds| seconds > 3600) {
                problems.refuse(format!("rule.{name}"), "AWS takes 0 to 3600 seconds");
            }
        }
        if let TargetMetric::Math(queries) = &self.metric {
            if queries.iter().filter(|query| query.return_data).count() != 1 {
                problems.refuse("rule.metric", "exactly one query must return its data");
            }
            if queries.iter().any(|query| query.expression.is_some() == query.metric.is_some()) {
                problems.refuse("rule.metric", "a query has either an expression or a metric");
            }
        }
    }
}

impl ScalingRule {
    /// Reports problems that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        match self {
            Self::TargetTracking(tracking) => tracking.validate(problems),
            Self::Step(step) => step.validate(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::autoscaling::{Adjustment, Aggregation, MathQuery, Step};

    fn problems_of(rule: &ScalingRule) -> Problems {
        let mut problems = Problems::new();
        rule.validate(&mut problems);
        problems
    }

    #[test]
    fn steps_must_join() {
        let step = StepScaling {
            adjustment: Adjustment::Percent,
            steps: vec![
                Step { lower: None, upper: Some(0.0), by: -10 },
                Step { lower: Some(0.0), upper: None, by: 20 },
            ],
            cooldown_seconds: Some(120),
            aggregation: Aggregation::Maximum,
            least_change: Some(1),
        };
        assert_eq!(problems_of(&ScalingRule::Step(step.clone())), Problems::new());
        let mut wrong = step;
        wrong.steps[1].lower = Some(5.0);
        wrong.adjustment = Adjustment::Exact;
        let problems = problems_of(&ScalingRule::Step(wrong));
        assert_eq!(problems.fields(), ["rule.steps", "rule.least_change"], "{problems:?}");
    }

    #[test]
    fn invalid_target_tracking_is_refused() {
        let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
        let zero = TargetTracking::predefined(metric, 0.0);
        assert_eq!(problems_of(&ScalingRule::TargetTracking(zero)).fields(), ["rule.value"]);
        let query = MathQuery { id: "m".into(), expression: None, metric: None, label: None, return_data: false };
        let wrong = TargetTracking {
            metric: TargetMetric::Math(vec![query]),
            scale_in_cooldown_seconds: Some(3601),
            ..TargetTracking::predefined(metric, 1.0)
        };
        let problems = problems_of(&ScalingRule::TargetTracking(wrong));
        assert_eq!(problems.fields(), ["rule.scale_in_cooldown_seconds", "rule.metric", "rule.metric"]);
    }
}
