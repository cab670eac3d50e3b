//! The metric that target tracking keeps at a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The metric that target tracking keeps at a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetMetric {
    /// A metric that AWS defines for SageMaker.
    Predefined(PredefinedMetric),
    /// Any metric of CloudWatch.
    Custom(CustomMetric),
    /// A metric computed from several; exactly one query returns its data.
    Math(Vec<MathQuery>),
}

impl TargetMetric {
    /// Returns whether its alarms evaluate periods below a minute.
    pub(super) fn is_high_resolution(&self) -> bool {
        use PredefinedMetric::{
            SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution,
            SageMakerVariantConcurrentRequestsPerModelHighResolution,
        };
        matches!(
            self,
            Self::Predefined(
                SageMakerVariantConcurrentRequestsPerModelHighResolution
                    | SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution
            )
        )
    }

    /// Returns the number of metrics that each of its alarms watches.
    pub(super) fn metrics(&self) -> usize {
        match self {
            Self::Predefined(_) | Self::Custom(_) => 1,
            Self::Math(queries) => queries.iter().filter(|query| query.metric.is_some()).count(),
        }
    }
}

/// The metrics that AWS defines for SageMaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PredefinedMetric {
    /// Calls a minute and instance of a variant.
    SageMakerVariantInvocationsPerInstance,
    /// Calls in progress for each model of a variant, measured every 10 seconds.
    SageMakerVariantConcurrentRequestsPerModelHighResolution,
    /// The share of a serverless variant's provisioned concurrency that is in use, 0 to 1.
    SageMakerVariantProvisionedConcurrencyUtilization,
    /// Calls a minute and copy of an inference component.
    SageMakerInferenceComponentInvocationsPerCopy,
    /// Calls in progress for each copy of an inference component, measured every 10 seconds.
    SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution,
}

/// A metric of CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomMetric {
    /// The namespace, e.g. `AWS/SageMaker`.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// The statistic of its values.
    pub statistic: MetricStatistic,
    /// The unit, if the metric is published in several.
    #[serde(default)]
    pub unit: Option<String>,
}

/// The statistic of a metric's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricStatistic {
    /// The mean.
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// The number of values.
    SampleCount,
    /// The sum.
    Sum,
}

/// One step of a computed metric: a metric, or an expression over others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MathQuery {
    /// The name by which expressions refer to it.
    pub id: String,
    /// An expression; exactly one of `expression` and `metric` is given.
    #[serde(default)]
    pub expression: Option<String>,
    /// A metric; exactly one of `expression` and `metric` is given.
    #[serde(default)]
    pub metric: Option<MathStatistic>,
    /// A label for people.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether this query is the result.
    pub return_data: bool,
}

/// A metric that goes into a computed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MathStatistic {
    /// The namespace, e.g. `AWS/SageMaker`.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// The statistic by its name in CloudWatch: `Average`, `p90`.
    pub statistic: String,
    /// The unit, if the metric is published in several.
    #[serde(default)]
    pub unit: Option<String>,
}
