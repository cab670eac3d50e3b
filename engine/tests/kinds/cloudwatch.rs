//! CloudWatch: alarms and dashboards.

use std::collections::BTreeMap;

use ebbtide::aws::Arn;
use ebbtide::aws::cloudwatch::{
    Alarm, AlarmActions, AlarmOutputs, AlarmsWidget, Comparison, Dashboard, Metric, MetricLine, MetricMath, MetricView,
    MetricWidget, MissingData, Statistic, TextWidget, Watch, Widget,
};
use ebbtide::resource::{Input, Resolved, Resource as _, Tags};
use ebbtide_engine::providers::Provider as _;
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::World;

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alerts";

fn slow() -> Alarm {
    let latency = Metric::of_variant("ModelLatency", "llm-v1", "AllTraffic", Statistic::Percentile(95.0));
    Alarm {
        description: Some("Calls take too long".into()),
        missing_data: MissingData::NotBreaching,
        actions: AlarmActions { alarm: vec![TOPIC.into()], ok: vec![TOPIC.into()], insufficient_data: vec![] },
        quiet_while_paused: true,
        tags: Tags::from([("team".into(), "llm".into())]),
        ..Alarm::new(Watch::Metric(latency), Comparison::Greater, 500_000.0)
    }
}

fn errors() -> Watch<Resolved> {
    let sum = |name: &str| Metric::of_variant(name, "llm-v1", "AllTraffic", Statistic::Sum);
    resolved(&Watch::Math(MetricMath {
        expression: "IF(calls > 0, 100 * failed / calls, 0)".into(),
        label: Some("Errors in percent".into()),
        metrics: BTreeMap::from([("calls".into(), sum("Invocations")), ("failed".into(), sum("Invocation5XXErrors"))]),
    }))
}

#[tokio::test]
async fn an_alarm_goes_through_every_change() {
    let world = World::new();
    let mut inputs: Alarm<Resolved> = resolved(&slow());
    let mut made = world.make::<Alarm>("slow", &inputs).await;
    let outputs: AlarmOutputs<Resolved> = made.outputs().await;
    let known = slow().known_outputs(&made.context.identity);
    assert_eq!(known["arn"], outputs.arn.as_str(), "the ARN is not known before the alarm exists");

    inputs.threshold = 800_000.0;
    inputs.comparison = Comparison::GreaterOrEqual;
    made.change_to(&inputs).await;
    (inputs.period_seconds, inputs.evaluation_periods, inputs.datapoints_to_alarm) = (60, 5, Some(3));
    made.change_to(&inputs).await;
    inputs.missing_data = MissingData::Breaching;
    inputs.description = None;
    made.change_to(&inputs).await;
    inputs.actions = AlarmActions { alarm: vec![], ok: vec![], insufficient_data: vec![Arn(TOPIC.into())] };
    made.change_to(&inputs).await;
    inputs.actions_enabled = false;
    made.change_to(&inputs).await;
    inputs.watch = errors();
    made.change_to(&inputs).await;
    inputs.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&inputs).await;

    world.aws.cloudwatch().enable_alarm_actions().alarm_names(&made.id).send().await.unwrap();
    assert_eq!(made.read().await.unwrap().inputs["actions_enabled"], true, "drift is not detected");
    made.delete().await;
}

#[tokio::test]
async fn every_statistic_reads_back() {
    let world = World::new();
    for (index, statistic) in [
        Statistic::SampleCount,
        Statistic::Average,
        Statistic::Sum,
        Statistic::Minimum,
        Statistic::Maximum,
        Statistic::Percentile(99.9),
        Statistic::Other("tm90".into()),
    ]
    .into_iter()
    .enumerate()
    {
        let metric = Metric::of_variant("ModelLatency", "llm-v1", "AllTraffic", statistic);
        let alarm = Alarm::new(Watch::Metric(metric), Comparison::Less, 1.0);
        world.make::<Alarm>(&format!("alarm-{index}"), &resolved(&alarm)).await;
    }
}

#[tokio::test]
async fn an_alarm_of_another_owner_is_neither_found_nor_overwritten() {
    let world = World::new();
    let inputs: Alarm<Resolved> = resolved(&Alarm { name: Some("theirs".into()), ..slow() });
    let put = world.aws.cloudwatch().put_metric_alarm().alarm_name("theirs").namespace("n").metric_name("m");
    let put = put.statistic("Sum".into()).period(60).evaluation_periods(1).threshold(1.0);
    put.comparison_operator("GreaterThanThreshold".into()).send().await.unwrap();
    let context = world.context("cloudwatch_alarm.slow", 1);
    assert_eq!(Alarm::find(&context, &inputs).await.unwrap(), None);
    assert_eq!(Alarm::create(&context, &inputs).await.unwrap_err().kind, ErrorKind::AlreadyExists);
}

fn dashboard() -> Dashboard<Resolved> {
    let line =
        |name: &str| MetricLine::of_variant(name, &Input::from("llm-v1"), "AllTraffic", Statistic::Percentile(95.0));
    resolved(&Dashboard {
        name: Some("llm".into()),
        widgets: vec![
            Widget::Text(TextWidget { markdown: "# Endpoints".into(), width: 24, height: 1 }),
            Widget::Metric(MetricWidget {
                title: "Latency".into(),
                lines: vec![line("ModelLatency"), line("OverheadLatency")],
                view: MetricView::Stacked,
                period_seconds: 60,
                region: None,
                width: 12,
                height: 6,
            }),
            Widget::Alarms(AlarmsWidget {
                title: "Alarms".into(),
                alarms: vec!["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:slow".into()],
                width: 12,
                height: 6,
            }),
            Widget::Other(json!({"type": "text", "x": 0, "y": 9, "properties": {"markdown": "as it is"}})),
        ],
    })
}

#[tokio::test]
async fn a_dashboard_goes_through_every_change_and_drift_is_detected_widget_by_widget() {
    let world = World::new();
    let mut inputs = dashboard();
    let mut made = world.make::<Dashboard>("main", &inputs).await;
    assert!(made.id.starts_with("llm-"), "{}", made.id);
    inputs.widgets.remove(3);
    made.change_to(&inputs).await;

    let body = json!({"widgets": [{"type": "text", "properties": {"markdown": "by hand"}}]}).to_string();
    world.aws.cloudwatch().put_dashboard().dashboard_name(&made.id).dashboard_body(body).send().await.unwrap();
    let widgets = made.read().await.unwrap().inputs["widgets"].clone();
    assert_eq!(widgets, json!([{"other": {"type": "text", "properties": {"markdown": "by hand"}}}]));
    made.change_to(&inputs).await;
    made.delete().await;
}

#[tokio::test]
async fn two_dashboards_declared_with_one_name_get_different_names() {
    let world = World::new();
    let one = world.make::<Dashboard>("one", &dashboard()).await;
    let other = world.make::<Dashboard>("other", &dashboard()).await;
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn an_empty_description_is_no_drift() {
    let world = World::new();
    let slow: Alarm<Resolved> = resolved(&slow());
    let mut made = world.make::<Alarm>("slow", &Alarm { description: Some(String::new()), ..slow.clone() }).await;
    made.change_to(&Alarm { description: Some("x".into()), ..slow.clone() }).await;
    made.change_to(&Alarm { description: Some(String::new()), ..slow.clone() }).await;
}
