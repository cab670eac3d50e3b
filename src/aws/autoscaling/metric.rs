//! The metric that target tracking keeps at a value.

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, MetricDimension, MetricStatistic as SdkStatistic, MetricType, TargetTrackingMetric,
    TargetTrackingMetricDataQuery, TargetTrackingMetricDimension, TargetTrackingMetricStat,
};
use serde::{Deserialize, Serialize};

use crate::engine::sdk::{Error, built};

/// The metric that target tracking keeps at a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetMetric {
    /// One that AWS defines for SageMaker.
    Predefined(PredefinedMetric),
    /// Any metric of CloudWatch.
    Custom(CustomMetric),
    /// One that is computed from several; exactly one query is returned.
    Math(Vec<MathQuery>),
}

/// The metrics that AWS defines for SageMaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PredefinedMetric {
    /// Calls a minute and instance of a variant.
    SageMakerVariantInvocationsPerInstance,
    /// Calls in progress for each model of a variant, seen every 10 seconds.
    SageMakerVariantConcurrentRequestsPerModelHighResolution,
    /// How much of the provisioned concurrency of a serverless variant is in use, 0 to 1.
    SageMakerVariantProvisionedConcurrencyUtilization,
    /// Calls a minute and copy of an inference component.
    SageMakerInferenceComponentInvocationsPerCopy,
    /// Calls in progress for each copy of an inference component, seen every 10 seconds.
    SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution,
}

impl PredefinedMetric {
    pub(super) fn to_sdk(self) -> MetricType {
        match self {
            Self::SageMakerVariantInvocationsPerInstance => MetricType::SageMakerVariantInvocationsPerInstance,
            Self::SageMakerVariantConcurrentRequestsPerModelHighResolution => {
                MetricType::SageMakerVariantConcurrentRequestsPerModelHighResolution
            }
            Self::SageMakerVariantProvisionedConcurrencyUtilization => {
                MetricType::SageMakerVariantProvisionedConcurrencyUtilization
            }
            Self::SageMakerInferenceComponentInvocationsPerCopy => {
                MetricType::SageMakerInferenceComponentInvocationsPerCopy
            }
            Self::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution => {
                MetricType::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution
            }
        }
    }

    /// The metric of SageMaker that AWS names; none for those of other services.
    pub(super) fn from_sdk(metric: &MetricType) -> Option<Self> {
        let all = [
            Self::SageMakerVariantInvocationsPerInstance,
            Self::SageMakerVariantConcurrentRequestsPerModelHighResolution,
            Self::SageMakerVariantProvisionedConcurrencyUtilization,
            Self::SageMakerInferenceComponentInvocationsPerCopy,
            Self::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution,
        ];
        all.into_iter().find(|one| one.to_sdk() == *metric)
    }
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
    /// How its values are put together.
    pub statistic: MetricStatistic,
    /// The unit, if the metric is published in several.
    #[serde(default)]
    pub unit: Option<String>,
}

/// How the values of a metric are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricStatistic {
    /// Their mean.
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// How many there are.
    SampleCount,
    /// Their sum.
    Sum,
}

/// One step of a computed metric: a metric, or an expression over others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MathQuery {
    /// How expressions refer to it.
    pub id: String,
    /// An expression; or else `metric` is given.
    #[serde(default)]
    pub expression: Option<String>,
    /// A metric; or else `expression` is given.
    #[serde(default)]
    pub metric: Option<MathStatistic>,
    /// A label for people.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether this is the result.
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
    /// The statistic in CloudWatch's words: `Average`, `p90`.
    pub statistic: String,
    /// The unit, if the metric is published in several.
    #[serde(default)]
    pub unit: Option<String>,
}

impl CustomMetric {
    pub(super) fn to_sdk(&self) -> Result<CustomizedMetricSpecification, Error> {
        let dimension =
            |(name, value): (&String, &String)| built(MetricDimension::builder().name(name).value(value).build());
        let statistic = match self.statistic {
            MetricStatistic::Average => SdkStatistic::Average,
            MetricStatistic::Minimum => SdkStatistic::Minimum,
            MetricStatistic::Maximum => SdkStatistic::Maximum,
            MetricStatistic::SampleCount => SdkStatistic::SampleCount,
            MetricStatistic::Sum => SdkStatistic::Sum,
        };
        Ok(CustomizedMetricSpecification::builder()
            .namespace(&self.namespace)
            .metric_name(&self.name)
            .set_dimensions(Some(self.dimensions.iter().map(dimension).collect::<Result<_, _>>()?))
            .statistic(statistic)
            .set_unit(self.unit.clone())
            .build())
    }
}

/// What AWS calls a customized metric: a plain one or a computed one.
pub(super) fn custom_from_sdk(custom: &CustomizedMetricSpecification) -> TargetMetric {
    if !custom.metrics().is_empty() {
        return TargetMetric::Math(custom.metrics().iter().map(query_from_sdk).collect());
    }
    let dimension = |one: &MetricDimension| (one.name().to_owned(), one.value().to_owned());
    TargetMetric::Custom(CustomMetric {
        namespace: custom.namespace().unwrap_or_default().to_owned(),
        name: custom.metric_name().unwrap_or_default().to_owned(),
        dimensions: custom.dimensions().iter().map(dimension).collect(),
        statistic: match custom.statistic() {
            Some(SdkStatistic::Minimum) => MetricStatistic::Minimum,
            Some(SdkStatistic::Maximum) => MetricStatistic::Maximum,
            Some(SdkStatistic::SampleCount) => MetricStatistic::SampleCount,
            Some(SdkStatistic::Sum) => MetricStatistic::Sum,
            _ => MetricStatistic::Average,
        },
        unit: custom.unit().map(str::to_owned),
    })
}

/// The queries of a computed metric, as AWS takes them.
pub(super) fn math_to_sdk(queries: &[MathQuery]) -> Result<CustomizedMetricSpecification, Error> {
    let queries: Vec<_> = queries.iter().map(query_to_sdk).collect::<Result<_, _>>()?;
    Ok(CustomizedMetricSpecification::builder().set_metrics(Some(queries)).build())
}

fn query_to_sdk(query: &MathQuery) -> Result<TargetTrackingMetricDataQuery, Error> {
    let statistic = query.metric.as_ref().map(|metric| {
        let dimension = |(name, value): (&String, &String)| {
            built(TargetTrackingMetricDimension::builder().name(name).value(value).build())
        };
        let dimensions = metric.dimensions.iter().map(dimension).collect::<Result<_, _>>()?;
        let source = TargetTrackingMetric::builder()
            .namespace(&metric.namespace)
            .metric_name(&metric.name)
            .set_dimensions(Some(dimensions))
            .build();
        let statistic = TargetTrackingMetricStat::builder().metric(source).stat(&metric.statistic);
        built(statistic.set_unit(metric.unit.clone()).build())
    });
    built(
        TargetTrackingMetricDataQuery::builder()
            .id(&query.id)
            .set_expression(query.expression.clone())
            .set_metric_stat(statistic.transpose()?)
            .set_label(query.label.clone())
            .return_data(query.return_data)
            .build(),
    )
}

fn query_from_sdk(query: &TargetTrackingMetricDataQuery) -> MathQuery {
    let statistic = |found: &TargetTrackingMetricStat| {
        let source = found.metric();
        let dimensions = source.map(TargetTrackingMetric::dimensions).unwrap_or_default();
        MathStatistic {
            namespace: source.and_then(TargetTrackingMetric::namespace).unwrap_or_default().to_owned(),
            name: source.and_then(TargetTrackingMetric::metric_name).unwrap_or_default().to_owned(),
            dimensions: dimensions.iter().map(|one| (one.name().to_owned(), one.value().to_owned())).collect(),
            statistic: found.stat().to_owned(),
            unit: found.unit().map(str::to_owned),
        }
    };
    MathQuery {
        id: query.id().to_owned(),
        expression: query.expression().map(str::to_owned),
        metric: query.metric_stat().map(statistic),
        label: query.label().map(str::to_owned),
        // AWS returns a query's data unless told otherwise.
        return_data: query.return_data().unwrap_or(true),
    }
}
