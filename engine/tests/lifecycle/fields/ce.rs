//! The tables of the kinds of Cost Explorer.

use ebbtide::aws::AnomalyMonitorArn;
use ebbtide::aws::ce::{AnomalyMonitor, AnomalySubscription, Subscriber, Threshold};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::cloud_control::model;
use super::table::Table;
use crate::fixture::scope;

pub fn tables() -> Vec<Table> {
    vec![monitor(), subscription()]
}

fn tags(model: &Value) -> Map<String, Value> {
    let tags = model["ResourceTags"].as_array().into_iter().flatten();
    let pairs = tags.map(|tag| (tag["Key"].as_str().unwrap().to_owned(), tag["Value"].clone()));
    pairs.filter(|(key, _)| !key.starts_with("ebb:")).collect()
}

fn json_text(text: &Value) -> Value {
    text.as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

fn monitor() -> Table {
    let base = AnomalyMonitor { name: Some("one".into()), ..AnomalyMonitor::of_tag("Project", ["llmops"]) };
    let other = json!({ "Tags": { "Key": "Project", "Values": ["other"] } });
    Table::new(&base, observe_monitor)
        .shows("name", json!("another"), json!("another"))
        .shows("kind", json!("dimensional"), json!("DIMENSIONAL"))
        .also("dimension", json!("service"))
        .also("scope", json!(null))
        .shows("dimension", json!("linked_account"), json!("LINKED_ACCOUNT"))
        .also("kind", json!("dimensional"))
        .also("scope", json!(null))
        .shows("scope", other.clone(), other)
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_monitor<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::CE::AnomalyMonitor", id).await;
        json!({
            "name": model["MonitorName"],
            "kind": model["MonitorType"],
            "dimension": model["MonitorDimension"],
            "scope": json_text(&model["MonitorSpecification"]),
            "tags": tags(&model),
        })
    })
}

/// Declares two monitors. AWS assigns their ARNs, so a subscription refers to them.
fn declare_monitors(stack: &mut Stack) -> [Input<AnomalyMonitorArn>; 2] {
    ["near", "far"].map(|name| stack.add(name, AnomalyMonitor::of_tag("Project", [name])).arn)
}

fn add_subscription(stack: &mut Stack, inputs: &Value) {
    declare_monitors(stack);
    stack.add("it", serde_json::from_value::<AnomalySubscription>(inputs.clone()).unwrap());
}

fn subscription() -> Table {
    let [near, far] = declare_monitors(&mut Stack::new(scope(), [].into()));
    let digest = AnomalySubscription::daily(&near, 10.0).to(Subscriber::email("ada@example.com"));
    let base = AnomalySubscription { name: Some("one".into()), ..digest };
    let percent = json!(Threshold::percent(40.0));
    let bob = json!([{ "kind": "email", "address": "bob@example.com" }]);
    let table = Table::new(&base, observe_subscription)
        .shows("name", json!("another"), json!("another"))
        .shows("monitors", json!([far]), json!(["ce_anomaly_monitor.far"]))
        .shows("frequency", json!("weekly"), json!("WEEKLY"))
        .shows("threshold", percent.clone(), percent)
        .shows("subscribers", bob, json!(["bob@example.com"]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: add_subscription, ..table }
}

fn observe_subscription<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let read = model(aws, "AWS::CE::AnomalySubscription", id).await;
        let mut monitors = Vec::new();
        for arn in read["MonitorArnList"].as_array().unwrap() {
            let monitor = model(aws, "AWS::CE::AnomalyMonitor", arn.as_str().unwrap()).await;
            let tags = monitor["ResourceTags"].as_array().unwrap();
            monitors.extend(tags.iter().find(|tag| tag["Key"] == "ebb:address").map(|tag| tag["Value"].clone()));
        }
        let subscribers = read["Subscribers"].as_array().into_iter().flatten();
        json!({
            "name": read["SubscriptionName"],
            "monitors": monitors,
            "frequency": read["Frequency"],
            "threshold": json_text(&read["ThresholdExpression"]),
            "subscribers": subscribers.map(|one| one["Address"].clone()).collect::<Value>(),
            "tags": tags(&read),
        })
    })
}
