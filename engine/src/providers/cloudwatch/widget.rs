//! Widgets in the form of CloudWatch's dashboard bodies.

use serde_json::{Value, json};

use super::metric::statistic_text;
use ebbtide::aws::cloudwatch::{MetricLine, MetricView, MetricWidget, Widget};
use ebbtide::resource::Resolved;

/// Renders the type and properties of a widget. `region` is the region of metrics that name none.
pub(super) fn render(widget: &Widget<Resolved>, region: &str) -> Value {
    match widget {
        Widget::Metric(widget) => json!({ "type": "metric", "properties": metric_properties(widget, region) }),
        Widget::Text(widget) => json!({ "type": "text", "properties": { "markdown": widget.markdown } }),
        Widget::Alarms(widget) => {
            json!({ "type": "alarm", "properties": { "title": widget.title, "alarms": widget.alarms } })
        }
        Widget::Other(value) => value.clone(),
    }
}

fn metric_properties(widget: &MetricWidget<Resolved>, region: &str) -> Value {
    let (view, stacked) = match widget.view {
        MetricView::Lines => ("timeSeries", false),
        MetricView::Stacked => ("timeSeries", true),
        MetricView::Bars => ("bar", false),
        MetricView::Number => ("singleValue", false),
    };
    let lines: Vec<_> = widget.lines.iter().map(metric_line).collect();
    json!({
        "title": widget.title,
        "metrics": lines,
        "view": view,
        "stacked": stacked,
        "period": widget.period_seconds,
        "region": widget.region.as_deref().unwrap_or(region),
    })
}

fn metric_line(line: &MetricLine<Resolved>) -> Value {
    let mut parts = vec![json!(line.namespace), json!(line.name)];
    for (name, value) in &line.dimensions {
        parts.extend([json!(name), json!(value)]);
    }
    let mut options = json!({ "stat": statistic_text(&line.statistic) });
    if let Some(label) = &line.label {
        options["label"] = json!(label);
    }
    parts.push(options);
    Value::Array(parts)
}
