//! The widgets of a dashboard.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Statistic;
use crate::aws::AlarmArn;
use crate::resource::{Declared, Input, Phase, Problems, Resolved};

/// A widget of a dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Widget<P: Phase = Declared> {
    /// Metrics as lines, areas, bars or numbers.
    Metric(MetricWidget<P>),
    /// Text in Markdown.
    Text(TextWidget<P>),
    /// The states of alarms.
    Alarms(AlarmsWidget<P>),
    /// Any other widget, as CloudWatch describes widgets.
    Other(Value),
}

/// Metrics as lines, areas, bars or numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MetricWidget<P: Phase = Declared> {
    /// The title.
    pub title: String,
    /// The metrics.
    pub lines: Vec<MetricLine<P>>,
    /// How they are drawn.
    #[serde(default)]
    pub view: MetricView,
    /// Over how long values are put together, in seconds.
    pub period_seconds: u32,
    /// The region of the metrics; the dashboard's own unless given.
    #[serde(default)]
    pub region: Option<String>,
    /// How many of the 24 columns it takes.
    pub width: u32,
    /// How many rows it takes.
    pub height: u32,
}

/// A metric in a widget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MetricLine<P: Phase = Declared> {
    /// The namespace, e.g. `AWS/SageMaker`.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, P::Of<String>>,
    /// How its values are put together.
    pub statistic: Statistic,
    /// What it is called in the legend.
    #[serde(default)]
    pub label: Option<P::Of<String>>,
}

/// How metrics are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricView {
    /// Lines over time.
    #[default]
    Lines,
    /// Areas on top of each other over time.
    Stacked,
    /// Bars.
    Bars,
    /// The latest value as a number.
    Number,
}

/// Text in Markdown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TextWidget<P: Phase = Declared> {
    /// The text.
    pub markdown: P::Of<String>,
    /// How many of the 24 columns it takes.
    pub width: u32,
    /// How many rows it takes.
    pub height: u32,
}

/// The states of alarms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AlarmsWidget<P: Phase = Declared> {
    /// The title.
    pub title: String,
    /// The alarms.
    pub alarms: Vec<P::Of<AlarmArn>>,
    /// How many of the 24 columns it takes.
    pub width: u32,
    /// How many rows it takes.
    pub height: u32,
}

impl MetricLine {
    /// A metric of SageMaker hosting for one variant of an endpoint, named after the endpoint.
    pub fn of_variant(
        name: &str,
        endpoint: &Input<String>,
        variant: impl Into<Input<String>>,
        statistic: Statistic,
    ) -> Self {
        Self {
            namespace: "AWS/SageMaker".into(),
            name: name.into(),
            dimensions: BTreeMap::from([
                ("EndpointName".into(), endpoint.clone()),
                ("VariantName".into(), variant.into()),
            ]),
            statistic,
            label: Some(endpoint.clone()),
        }
    }
}

impl<P: Phase> Widget<P> {
    /// How many columns and rows it takes; none where it says itself where it stands.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        match self {
            Self::Metric(widget) => Some((widget.width, widget.height)),
            Self::Text(widget) => Some((widget.width, widget.height)),
            Self::Alarms(widget) => Some((widget.width, widget.height)),
            Self::Other(_) => None,
        }
    }
}

impl Widget {
    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        if let Some((width, height)) = self.size()
            && (!(1..=24).contains(&width) || !(1..=1000).contains(&height))
        {
            problems.refuse(field, "a widget takes 1 to 24 columns and 1 to 1000 rows");
        }
        let missing = match self {
            Self::Metric(widget) if widget.lines.is_empty() => "a metric",
            Self::Alarms(widget) if widget.alarms.is_empty() => "an alarm",
            Self::Other(value) if !value.is_object() => "to be an object as CloudWatch describes widgets",
            _ => return,
        };
        problems.refuse(field, format!("this widget needs {missing}"));
    }
}

impl Widget<Resolved> {
    /// Its type and properties, as the body of a dashboard has them.
    pub(super) fn render(&self, region: &str) -> Value {
        match self {
            Self::Metric(widget) => json!({ "type": "metric", "properties": widget.properties(region) }),
            Self::Text(widget) => json!({ "type": "text", "properties": { "markdown": widget.markdown } }),
            Self::Alarms(widget) => {
                json!({ "type": "alarm", "properties": { "title": widget.title, "alarms": widget.alarms } })
            }
            Self::Other(value) => value.clone(),
        }
    }
}

impl MetricWidget<Resolved> {
    fn properties(&self, region: &str) -> Value {
        let (view, stacked) = match self.view {
            MetricView::Lines => ("timeSeries", false),
            MetricView::Stacked => ("timeSeries", true),
            MetricView::Bars => ("bar", false),
            MetricView::Number => ("singleValue", false),
        };
        let lines: Vec<_> = self.lines.iter().map(MetricLine::render).collect();
        json!({
            "title": self.title,
            "metrics": lines,
            "view": view,
            "stacked": stacked,
            "period": self.period_seconds,
            "region": self.region.as_deref().unwrap_or(region),
        })
    }
}

impl MetricLine<Resolved> {
    fn render(&self) -> Value {
        let mut line = vec![json!(self.namespace), json!(self.name)];
        for (name, value) in &self.dimensions {
            line.extend([json!(name), json!(value)]);
        }
        let mut options = json!({ "stat": self.statistic.text() });
        if let Some(label) = &self.label {
            options["label"] = json!(label);
        }
        line.push(options);
        Value::Array(line)
    }
}
