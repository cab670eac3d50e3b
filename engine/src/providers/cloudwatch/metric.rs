//! Metrics and expressions in the form of the SDK.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{
    Dimension, Metric as SdkMetric, MetricAlarm, MetricDataQuery, MetricStat, StandardUnit, Statistic as SdkStatistic,
};

use ebbtide::aws::cloudwatch::{Metric, MetricMath, Statistic, Watch};
use ebbtide::resource::Resolved;

/// Returns a statistic as CloudWatch writes it.
pub(super) fn statistic_text(statistic: &Statistic) -> String {
    match statistic {
        Statistic::SampleCount => "SampleCount".to_owned(),
        Statistic::Average => "Average".to_owned(),
        Statistic::Sum => "Sum".to_owned(),
        Statistic::Minimum => "Minimum".to_owned(),
        Statistic::Maximum => "Maximum".to_owned(),
        Statistic::Percentile(percent) => format!("p{percent}"),
        Statistic::Other(text) => text.clone(),
    }
}

fn read_statistic(text: &str) -> Statistic {
    match text {
        "SampleCount" => Statistic::SampleCount,
        "Average" => Statistic::Average,
        "Sum" => Statistic::Sum,
        "Minimum" => Statistic::Minimum,
        "Maximum" => Statistic::Maximum,
        other => match other.strip_prefix('p').and_then(|percent| percent.parse().ok()) {
            Some(percent) => Statistic::Percentile(percent),
            None => Statistic::Other(other.to_owned()),
        },
    }
}

/// Returns a statistic as an alarm on one metric has it: plain, or extended.
pub(super) fn statistic_to_sdk(statistic: &Statistic) -> (Option<SdkStatistic>, Option<String>) {
    match statistic {
        Statistic::Percentile(_) | Statistic::Other(_) => (None, Some(statistic_text(statistic))),
        plain => (Some(SdkStatistic::from(statistic_text(plain).as_str())), None),
    }
}

/// Returns the dimensions of a metric in the SDK's form.
pub(super) fn dimensions_to_sdk(metric: &Metric<Resolved>) -> Vec<Dimension> {
    let dimension = |(name, value): (&String, &String)| Dimension::builder().name(name).value(value).build();
    metric.dimensions.iter().map(dimension).collect()
}

/// Returns the queries of an alarm on an expression: one for each metric, and the expression as the result.
pub(super) fn math_to_sdk(math: &MetricMath<Resolved>, period_seconds: i32) -> Vec<MetricDataQuery> {
    let query = |(id, metric): (&String, &Metric<Resolved>)| {
        let source = SdkMetric::builder()
            .namespace(&metric.namespace)
            .metric_name(&metric.name)
            .set_dimensions(Some(dimensions_to_sdk(metric)))
            .build();
        let statistic = MetricStat::builder()
            .metric(source)
            .period(period_seconds)
            .stat(statistic_text(&metric.statistic))
            .set_unit(metric.unit.as_deref().map(StandardUnit::from))
            .build();
        MetricDataQuery::builder().id(id).metric_stat(statistic).return_data(false).build()
    };
    let result = MetricDataQuery::builder()
        .id(MetricMath::<Resolved>::RESULT_ID)
        .expression(&math.expression)
        .set_label(math.label.clone())
        .return_data(true)
        .build();
    math.metrics.iter().map(query).chain([result]).collect()
}

/// Returns an optional text that was read. AWS does not tell an empty text from none, so it reads as it was applied last.
pub(super) fn text_as_written(read: Option<&str>, last: Option<&str>) -> Option<String> {
    read.filter(|text| !text.is_empty()).or(last.filter(|text| text.is_empty())).map(str::to_owned)
}

/// Returns the metric or expression that an alarm watches, and its period in seconds.
///
/// An alarm that was changed by other means may have several expressions or periods. Such an alarm reads as something that
/// no declaration equals, so that it shows as drift.
pub(super) fn read_watch(alarm: &MetricAlarm, last: &Watch<Resolved>) -> (Watch<Resolved>, i32) {
    if !alarm.metrics().is_empty() {
        let last_label = match last {
            Watch::Math(math) => math.label.as_deref(),
            Watch::Metric(_) => None,
        };
        let (mut math, period) = read_math(alarm.metrics());
        math.label = text_as_written(math.label.as_deref(), last_label);
        return (Watch::Math(math), period);
    }
    let statistic = alarm.extended_statistic().or(alarm.statistic().map(SdkStatistic::as_str));
    let metric = Metric {
        statistic: statistic.map_or(Statistic::Average, read_statistic),
        unit: alarm.unit().map(|unit| unit.as_str().to_owned()),
        ..metric_from_parts(alarm.namespace(), alarm.metric_name(), alarm.dimensions())
    };
    (Watch::Metric(metric), alarm.period().unwrap_or(0))
}

fn read_math(queries: &[MetricDataQuery]) -> (MetricMath<Resolved>, i32) {
    let mut periods = Vec::new();
    let mut math = MetricMath { expression: String::new(), label: None, metrics: BTreeMap::new() };
    for query in queries {
        if let Some(found) = query.metric_stat() {
            math.metrics.insert(query.id().unwrap_or_default().to_owned(), read_metric(found));
            periods.extend(found.period());
        } else {
            if !math.expression.is_empty() {
                math.expression.push_str("; ");
            }
            math.expression.push_str(query.expression().unwrap_or_default());
            math.label = query.label().filter(|label| !label.is_empty()).map(str::to_owned);
        }
    }
    let period = periods.first().copied().filter(|first| periods.iter().all(|period| period == first));
    (math, period.unwrap_or(0))
}

fn read_metric(found: &MetricStat) -> Metric<Resolved> {
    let source = found.metric();
    Metric {
        statistic: read_statistic(found.stat().unwrap_or_default()),
        unit: found.unit().map(|unit| unit.as_str().to_owned()),
        ..metric_from_parts(
            source.and_then(SdkMetric::namespace),
            source.and_then(SdkMetric::metric_name),
            source.map(SdkMetric::dimensions).unwrap_or_default(),
        )
    }
}

fn metric_from_parts(namespace: Option<&str>, name: Option<&str>, dimensions: &[Dimension]) -> Metric<Resolved> {
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Metric {
        namespace: owned(namespace),
        name: owned(name),
        dimensions: dimensions.iter().map(|one| (owned(one.name()), owned(one.value()))).collect(),
        statistic: Statistic::Average,
        unit: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_reads_as_it_was_written() {
        for last in [None, Some("")] {
            for read in [None, Some("")] {
                assert_eq!(text_as_written(read, last).as_deref(), last, "{read:?}");
            }
            assert_eq!(text_as_written(Some("x"), last).as_deref(), Some("x"));
        }
        assert_eq!(text_as_written(None, Some("x")), None);
    }

    #[test]
    fn statistics_read_back_as_they_are_written() {
        for (statistic, text) in [
            (Statistic::Sum, "Sum"),
            (Statistic::Percentile(95.0), "p95"),
            (Statistic::Percentile(99.9), "p99.9"),
            (Statistic::Other("tm99".into()), "tm99"),
        ] {
            assert_eq!(statistic_text(&statistic), text);
            assert_eq!(read_statistic(text), statistic);
        }
    }
}
