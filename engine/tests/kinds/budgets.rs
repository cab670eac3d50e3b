//! Budgets.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::TopicArn;
use ebbtide::aws::budgets::{
    Budget, BudgetFilter, BudgetOutputs, BudgetPeriod, NotificationOn, Notify, NotifyWhen, Threshold,
};
use ebbtide::resource::{Resolved, Tags};

use crate::declared::resolved;
use crate::harness::{World, provider};

fn emails(addresses: &[&str]) -> BTreeSet<String> {
    addresses.iter().map(|address| (*address).to_owned()).collect()
}

fn notify(on: NotificationOn, threshold: Threshold, addresses: &[&str]) -> Notify<Resolved> {
    Notify { when: NotifyWhen { on, threshold }, emails: emails(addresses), topic: None }
}

fn budget() -> Budget<Resolved> {
    Budget {
        notify: vec![
            notify(NotificationOn::ForecastAbove, Threshold::Percent(120.0), &["ops@example.com"]),
            notify(NotificationOn::ActualAbove, Threshold::Percent(80.0), &["ops@example.com", "cfo@example.com"]),
        ],
        tags: Tags::from([("team".into(), "llm".into())]),
        ..resolved(&Budget::monthly("6190"))
    }
}

fn topic(name: &str) -> Option<TopicArn> {
    Some(TopicArn(format!("arn:aws:sns:eu-west-1:123456789012:{name}")))
}

#[tokio::test]
async fn a_budget_lives_through_every_change() {
    let world = World::new();
    let mut inputs = budget();
    let mut made = world.make::<Budget>("costs", &inputs).await;
    let outputs: BudgetOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), format!("arn:aws:budgets::123456789012:budget/{}", made.id));

    inputs.amount = "7000.50".into();
    made.change_to(&inputs).await;
    let values = BTreeSet::from(["adeptai".to_owned()]);
    inputs.filter = BudgetFilter {
        tags: BTreeMap::from([("Project".to_owned(), values)]),
        services: BTreeSet::from(["Amazon SageMaker".to_owned()]),
        other: None,
    };
    made.change_to(&inputs).await;
    inputs.filter = BudgetFilter::default();
    made.change_to(&inputs).await;
    // Add and remove subscribers, and replace the topic.
    inputs.notify[1].emails = emails(&["cto@example.com"]);
    inputs.notify[1].topic = topic("costs");
    made.change_to(&inputs).await;
    inputs.notify[1].emails.clear();
    inputs.notify[1].topic = topic("alerts");
    made.change_to(&inputs).await;
    // Add and remove notifications.
    inputs.notify.remove(0);
    inputs.notify.push(notify(NotificationOn::ActualAbove, Threshold::Dollars(500.0), &["ops@example.com"]));
    made.change_to(&inputs).await;
    inputs.notify.clear();
    made.change_to(&inputs).await;
    inputs.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&inputs).await;
    made.delete().await;
}

#[tokio::test]
async fn a_daily_budget_lives() {
    let world = World::new();
    let mut inputs = budget();
    inputs.period = BudgetPeriod::Daily;
    inputs.notify.remove(0);
    let mut made = world.make::<Budget>("daily", &inputs).await;
    inputs.amount = "500".into();
    made.change_to(&inputs).await;
    made.delete().await;
}

#[tokio::test]
async fn deleted_notifications_are_drift() {
    let world = World::new();
    let made = world.make::<Budget>("costs", &budget()).await;
    let notification = budget().notify[0].when;
    assert_eq!(notification.threshold, Threshold::Percent(120.0));
    let found = world
        .aws
        .budgets()
        .describe_notifications_for_budget()
        .account_id("123456789012")
        .budget_name(&made.id)
        .send()
        .await
        .unwrap();
    for notification in found.notifications() {
        let delete = world.aws.budgets().delete_notification().account_id("123456789012").budget_name(&made.id);
        delete.notification(notification.clone()).send().await.unwrap();
    }
    assert_eq!(made.read().await.unwrap().inputs["notify"], serde_json::json!([]));
}

#[tokio::test]
async fn a_budget_of_another_owner_is_not_found() {
    let world = World::new();
    let made = world.make::<Budget>("costs", &Budget { name: Some("costs".into()), ..budget() }).await;
    let other = world.context("budgets_budget.other", 1);
    let provider = provider("budgets_budget");
    assert_eq!(provider.find(&other, &made.inputs).await.unwrap(), None);
}

fn filtered() -> BudgetFilter {
    let values = BTreeSet::from(["adeptai".to_owned()]);
    BudgetFilter {
        tags: BTreeMap::from([("Project".to_owned(), values)]),
        services: BTreeSet::from(["Amazon SageMaker".to_owned()]),
        other: None,
    }
}

async fn described(world: &World, name: &str) -> aws_sdk_budgets::types::Budget {
    let describe = world.aws.budgets().describe_budget().account_id("123456789012").budget_name(name);
    describe.show_filter_expression(true).send().await.unwrap().budget.unwrap()
}

#[tokio::test]
#[expect(deprecated, reason = "the test makes a budget of the older form")]
async fn a_filter_is_sent_with_its_metric_and_budgets_of_the_older_form_are_read_and_kept() {
    use aws_sdk_budgets::types::{CostTypes, Metric};
    let world = World::new();
    let made = world.make::<Budget>("costs", &Budget { filter: filtered(), ..budget() }).await;
    let found = described(&world, &made.id).await;
    assert!(found.filter_expression().is_some() && found.cost_types().is_none());
    assert_eq!(found.metrics(), [Metric::UnblendedCost]);

    // An earlier version of the program made it, and somebody chose amortized costs.
    let mut older = found;
    (older.filter_expression, older.metrics) = (None, None);
    older.cost_types = Some(CostTypes::builder().use_amortized(true).build());
    let filters = [("TagKeyValue", "user:Project$adeptai"), ("Service", "Amazon SageMaker")];
    older.cost_filters = Some(filters.map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).into());
    let update = world.aws.budgets().update_budget().account_id("123456789012").new_budget(older);
    update.send().await.unwrap();
    assert_eq!(made.read().await.unwrap().inputs, made.inputs, "the older form means the same");

    let mut made = made;
    made.change_to(&Budget { amount: "7".into(), filter: filtered(), ..budget() }).await;
    let found = described(&world, &made.id).await;
    assert_eq!(found.metrics(), [Metric::AmortizedCost]);
}
