//! The conversion of step scaling to the SDK's types and back.

use aws_sdk_applicationautoscaling::types::{
    AdjustmentType, MetricAggregationType, StepAdjustment, StepScalingPolicyConfiguration,
};

use crate::providers::numbers::signed;
use crate::sdk::{Error, built};
use ebbtide::aws::autoscaling::{Adjustment, Aggregation, Step, StepScaling};

/// Returns step scaling as the SDK takes it.
pub(super) fn step_scaling_to_sdk(scaling: &StepScaling) -> Result<StepScalingPolicyConfiguration, Error> {
    let adjustment = match scaling.adjustment {
        Adjustment::Change => AdjustmentType::ChangeInCapacity,
        Adjustment::Percent => AdjustmentType::PercentChangeInCapacity,
        Adjustment::Exact => AdjustmentType::ExactCapacity,
    };
    let aggregation = match scaling.aggregation {
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
        .set_step_adjustments(Some(scaling.steps.iter().map(step).collect::<Result<_, _>>()?))
        .set_cooldown(scaling.cooldown_seconds.map(signed))
        .set_min_adjustment_magnitude(scaling.least_change.map(signed))
        .build())
}

/// Reads step scaling.
pub(super) fn read_step_scaling(scaling: &StepScalingPolicyConfiguration) -> StepScaling {
    let mut steps: Vec<_> = scaling
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
    StepScaling {
        adjustment: match scaling.adjustment_type() {
            Some(AdjustmentType::PercentChangeInCapacity) => Adjustment::Percent,
            Some(AdjustmentType::ExactCapacity) => Adjustment::Exact,
            _ => Adjustment::Change,
        },
        steps,
        cooldown_seconds: scaling.cooldown().and_then(|seconds| u32::try_from(seconds).ok()),
        aggregation: match scaling.metric_aggregation_type() {
            Some(MetricAggregationType::Minimum) => Aggregation::Minimum,
            Some(MetricAggregationType::Maximum) => Aggregation::Maximum,
            _ => Aggregation::Average,
        },
        least_change: scaling.min_adjustment_magnitude().and_then(|least| u32::try_from(least).ok()),
    }
}
