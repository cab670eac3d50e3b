//! Application Auto Scaling of SageMaker endpoints: one file for each kind, and for each part with a name of its own.

mod calls;
mod dimension;
mod metric;
mod policy;
mod rule;
mod schedule;
mod scheduled_action;
mod snapshot;
mod step;
mod target;

pub(crate) use dimension::variant_resource;
pub use metric::{CustomMetric, MathQuery, MathStatistic, MetricStatistic, PredefinedMetric, TargetMetric};
pub use policy::{ScalingPolicy, ScalingPolicyOutputs};
pub use rule::{ScalingRule, TargetTracking};
pub use scheduled_action::{ScheduledAction, ScheduledActionOutputs};
pub(crate) use snapshot::Snapshot;
pub use step::{Adjustment, Aggregation, Step, StepScaling};
pub use target::{Scalable, ScalableTarget, ScalableTargetOutputs, Suspended};
