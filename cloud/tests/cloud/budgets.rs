//! Budgets: budgets, notifications, subscribers, actions.

use aws_sdk_budgets::Client;
use aws_sdk_budgets::operation::create_budget::builders::CreateBudgetFluentBuilder;
use aws_sdk_budgets::types::{
    ActionThreshold, ActionType, ApprovalModel, Budget, BudgetType, ComparisonOperator, Definition,
    IamActionDefinition, Notification, NotificationType, NotificationWithSubscribers, ResourceTag, Spend, Subscriber,
    SubscriptionType, ThresholdType, TimeUnit,
};

use crate::support::{Fixture, code, sdk};

const ACCOUNT: &str = "123456789012";
const ARN: &str = "arn:aws:budgets::123456789012:budget/monthly";

fn client(fixture: &Fixture) -> Client {
    Client::new(&fixture.sdk())
}

fn budget(amount: &str) -> Budget {
    Budget::builder()
        .budget_name("monthly")
        .budget_type(BudgetType::Cost)
        .time_unit(TimeUnit::Monthly)
        .budget_limit(Spend::builder().amount(amount).unit("USD").build().unwrap())
        .build()
        .unwrap()
}

fn above(threshold: f64) -> Notification {
    Notification::builder()
        .notification_type(NotificationType::Actual)
        .comparison_operator(ComparisonOperator::GreaterThan)
        .threshold(threshold)
        .build()
        .unwrap()
}

fn email(user: &str) -> Subscriber {
    let address = format!("{user}@example.com");
    Subscriber::builder().subscription_type(SubscriptionType::Email).address(address).build().unwrap()
}

fn sns(topic: &str) -> Subscriber {
    let address = format!("arn:aws:sns:us-east-1:123456789012:{topic}");
    Subscriber::builder().subscription_type(SubscriptionType::Sns).address(address).build().unwrap()
}

fn notify(notification: Notification, subscribers: &[Subscriber]) -> NotificationWithSubscribers {
    let builder = NotificationWithSubscribers::builder().notification(notification);
    builder.set_subscribers(Some(subscribers.to_vec())).build().unwrap()
}

fn create(budgets: &Client) -> CreateBudgetFluentBuilder {
    budgets.create_budget().account_id(ACCOUNT).budget(budget("100"))
}

async fn described(budgets: &Client) -> Budget {
    let read = budgets.describe_budget().account_id(ACCOUNT).budget_name("monthly").send().await.unwrap();
    read.budget.unwrap()
}

async fn subscribers(budgets: &Client, threshold: f64) -> Vec<Subscriber> {
    let call = budgets.describe_subscribers_for_notification().account_id(ACCOUNT).budget_name("monthly");
    call.notification(above(threshold)).send().await.unwrap().subscribers.unwrap_or_default()
}

async fn thresholds(budgets: &Client) -> Vec<f64> {
    let call = budgets.describe_notifications_for_budget().account_id(ACCOUNT).budget_name("monthly");
    call.send().await.unwrap().notifications().iter().map(|notification| notification.threshold).collect()
}

#[tokio::test]
async fn a_budget_is_created_updated_and_deleted_in_every_region() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    create(&budgets).send().await.unwrap();
    assert_eq!(code(create(&budgets).send().await), "DuplicateRecordException");
    let elsewhere = Client::new(&sdk(&fixture.again(), "eu-west-1"));
    let read = described(&elsewhere).await;
    assert_eq!(read.budget_limit().unwrap().amount(), "100.0");
    assert_eq!(read.calculated_spend().unwrap().actual_spend().unwrap().amount(), "0.0");
    #[expect(deprecated, reason = "budgets without the newer Metrics have these")]
    let cost_types = read.cost_types().unwrap();
    assert_eq!(cost_types.include_tax(), Some(true));
    let start = read.time_period().unwrap().start().copied();

    let update = budgets.update_budget().account_id(ACCOUNT).new_budget(budget("250.5"));
    update.send().await.unwrap();
    let read = described(&budgets).await;
    assert_eq!(read.budget_limit().unwrap().amount(), "250.5");
    assert_eq!(read.time_period().unwrap().start().copied(), start);

    let delete = || budgets.delete_budget().account_id(ACCOUNT).budget_name("monthly").send();
    delete().await.unwrap();
    assert_eq!(code(delete().await), "NotFoundException");
    let read = budgets.describe_budget().account_id(ACCOUNT).budget_name("monthly").send().await;
    assert_eq!(code(read), "NotFoundException");
    let update = budgets.update_budget().account_id(ACCOUNT).new_budget(budget("1")).send().await;
    assert_eq!(code(update), "NotFoundException");
}

#[tokio::test]
async fn wrong_budgets_and_other_accounts_are_refused() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    let make = |budget: Budget| budgets.create_budget().account_id(ACCOUNT).budget(budget).send();
    assert_eq!(code(make(budget("-5")).await), "InvalidParameterException");
    assert_eq!(code(make(budget("much")).await), "InvalidParameterException");
    let other = budgets.describe_budgets().account_id("210987654321").send().await;
    assert_eq!(code(other), "AccessDeniedException");
    assert!(budgets.describe_budgets().account_id(ACCOUNT).send().await.unwrap().budgets().is_empty());
}

#[tokio::test]
async fn notifications_come_with_their_subscribers() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    let all = [email("a"), sns("alarms")];
    let with = create(&budgets).notifications_with_subscribers(notify(above(80.0), &all));
    with.send().await.unwrap();
    assert_eq!(subscribers(&budgets, 80.0).await, all);
    let read = budgets.describe_notifications_for_budget().account_id(ACCOUNT).budget_name("monthly");
    let read = read.send().await.unwrap();
    assert_eq!(read.notifications()[0].threshold_type(), Some(&ThresholdType::Percentage));

    let add = |threshold: f64| {
        let call = budgets.create_notification().account_id(ACCOUNT).budget_name("monthly");
        call.notification(above(threshold)).subscribers(email("b")).send()
    };
    add(100.0).await.unwrap();
    assert_eq!(code(add(80.0).await), "DuplicateRecordException");
    let change = |old: f64, new: f64| {
        let call = budgets.update_notification().account_id(ACCOUNT).budget_name("monthly");
        call.old_notification(above(old)).new_notification(above(new)).send()
    };
    change(100.0, 90.0).await.unwrap();
    assert_eq!(code(change(100.0, 95.0).await), "NotFoundException");
    assert_eq!(code(change(90.0, 80.0).await), "DuplicateRecordException");
    assert_eq!(subscribers(&budgets, 90.0).await, [email("b")]);
    assert_eq!(thresholds(&budgets).await, [80.0, 90.0]);

    let delete = |threshold: f64| {
        let call = budgets.delete_notification().account_id(ACCOUNT).budget_name("monthly");
        call.notification(above(threshold)).send()
    };
    delete(80.0).await.unwrap();
    assert_eq!(code(delete(80.0).await), "NotFoundException");
    assert_eq!(thresholds(&budgets).await, [90.0]);
}

#[tokio::test]
async fn there_are_at_most_ten_notifications() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    let many = |count: u32| (1..=count).map(|n| notify(above(f64::from(n)), &[email("a")])).collect::<Vec<_>>();
    let eleven = create(&budgets).set_notifications_with_subscribers(Some(many(11))).send().await;
    assert_eq!(code(eleven), "CreationLimitExceededException");
    create(&budgets).set_notifications_with_subscribers(Some(many(10))).send().await.unwrap();
    let one_more = budgets.create_notification().account_id(ACCOUNT).budget_name("monthly");
    let one_more = one_more.notification(above(11.0)).subscribers(email("a")).send().await;
    assert_eq!(code(one_more), "CreationLimitExceededException");
    assert_eq!(thresholds(&budgets).await.len(), 10);
}

#[tokio::test]
async fn a_notification_goes_with_its_last_subscriber() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    create(&budgets).notifications_with_subscribers(notify(above(80.0), &[email("a")])).send().await.unwrap();
    let add = |subscriber: Subscriber| {
        let call = budgets.create_subscriber().account_id(ACCOUNT).budget_name("monthly");
        call.notification(above(80.0)).subscriber(subscriber).send()
    };
    add(sns("one")).await.unwrap();
    assert_eq!(code(add(sns("two")).await), "CreationLimitExceededException");
    assert_eq!(code(add(email("a")).await), "DuplicateRecordException");
    let change = budgets.update_subscriber().account_id(ACCOUNT).budget_name("monthly").notification(above(80.0));
    change.old_subscriber(email("a")).new_subscriber(email("b")).send().await.unwrap();
    assert_eq!(subscribers(&budgets, 80.0).await, [email("b"), sns("one")]);
    for subscriber in [sns("one"), email("b")] {
        assert_eq!(thresholds(&budgets).await, [80.0]);
        let call = budgets.delete_subscriber().account_id(ACCOUNT).budget_name("monthly");
        call.notification(above(80.0)).subscriber(subscriber).send().await.unwrap();
    }
    assert!(thresholds(&budgets).await.is_empty());
}

#[tokio::test]
async fn budgets_come_in_pages() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    for name in ["a", "b", "c"] {
        let mut one = budget("1");
        one.budget_name = name.to_owned();
        budgets.create_budget().account_id(ACCOUNT).budget(one).send().await.unwrap();
    }
    let page = |token: Option<String>| {
        budgets.describe_budgets().account_id(ACCOUNT).max_results(2).set_next_token(token).send()
    };
    let first = page(None).await.unwrap();
    let names = |found: &[Budget]| found.iter().map(|budget| budget.budget_name.clone()).collect::<Vec<_>>();
    assert_eq!(names(first.budgets()), ["a", "b"]);
    let last = page(first.next_token).await.unwrap();
    assert_eq!((names(last.budgets()), last.next_token()), (vec!["c".to_owned()], None));
    assert_eq!(code(page(Some("!".to_owned())).await), "InvalidNextTokenException");
}

#[tokio::test]
async fn tags_are_given_at_creation_and_changed_later() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    let tag = |key: &str, value: &str| ResourceTag::builder().key(key).value(value).build().unwrap();
    create(&budgets).resource_tags(tag("stack", "s")).send().await.unwrap();
    budgets.tag_resource().resource_arn(ARN).resource_tags(tag("a", "1")).send().await.unwrap();
    budgets.untag_resource().resource_arn(ARN).resource_tag_keys("stack").send().await.unwrap();
    let listed = budgets.list_tags_for_resource().resource_arn(ARN).send().await.unwrap();
    assert_eq!(listed.resource_tags(), [tag("a", "1")]);
    let missing = budgets.list_tags_for_resource().resource_arn(format!("{ARN}-x")).send().await;
    assert_eq!(code(missing), "NotFoundException");
}

#[tokio::test]
async fn actions_are_recorded_and_stand_by() {
    let fixture = Fixture::new();
    let budgets = client(&fixture);
    create(&budgets).send().await.unwrap();
    let threshold = |value: f64| {
        let builder = ActionThreshold::builder().action_threshold_value(value);
        builder.action_threshold_type(ThresholdType::Percentage).build().unwrap()
    };
    let policy = IamActionDefinition::builder().policy_arn("arn:aws:iam::123456789012:policy/stop").roles("r");
    let made = budgets
        .create_budget_action()
        .account_id(ACCOUNT)
        .budget_name("monthly")
        .notification_type(NotificationType::Actual)
        .action_type(ActionType::Iam)
        .action_threshold(threshold(90.0))
        .definition(Definition::builder().iam_action_definition(policy.build().unwrap()).build())
        .execution_role_arn("arn:aws:iam::123456789012:role/budgets")
        .approval_model(ApprovalModel::Auto)
        .subscribers(email("a"));
    let id = made.clone().send().await.unwrap().action_id;
    let wrong = made.definition(Definition::builder().build()).send().await;
    assert_eq!(code(wrong), "InvalidParameterException");

    let update = budgets.update_budget_action().account_id(ACCOUNT).budget_name("monthly").action_id(&id);
    update.action_threshold(threshold(95.0)).send().await.unwrap();
    let read = budgets.describe_budget_action().account_id(ACCOUNT).budget_name("monthly").action_id(&id);
    let action = read.clone().send().await.unwrap().action.unwrap();
    assert_eq!(action.action_threshold().unwrap().action_threshold_value(), 95.0);
    assert_eq!((action.status().as_str(), action.subscribers()), ("STANDBY", [email("a")].as_slice()));
    let listed = budgets.describe_budget_actions_for_budget().account_id(ACCOUNT).budget_name("monthly");
    assert_eq!(listed.send().await.unwrap().actions(), [action]);
    let delete = budgets.delete_budget_action().account_id(ACCOUNT).budget_name("monthly").action_id(&id);
    delete.send().await.unwrap();
    assert_eq!(code(read.send().await), "NotFoundException");
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_named() {
    let fixture = Fixture::new();
    let call = client(&fixture).describe_budget_performance_history().account_id(ACCOUNT).budget_name("monthly");
    let error = call.send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("UnknownOperationException"));
    assert!(error.meta().message().unwrap().contains("DescribeBudgetPerformanceHistory"));
}
