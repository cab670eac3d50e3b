//! The tables of alarms and dashboards.

use std::collections::BTreeMap;

use ebbtide::aws::cloudwatch::{
    Alarm, Comparison, Dashboard, Metric, MetricMath, Statistic, TextWidget, Watch, Widget,
};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::{Shows, Table};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alerts";

fn metric(statistic: Statistic) -> Metric {
    Metric::of_variant("ModelLatency", "llm", "main", statistic)
}

pub fn alarm() -> Table {
    let base = Alarm {
        name: Some("one".into()),
        evaluation_periods: 3,
        ..Alarm::new(Watch::Metric(metric(Statistic::Average)), Comparison::Greater, 500_000.0)
    };
    let math = Watch::Math(MetricMath {
        expression: "m * 2".into(),
        label: Some("Twice".into()),
        metrics: BTreeMap::from([("m".to_owned(), metric(Statistic::Sum))]),
    });
    Table::new(&base, observe_alarm)
        .shows("name", json!("another"), json!("another"))
        .shows("description", json!("Too slow"), json!("Too slow"))
        .entry("description", json!(""), Shows::Nothing("AWS does not tell an empty text from none"))
        .shows("watch", json!(Watch::Metric(metric(Statistic::Percentile(95.0)))), json!(["ModelLatency", "p95"]))
        .shows("watch", json!(math), json!(["m * 2", "Twice"]))
        .shows("period_seconds", json!(60), json!(60))
        .shows("evaluation_periods", json!(5), json!(5))
        .shows("datapoints_to_alarm", json!(2), json!(2))
        .shows("comparison", json!("less_or_equal"), json!("LessThanOrEqualToThreshold"))
        .shows("threshold", json!(7.5), json!(7.5))
        .shows("missing_data", json!("not_breaching"), json!("notBreaching"))
        .shows(
            "actions",
            json!({ "alarm": [TOPIC], "ok": [], "insufficient_data": [TOPIC] }),
            json!([[TOPIC], [], [TOPIC]]),
        )
        .shows("actions_enabled", json!(false), json!(false))
        .entry("quiet_while_paused", json!(true), Shows::Nothing("a pause takes it from the record"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_alarm<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.cloudwatch().describe_alarms().send().await.unwrap();
        let [alarm] = found.metric_alarms() else { panic!("not one alarm: {found:?}") };
        assert_eq!(alarm.alarm_name(), Some(id));
        let statistic = alarm.statistic().map(|statistic| statistic.as_str()).or(alarm.extended_statistic());
        let queries = alarm.metrics();
        let result = queries.iter().find(|query| query.return_data() == Some(true));
        let watch = match result {
            Some(result) => json!([result.expression(), result.label()]),
            None => json!([alarm.metric_name(), statistic]),
        };
        let list = aws.cloudwatch().list_tags_for_resource().resource_arn(alarm.alarm_arn().unwrap());
        let tags = list.send().await.unwrap();
        let tags = tags.tags().iter().filter(|tag| !tag.key().unwrap().starts_with("ebb:"));
        json!({
            "name": id,
            "description": alarm.alarm_description().filter(|text| !text.is_empty()),
            "watch": watch,
            "period_seconds": alarm.period(),
            "evaluation_periods": alarm.evaluation_periods(),
            "datapoints_to_alarm": alarm.datapoints_to_alarm(),
            "comparison": alarm.comparison_operator().map(|operator| operator.as_str()),
            "threshold": alarm.threshold(),
            "missing_data": alarm.treat_missing_data(),
            "actions": [alarm.alarm_actions(), alarm.ok_actions(), alarm.insufficient_data_actions()],
            "actions_enabled": alarm.actions_enabled(),
            "tags": tags.map(|tag| (tag.key().unwrap().to_owned(), json!(tag.value()))).collect::<Map<_, _>>(),
        })
    })
}

pub fn dashboard() -> Table {
    let text = |markdown: &str| Widget::Text(TextWidget { markdown: markdown.into(), width: 24, height: 1 });
    let base = Dashboard { name: None, widgets: vec![text("# One")] };
    Table::new(&base, observe_dashboard).entry("name", json!("another"), Shows::Another).shows(
        "widgets",
        json!([text("# One"), text("# Two")]),
        json!(["# One", "# Two"]),
    )
}

fn observe_dashboard<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.cloudwatch().get_dashboard().dashboard_name(id).send().await.unwrap();
        let body: Value = serde_json::from_str(found.dashboard_body().unwrap()).unwrap();
        let widgets = body["widgets"].as_array().unwrap().iter().map(|widget| &widget["properties"]["markdown"]);
        json!({ "name": id, "widgets": widgets.collect::<Vec<_>>() })
    })
}
