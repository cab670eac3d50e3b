//! Resources that watch and notify: alarms, dashboards, topics, budgets.

use ebbtide_engine::sdk::Aws;

use super::{Observed, plain, plain_arn};
use crate::world::ACCOUNT;

pub async fn see(aws: &Aws, seen: &mut Observed) {
    for alarm in aws.cloudwatch().describe_alarms().max_records(100).send().await.unwrap().metric_alarms() {
        let (name, threshold) = (plain(alarm.alarm_name().unwrap_or_default()), alarm.threshold());
        seen.add("alarm", format!("{name} at {threshold:?} acts {:?}", alarm.actions_enabled()));
    }
    for dashboard in aws.cloudwatch().list_dashboards().send().await.unwrap().dashboard_entries() {
        seen.add("dashboard", plain(dashboard.dashboard_name().unwrap_or_default()));
    }
    for topic in aws.sns().list_topics().send().await.unwrap().topics() {
        seen.add("topic", plain_arn(topic.topic_arn().unwrap_or_default()));
    }
    for subscription in aws.sns().list_subscriptions().send().await.unwrap().subscriptions() {
        let topic = plain_arn(subscription.topic_arn().unwrap_or_default());
        seen.add("subscription", format!("{} of {topic}", subscription.endpoint().unwrap_or_default()));
    }
    for budget in aws.budgets().describe_budgets().account_id(ACCOUNT).send().await.unwrap().budgets() {
        let name = budget.budget_name();
        let notifications = aws.budgets().describe_notifications_for_budget().account_id(ACCOUNT).budget_name(name);
        let notifications = notifications.send().await.unwrap().notifications().len();
        let amount = budget.budget_limit().map(|limit| limit.amount().to_owned()).unwrap_or_default();
        seen.add("budget", format!("{} of {amount} with {notifications} notifications", plain(name)));
    }
}
