//! The conversion of the metrics of target tracking to the SDK's types and back.

use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, MetricDimension, MetricStatistic as SdkStatistic, MetricType, TargetTrackingMetric,
    TargetTrackingMetricDataQuery, TargetTrackingMetricDimension, TargetTrackingMetricStat,
};

use crate::sdk::{Error, built};
use ebbtide::aws::autoscaling::{
    CustomMetric, MathQuery, MathStatistic, MetricStatistic, PredefinedMetric, TargetMetric,
};

/// Returns a predefined metric as the SDK takes it.
pub(super) fn predefined_metric_to_sdk(metric: PredefinedMetric) -> MetricType {
    match metric {
        PredefinedMetric::SageMakerVariantInvocationsPerInstance => MetricType::SageMakerVariantInvocationsPerInstance,
        PredefinedMetric::SageMakerVariantConcurrentRequestsPerModelHighResolution => {
            MetricType::SageMakerVariantConcurrentRequestsPerModelHighResolution
        }
        PredefinedMetric::SageMakerVariantProvisionedConcurrencyUtilization => {
            MetricType::SageMakerVariantProvisionedConcurrencyUtilization
        }
        PredefinedMetric::SageMakerInferenceComponentInvocationsPerCopy => {
            MetricType::SageMakerInferenceComponentInvocationsPerCopy
        }
        PredefinedMetric::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution => {
            MetricType::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution
        }
    }
}

/// Reads a predefined metric; `None` for the metrics of other services than SageMaker.
pub(super) fn read_predefined_metric(metric: &MetricType) -> Option<PredefinedMetric> {
    let all = [
        PredefinedMetric::SageMakerVariantInvocationsPerInstance,
        PredefinedMetric::SageMakerVariantConcurrentRequestsPerModelHighResolution,
        PredefinedMetric::SageMakerVariantProvisionedConcurrencyUtilization,
        PredefinedMetric::SageMakerInferenceComponentInvocationsPerCopy,
        PredefinedMetric::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution,
    ];
    all.into_iter().find(|predefined| predefined_metric_to_sdk(*predefined) == *metric)
}

/// Returns a metric of CloudWatch as the SDK takes it.
pub(super) fn custom_metric_to_sdk(metric: &CustomMetric) -> Result<CustomizedMetricSpecification, Error> {
    let dimension =
        |(name, value): (&String, &String)| built(MetricDimension::builder().name(name).value(value).build());
    let statistic = match metric.statistic {
        MetricStatistic::Average => SdkStatistic::Average,
        MetricStatistic::Minimum => SdkStatistic::Minimum,
        MetricStatistic::Maximum => SdkStatistic::Maximum,
        MetricStatistic::SampleCount => SdkStatistic::SampleCount,
        MetricStatistic::Sum => SdkStatistic::Sum,
    };
    Ok(CustomizedMetricSpecification::builder()
        .namespace(&metric.namespace)
        .metric_name(&metric.name)
        .set_dimensions(Some(metric.dimensions.iter().map(dimension).collect::<Result<_, _>>()?))
        .statistic(statistic)
        .set_unit(metric.unit.clone())
        .build())
}

/// Reads a customized metric, which is a metric of CloudWatch or one computed from several.
pub(super) fn read_customized_metric(custom: &CustomizedMetricSpecification) -> TargetMetric {
    if !custom.metrics().is_empty() {
        return TargetMetric::Math(custom.metrics().iter().map(read_query).collect());
    }
    let dimension = |dimension: &MetricDimension| (dimension.name().to_owned(), dimension.value().to_owned());
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

/// Returns the queries of a computed metric as the SDK takes them.
pub(super) fn queries_to_sdk(queries: &[MathQuery]) -> Result<CustomizedMetricSpecification, Error> {
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

fn read_query(query: &TargetTrackingMetricDataQuery) -> MathQuery {
    let statistic = |statistic: &TargetTrackingMetricStat| {
        let source = statistic.metric();
        let dimensions = source.map(TargetTrackingMetric::dimensions).unwrap_or_default();
        let dimension =
            |dimension: &TargetTrackingMetricDimension| (dimension.name().to_owned(), dimension.value().to_owned());
        MathStatistic {
            namespace: source.and_then(TargetTrackingMetric::namespace).unwrap_or_default().to_owned(),
            name: source.and_then(TargetTrackingMetric::metric_name).unwrap_or_default().to_owned(),
            dimensions: dimensions.iter().map(dimension).collect(),
            statistic: statistic.stat().to_owned(),
            unit: statistic.unit().map(str::to_owned),
        }
    };
    MathQuery {
        id: query.id().to_owned(),
        expression: query.expression().map(str::to_owned),
        metric: query.metric_stat().map(statistic),
        label: query.label().map(str::to_owned),
        // AWS returns the data of a query unless it is switched off.
        return_data: query.return_data().unwrap_or(true),
    }
}
