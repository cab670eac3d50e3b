//! The conversion of a budget's notifications to the SDK's types and back.

use aws_sdk_budgets::types::{
    ComparisonOperator, Notification, NotificationType, Subscriber, SubscriptionType, ThresholdType,
};

use crate::sdk::{Error, built};
use ebbtide::aws::TopicArn;
use ebbtide::aws::budgets::{NotificationOn, Notify, NotifyWhen, Threshold};
use ebbtide::resource::Resolved;

/// Returns the condition of a notification as the SDK takes it.
pub(super) fn condition_to_sdk(when: NotifyWhen) -> Result<Notification, Error> {
    let (kind, comparison) = comparison_to_sdk(when.on);
    let (unit, value) = match when.threshold {
        Threshold::Percent(value) => (ThresholdType::Percentage, value),
        Threshold::Dollars(value) => (ThresholdType::AbsoluteValue, value),
    };
    let notification = Notification::builder()
        .notification_type(kind)
        .comparison_operator(comparison)
        .threshold(value)
        .threshold_type(unit);
    built(notification.build())
}

/// Returns the receivers of a notification as the SDK takes them.
pub(super) fn subscribers_to_sdk(notify: &Notify<Resolved>) -> Result<Vec<Subscriber>, Error> {
    let subscriber = |kind: SubscriptionType, address: &str| {
        built(Subscriber::builder().subscription_type(kind).address(address).build())
    };
    let emails = notify.emails.iter().map(|address| subscriber(SubscriptionType::Email, address));
    let topic = notify.topic.iter().map(|topic| subscriber(SubscriptionType::Sns, topic.as_str()));
    emails.chain(topic).collect()
}

/// Reads a notification with its receivers.
pub(super) fn read_notification(notification: &Notification, subscribers: &[Subscriber]) -> Notify<Resolved> {
    let of = |kind: SubscriptionType| {
        let matching = subscribers.iter().filter(move |subscriber| *subscriber.subscription_type() == kind);
        matching.map(|subscriber| subscriber.address().to_owned())
    };
    Notify {
        when: read_condition(notification),
        emails: of(SubscriptionType::Email).collect(),
        topic: of(SubscriptionType::Sns).next().map(TopicArn),
    }
}

fn comparison_to_sdk(on: NotificationOn) -> (NotificationType, ComparisonOperator) {
    match on {
        NotificationOn::ActualAbove => (NotificationType::Actual, ComparisonOperator::GreaterThan),
        NotificationOn::ActualBelow => (NotificationType::Actual, ComparisonOperator::LessThan),
        NotificationOn::ActualEquals => (NotificationType::Actual, ComparisonOperator::EqualTo),
        NotificationOn::ForecastAbove => (NotificationType::Forecasted, ComparisonOperator::GreaterThan),
        NotificationOn::ForecastBelow => (NotificationType::Forecasted, ComparisonOperator::LessThan),
        NotificationOn::ForecastEquals => (NotificationType::Forecasted, ComparisonOperator::EqualTo),
    }
}

fn read_condition(notification: &Notification) -> NotifyWhen {
    let is_forecast = *notification.notification_type() == NotificationType::Forecasted;
    let on = match (is_forecast, notification.comparison_operator()) {
        (false, ComparisonOperator::LessThan) => NotificationOn::ActualBelow,
        (false, ComparisonOperator::EqualTo) => NotificationOn::ActualEquals,
        (false, _) => NotificationOn::ActualAbove,
        (true, ComparisonOperator::LessThan) => NotificationOn::ForecastBelow,
        (true, ComparisonOperator::EqualTo) => NotificationOn::ForecastEquals,
        (true, _) => NotificationOn::ForecastAbove,
    };
    let value = notification.threshold();
    let threshold = match notification.threshold_type() {
        Some(ThresholdType::AbsoluteValue) => Threshold::Dollars(value),
        _ => Threshold::Percent(value),
    };
    NotifyWhen { on, threshold }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn notifications_read_back_as_they_were_sent() {
        for on in [
            NotificationOn::ActualAbove,
            NotificationOn::ActualBelow,
            NotificationOn::ActualEquals,
            NotificationOn::ForecastAbove,
            NotificationOn::ForecastBelow,
            NotificationOn::ForecastEquals,
        ] {
            for threshold in [Threshold::Percent(80.0), Threshold::Dollars(500.0)] {
                let notify = Notify::<Resolved> {
                    when: NotifyWhen { on, threshold },
                    emails: BTreeSet::from(["ops@example.com".to_owned()]),
                    topic: Some("arn:aws:sns:eu-west-1:123456789012:costs".into()),
                };
                let sent = (condition_to_sdk(notify.when).unwrap(), subscribers_to_sdk(&notify).unwrap());
                assert_eq!(read_notification(&sent.0, &sent.1), notify);
            }
        }
    }
}
