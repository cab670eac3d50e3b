//! What an alarm watches: a metric, or something computed from several.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{
    Dimension, Metric as SdkMetric, MetricAlarm, MetricDataQuery, MetricStat, StandardUnit, Statistic as SdkStatistic,
};
use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Input, Phase, Problems, Resolved};

/// What an alarm watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Watch<P: Phase = Declared> {
    /// One metric.
    Metric(Metric<P>),
    /// Something computed from several metrics.
    Math(MetricMath<P>),
}

/// A metric and how its values are put together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Metric<P: Phase = Declared> {
    /// The namespace, e.g. `AWS/SageMaker`.
    pub namespace: String,
    /// The name, e.g. `ModelLatency`.
    pub name: String,
    /// The dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, P::Of<String>>,
    /// How its values are put together.
    pub statistic: Statistic,
    /// The unit, if the metric is published in several.
    #[serde(default)]
    pub unit: Option<String>,
}

/// A computed metric, e.g. `100 * errors / calls`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MetricMath<P: Phase = Declared> {
    /// The expression, over the names of `metrics`.
    pub expression: String,
    /// A label for people.
    #[serde(default)]
    pub label: Option<String>,
    /// The metrics that go into it, by the names that the expression uses (a small letter first).
    pub metrics: BTreeMap<String, Metric<P>>,
}

/// How the values of a metric are put together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// How many there are.
    SampleCount,
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// A percentile, 0 to 100.
    Percentile(f64),
    /// Any other in CloudWatch's words, such as `tm99` or `IQM`.
    Other(String),
}

impl Statistic {
    /// The statistic in CloudWatch's words.
    pub(super) fn text(&self) -> String {
        match self {
            Self::SampleCount => "SampleCount".to_owned(),
            Self::Average => "Average".to_owned(),
            Self::Sum => "Sum".to_owned(),
            Self::Minimum => "Minimum".to_owned(),
            Self::Maximum => "Maximum".to_owned(),
            Self::Percentile(percent) => format!("p{percent}"),
            Self::Other(text) => text.clone(),
        }
    }

    fn from_text(text: &str) -> Self {
        match text {
            "SampleCount" => Self::SampleCount,
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            other => match other.strip_prefix('p').and_then(|percent| percent.parse().ok()) {
                Some(percent) => Self::Percentile(percent),
                None => Self::Other(other.to_owned()),
            },
        }
    }

    fn problem(&self) -> Option<String> {
        match self {
            Self::Percentile(percent) if !(0.0..=100.0).contains(percent) => {
                Some(format!("{percent} is no percentile: 0 to 100"))
            }
            _ => None,
        }
    }

    /// The statistic as an alarm on one metric has it: plain, or extended.
    pub(super) fn of_alarm(&self) -> (Option<SdkStatistic>, Option<String>) {
        match self {
            Self::Percentile(_) | Self::Other(_) => (None, Some(self.text())),
            plain => (Some(SdkStatistic::from(plain.text().as_str())), None),
        }
    }
}

impl Metric {
    /// A metric of SageMaker hosting for one variant of an endpoint.
    pub fn of_variant(
        name: &str,
        endpoint: impl Into<Input<String>>,
        variant: impl Into<Input<String>>,
        statistic: Statistic,
    ) -> Self {
        Self {
            namespace: "AWS/SageMaker".into(),
            name: name.into(),
            dimensions: BTreeMap::from([
                ("EndpointName".into(), endpoint.into()),
                ("VariantName".into(), variant.into()),
            ]),
            statistic,
            unit: None,
        }
    }

    fn validate(&self, field: &str, problems: &mut Problems) {
        if self.namespace.is_empty() || self.name.is_empty() {
            problems.refuse(field, "a metric has a namespace and a name");
        }
        if self.dimensions.len() > 30 {
            problems.refuse(format!("{field}.dimensions"), "AWS takes at most 30 dimensions");
        }
        problems.extend(self.statistic.problem().map(|message| (format!("{field}.statistic"), message)));
    }
}

impl Watch {
    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        match self {
            Self::Metric(metric) => metric.validate("watch", problems),
            Self::Math(math) => {
                if math.expression.trim().is_empty() {
                    problems.refuse("watch.expression", "an expression is needed");
                }
                if !(1..=9).contains(&math.metrics.len()) {
                    problems.refuse("watch.metrics", "an expression is over 1 to 9 metrics");
                }
                for (id, metric) in &math.metrics {
                    let fits = id.starts_with(|c: char| c.is_ascii_lowercase())
                        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                    if !fits || id == RESULT {
                        let message = format!("`{id}`: take letters, digits and `_`, a small letter first");
                        problems.refuse("watch.metrics", message);
                    }
                    if !math.expression.contains(id.as_str()) {
                        problems.refuse("watch.expression", format!("it does not use `{id}`"));
                    }
                    metric.validate(&format!("watch.metrics.{id}"), problems);
                }
            }
        }
    }
}

/// The id of the expression among the queries of an alarm.
const RESULT: &str = "result";

impl Metric<Resolved> {
    pub(super) fn sdk_dimensions(&self) -> Vec<Dimension> {
        let dimension = |(name, value): (&String, &String)| Dimension::builder().name(name).value(value).build();
        self.dimensions.iter().map(dimension).collect()
    }

    fn from_parts(namespace: Option<&str>, name: Option<&str>, dimensions: &[Dimension]) -> Self {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            namespace: owned(namespace),
            name: owned(name),
            dimensions: dimensions.iter().map(|one| (owned(one.name()), owned(one.value()))).collect(),
            statistic: Statistic::Average,
            unit: None,
        }
    }
}

impl MetricMath<Resolved> {
    /// The queries of an alarm: every metric, and the expression as the result.
    pub(super) fn to_sdk(&self, period_seconds: i32) -> Vec<MetricDataQuery> {
        let query = |(id, metric): (&String, &Metric<Resolved>)| {
            let source = SdkMetric::builder()
                .namespace(&metric.namespace)
                .metric_name(&metric.name)
                .set_dimensions(Some(metric.sdk_dimensions()))
                .build();
            let statistic = MetricStat::builder()
                .metric(source)
                .period(period_seconds)
                .stat(metric.statistic.text())
                .set_unit(metric.unit.as_deref().map(StandardUnit::from))
                .build();
            MetricDataQuery::builder().id(id).metric_stat(statistic).return_data(false).build()
        };
        let result = MetricDataQuery::builder()
            .id(RESULT)
            .expression(&self.expression)
            .set_label(self.label.clone())
            .return_data(true)
            .build();
        self.metrics.iter().map(query).chain([result]).collect()
    }
}

impl Watch<Resolved> {
    /// What an alarm of AWS watches, and its period in seconds. An alarm that nobody here has made may have several
    /// expressions or periods; those are told in a form that differs from anything declared.
    pub(super) fn from_sdk(alarm: &MetricAlarm) -> (Self, i32) {
        if alarm.metrics().is_empty() {
            let statistic = alarm.extended_statistic().or(alarm.statistic().map(SdkStatistic::as_str));
            let metric = Metric {
                statistic: statistic.map_or(Statistic::Average, Statistic::from_text),
                unit: alarm.unit().map(|unit| unit.as_str().to_owned()),
                ..Metric::from_parts(alarm.namespace(), alarm.metric_name(), alarm.dimensions())
            };
            return (Self::Metric(metric), alarm.period().unwrap_or(0));
        }
        let mut periods = Vec::new();
        let mut math = MetricMath { expression: String::new(), label: None, metrics: BTreeMap::new() };
        for query in alarm.metrics() {
            if let Some(found) = query.metric_stat() {
                let source = found.metric();
                let metric = Metric {
                    statistic: Statistic::from_text(found.stat().unwrap_or_default()),
                    unit: found.unit().map(|unit| unit.as_str().to_owned()),
                    ..Metric::from_parts(
                        source.and_then(SdkMetric::namespace),
                        source.and_then(SdkMetric::metric_name),
                        source.map(SdkMetric::dimensions).unwrap_or_default(),
                    )
                };
                math.metrics.insert(query.id().unwrap_or_default().to_owned(), metric);
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
        (Self::Math(math), period.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_read_back_as_they_are_written() {
        for (statistic, text) in [
            (Statistic::Sum, "Sum"),
            (Statistic::Percentile(95.0), "p95"),
            (Statistic::Percentile(99.9), "p99.9"),
            (Statistic::Other("tm99".into()), "tm99"),
        ] {
            assert_eq!(statistic.text(), text);
            assert_eq!(Statistic::from_text(text), statistic);
        }
        assert!(Statistic::Percentile(101.0).problem().is_some());
    }

    #[test]
    fn an_expression_is_checked_against_its_metrics() {
        let metric = |name: &str| Metric::of_variant(name, "llm", "v", Statistic::Sum);
        let math = |expression: &str, ids: &[&str]| {
            let metrics = ids.iter().map(|id| ((*id).to_owned(), metric("Invocations"))).collect();
            Watch::Math(MetricMath { expression: expression.into(), label: None, metrics })
        };
        let problems_of = |watch: &Watch| {
            let mut problems = Problems::new();
            watch.validate(&mut problems);
            problems.len()
        };
        assert_eq!(problems_of(&math("100 * errors / calls", &["errors", "calls"])), 0);
        assert_eq!(problems_of(&math("errors", &["errors", "calls"])), 1);
        assert_eq!(problems_of(&math("Errors", &["Errors"])), 1);
        assert_eq!(problems_of(&math("", &[])), 2);
    }
}
