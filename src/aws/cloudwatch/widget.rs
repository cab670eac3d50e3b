//! The widgets of a dashboard.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Metric, Statistic};
use crate::aws::AlarmArn;
use crate::resource::{Declared, Input, Phase, Problems};

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
    /// Any other widget, in CloudWatch's JSON form. It is placed as its own fields say.
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
    /// The kind of drawing.
    #[serde(default)]
    pub view: MetricView,
    /// The period over which values are aggregated, in seconds.
    pub period_seconds: u32,
    /// The region of the metrics; the region of the stack unless given.
    #[serde(default)]
    pub region: Option<String>,
    /// The width in columns, 1 to 24.
    pub width: u32,
    /// The height in rows.
    pub height: u32,
}

/// A metric in a widget.
///
/// It has the fields of a [`Metric`] except for the unit, and a label.
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
    /// The statistic.
    pub statistic: Statistic,
    /// The label in the legend.
    #[serde(default)]
    pub label: Option<P::Of<String>>,
}

/// The kind of drawing of a metric widget.
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
    /// The width in columns, 1 to 24.
    pub width: u32,
    /// The height in rows.
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
    /// The width in columns, 1 to 24.
    pub width: u32,
    /// The height in rows.
    pub height: u32,
}

impl MetricLine {
    /// Creates a line for a metric of SageMaker hosting for one variant of an endpoint, labelled with the endpoint's name.
    pub fn of_variant(
        name: &str,
        endpoint: &Input<String>,
        variant: impl Into<Input<String>>,
        statistic: Statistic,
    ) -> Self {
        let Metric { namespace, name, dimensions, statistic, unit: _ } =
            Metric::of_variant(name, endpoint, variant, statistic);
        Self { namespace, name, dimensions, statistic, label: Some(endpoint.clone()) }
    }
}

impl<P: Phase> Widget<P> {
    /// Returns the width and height; `None` for a widget in CloudWatch's own form.
    #[doc(hidden)]
    pub fn size(&self) -> Option<(u32, u32)> {
        match self {
            Self::Metric(widget) => Some((widget.width, widget.height)),
            Self::Text(widget) => Some((widget.width, widget.height)),
            Self::Alarms(widget) => Some((widget.width, widget.height)),
            Self::Other(_) => None,
        }
    }
}

impl Widget {
    /// Reports what AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        if let Some((width, height)) = self.size()
            && (!(1..=24).contains(&width) || !(1..=1000).contains(&height))
        {
            problems.refuse(field, "a widget has 1 to 24 columns and 1 to 1000 rows");
        }
        let missing = match self {
            Self::Metric(widget) if widget.lines.is_empty() => "a metric",
            Self::Alarms(widget) if widget.alarms.is_empty() => "an alarm",
            Self::Other(value) if !value.is_object() => "to be a JSON object in CloudWatch's form",
            _ => return,
        };
        problems.refuse(field, format!("this widget needs {missing}"));
    }
}
