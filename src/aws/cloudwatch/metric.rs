//! Metrics, and expressions over several of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aws::InferenceComponentName;
use crate::resource::{Declared, Input, Phase, Problems};

/// The source of the values that an alarm watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Watch<P: Phase = Declared> {
    /// One metric.
    Metric(Metric<P>),
    /// An expression over several metrics.
    Math(MetricMath<P>),
}

/// A metric and the statistic that aggregates its values.
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
    /// The statistic.
    pub statistic: Statistic,
    /// The unit, if the metric is published in several.
    #[serde(default)]
    pub unit: Option<String>,
}

/// An expression over metrics, e.g. `100 * errors / calls`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MetricMath<P: Phase = Declared> {
    /// The expression, over the ids of `metrics`.
    pub expression: String,
    /// The label that people see.
    #[serde(default)]
    pub label: Option<String>,
    /// The metrics by id. An id begins with a lowercase letter and is not `result`.
    pub metrics: BTreeMap<String, Metric<P>>,
}

/// A statistic: the aggregation of a metric's values over a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The number of values.
    SampleCount,
    /// The mean.
    Average,
    /// The sum.
    Sum,
    /// The least value.
    Minimum,
    /// The greatest value.
    Maximum,
    /// A percentile, 0 to 100.
    Percentile(f64),
    /// Any other statistic as CloudWatch writes it, such as `tm99` or `IQM`.
    Other(String),
}

/// The units of CloudWatch (`StandardUnit` in its service model).
const UNITS: &[&str] = &[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// Returns whether a text is an extended statistic: `p99`, `tm99`, `TM(10%:90%)`, `PR(:300)`, `IQM`.
fn is_extended_statistic(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_bound = |text: &str| text.is_empty() || is_number(text.strip_suffix('%').unwrap_or(text));
    let is_range = |text: &str| {
        let bounds = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).and_then(|it| it.split_once(':'));
        bounds.is_some_and(|(low, high)| is_bound(low) && is_bound(high) && !(low.is_empty() && high.is_empty()))
    };
    text == "IQM"
        || text.strip_prefix("PR").is_some_and(is_range)
        || ["p", "tm", "tc", "ts", "wm"].iter().any(|kind| text.strip_prefix(kind).is_some_and(is_number))
        || ["TM", "TC", "TS", "WM"].iter().any(|kind| text.strip_prefix(kind).is_some_and(is_range))
}

impl Statistic {
    fn problem(&self) -> Option<String> {
        match self {
            Self::Percentile(percent) if !(0.0..=100.0).contains(percent) => {
                Some(format!("{percent} is not a percentile: 0 to 100"))
            }
            Self::Other(text) if !is_extended_statistic(text) => {
                Some(format!("`{text}` is not a statistic of CloudWatch, such as tm99, TM(10%:90%) or IQM"))
            }
            _ => None,
        }
    }
}

impl Metric {
    /// Creates a metric of SageMaker hosting for one variant of an endpoint.
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

    /// Creates a metric of SageMaker hosting for one inference component.
    pub fn of_component(name: &str, component: impl Into<Input<InferenceComponentName>>, statistic: Statistic) -> Self {
        Self {
            namespace: "AWS/SageMaker".into(),
            name: name.into(),
            dimensions: BTreeMap::from([("InferenceComponentName".into(), Input::join(component.into().parts()))]),
            statistic,
            unit: None,
        }
    }

    fn validate(&self, field: &str, problems: &mut Problems) {
        if self.namespace.is_empty() || self.name.is_empty() {
            problems.refuse(field, "a metric has a namespace and a name");
        } else if self.namespace.starts_with(':') || [&self.namespace, &self.name].iter().any(|text| text.len() > 255) {
            problems
                .refuse(field, "namespace and name have at most 255 characters, and a namespace begins without `:`");
        }
        let fits = |text: &str, longest: usize| (1..=longest).contains(&text.chars().count());
        for (name, value) in &self.dimensions {
            if !fits(name, 255) || value.known().is_some_and(|value| !fits(value, 1024)) {
                let message = format!("`{name}`: a name has 1 to 255 characters, a value 1 to 1,024");
                problems.refuse(format!("{field}.dimensions"), message);
            }
        }
        if let Some(unit) = self.unit.as_deref().filter(|unit| !UNITS.contains(unit)) {
            problems
                .refuse(format!("{field}.unit"), format!("`{unit}` is not a unit of CloudWatch: {}", UNITS.join(", ")));
        }
        if self.dimensions.len() > 30 {
            problems.refuse(format!("{field}.dimensions"), "AWS accepts at most 30 dimensions");
        }
        problems.extend(self.statistic.problem().map(|message| (format!("{field}.statistic"), message)));
    }
}

impl<P: Phase> MetricMath<P> {
    /// The id of the expression itself among the queries of an alarm. No metric can have it.
    #[doc(hidden)]
    pub const RESULT_ID: &'static str = "result";
}

impl MetricMath {
    fn validate(&self, field: &str, problems: &mut Problems) {
        let expression = format!("{field}.expression");
        let metrics = format!("{field}.metrics");
        if self.expression.trim().is_empty() {
            problems.refuse(&expression, "an expression is needed");
        }
        if self.expression.chars().count() > 2048 {
            problems.refuse(&expression, "is longer than 2,048 characters");
        }
        if !(1..=9).contains(&self.metrics.len()) {
            problems.refuse(&metrics, "an expression is over 1 to 9 metrics");
        }
        for (id, metric) in &self.metrics {
            let fits = id.starts_with(|c: char| c.is_ascii_lowercase())
                && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !fits || id == Self::RESULT_ID {
                let message =
                    format!("`{id}`: use letters, digits and `_`, a lowercase letter first, and not `result`");
                problems.refuse(&metrics, message);
            }
            if !self.expression.contains(id.as_str()) {
                problems.refuse(&expression, format!("it does not use `{id}`"));
            }
            metric.validate(&format!("{metrics}.{id}"), problems);
        }
    }
}

impl Watch {
    /// Returns the number of watched metrics that AWS does not publish itself, and bills while others publish them.
    pub(super) fn custom_metrics(&self) -> usize {
        // SageMaker publishes the use of instances in `/aws/sagemaker/Endpoints`.
        let is_custom = |metric: &&Metric| !["AWS/", "/aws/"].iter().any(|own| metric.namespace.starts_with(own));
        match self {
            Self::Metric(metric) => usize::from(is_custom(&metric)),
            Self::Math(math) => math.metrics.values().filter(is_custom).count(),
        }
    }

    /// Reports what AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        match self {
            Self::Metric(metric) => metric.validate("watch", problems),
            Self::Math(math) => math.validate("watch", problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_at_most_100() {
        assert!(Statistic::Percentile(101.0).problem().is_some());
        assert_eq!(Statistic::Percentile(99.9).problem(), None);
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
        assert_eq!(problems_of(&math("result", &["result"])), 1);
        assert_eq!(problems_of(&math("", &[])), 2);
    }
}
