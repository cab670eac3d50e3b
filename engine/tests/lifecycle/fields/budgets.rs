//! The table of budgets.

use std::collections::BTreeSet;

use aws_sdk_budgets::types::{Budget as SdkBudget, Notification};
use ebbtide::aws::budgets::{Budget, NotificationOn, Notify, NotifyWhen, Threshold};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::Table;

const ACCOUNT: &str = "123456789012";

pub fn budget() -> Table {
    let notify = |percent: f64, address: &str| Notify {
        when: NotifyWhen { on: NotificationOn::ActualAbove, threshold: Threshold::Percent(percent) },
        emails: BTreeSet::from([address.to_owned()]),
        topic: None,
    };
    let base =
        Budget { name: Some("one".into()), notify: vec![notify(80.0, "ops@example.com")], ..Budget::monthly("6190") };
    let tags = json!({ "tags": { "Project": ["adeptai"] }, "services": [] });
    let both = json!({ "tags": { "Project": ["adeptai"] }, "services": ["Amazon SageMaker"] });
    Table::new(&base, observe)
        .shows("name", json!("another"), json!("another"))
        .shows("amount", json!("7000.50"), json!(7000.5))
        .shows("period", json!("quarterly"), json!("QUARTERLY"))
        .shows("filter", tags, json!(["Project=adeptai"]))
        .shows("filter", both, json!(["Project=adeptai", "SERVICE=Amazon SageMaker"]))
        .shows("notify", json!([notify(90.0, "ops@example.com")]), json!([[90.0, ["ops@example.com"]]]))
        .shows("notify", json!([notify(80.0, "cfo@example.com")]), json!([[80.0, ["cfo@example.com"]]]))
        .shows("notify", json!([]), json!([]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn filter(budget: &SdkBudget) -> Vec<String> {
    let expression = budget.filter_expression();
    let parts = expression.map(|whole| match whole.and() {
        [] => std::slice::from_ref(whole),
        parts => parts,
    });
    let mut all: Vec<String> = Vec::new();
    for part in parts.into_iter().flatten() {
        all.extend(part.tags().map(|tags| format!("{}={}", tags.key().unwrap(), tags.values().join(","))));
        all.extend(part.dimensions().map(|one| format!("{}={}", one.key().as_str(), one.values().join(","))));
    }
    all.sort();
    all
}

async fn receivers(aws: &Aws, id: &str, notification: &Notification) -> Vec<String> {
    let describe = aws.budgets().describe_subscribers_for_notification().account_id(ACCOUNT).budget_name(id);
    let found = describe.notification(notification.clone()).send().await.unwrap();
    found.subscribers().iter().map(|one| one.address().to_owned()).collect()
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let describe = aws.budgets().describe_budget().account_id(ACCOUNT).budget_name(id).show_filter_expression(true);
        let budget = describe.send().await.unwrap().budget.unwrap();
        let describe = aws.budgets().describe_notifications_for_budget().account_id(ACCOUNT).budget_name(id);
        let mut notify = Vec::new();
        for notification in describe.send().await.unwrap().notifications() {
            notify.push(json!([notification.threshold(), receivers(aws, id, notification).await]));
        }
        let arn = format!("arn:aws:budgets::{ACCOUNT}:budget/{id}");
        let tags = aws.budgets().list_tags_for_resource().resource_arn(arn).send().await.unwrap();
        let tags = tags.resource_tags().iter().filter(|tag| !tag.key().starts_with("ebb:"));
        json!({
            "name": id,
            "amount": budget.budget_limit().unwrap().amount().parse::<f64>().unwrap(),
            "period": budget.time_unit().as_str(),
            "filter": filter(&budget),
            "notify": notify,
            "tags": tags.map(|tag| (tag.key().to_owned(), json!(tag.value()))).collect::<Map<_, _>>(),
        })
    })
}
