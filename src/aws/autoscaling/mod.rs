//! Application Auto Scaling of SageMaker endpoints: one file for each kind, and for each part with a name of its own.

mod metric;
mod named;
mod policy;
mod rule;
mod scalable_resource;
mod schedule;
mod scheduled_action;
mod step;
mod target;

pub use metric::{CustomMetric, MathQuery, MathStatistic, MetricStatistic, PredefinedMetric, TargetMetric};
#[doc(hidden)]
pub use named::{ACTION_INFIX, MAX_NAME_LENGTH, POLICY_INFIX};
pub use policy::{ScalingPolicy, ScalingPolicyOutputs};
pub use rule::{ScalingRule, TargetTracking};
#[doc(hidden)]
pub use scalable_resource::{component_resource, variant_resource};
pub use scheduled_action::{ScheduledAction, ScheduledActionOutputs};
pub use step::{Adjustment, Aggregation, Step, StepScaling};
pub use target::{Scalable, ScalableTarget, ScalableTargetOutputs, Suspended};
