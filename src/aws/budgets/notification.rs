//! Who is told about a budget, and when.

use std::collections::BTreeSet;

use aws_sdk_budgets::types::{
    ComparisonOperator, Notification, NotificationType, Subscriber, SubscriptionType, ThresholdType,
};
use serde::{Deserialize, Serialize};

use crate::aws::TopicArn;
use crate::engine::sdk::{Error, built};
use crate::resource::{Declared, Phase, Problems, Resolved};

/// Tells somebody when a budget comes to a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Notify<P: Phase = Declared> {
    /// When.
    pub when: NotifyWhen,
    /// E-mail addresses, at most 10.
    #[serde(default)]
    pub emails: BTreeSet<String>,
    /// A topic.
    #[serde(default)]
    pub topic: Option<P::Of<TopicArn>>,
}

/// When somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotifyWhen {
    /// What is compared.
    pub on: NotificationOn,
    /// To what.
    pub threshold: Threshold,
}

/// What is compared to a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationOn {
    /// What has been spent is more.
    ActualAbove,
    /// What has been spent is less.
    ActualBelow,
    /// What has been spent is the same.
    ActualEquals,
    /// What will have been spent is more.
    ForecastAbove,
    /// What will have been spent is less.
    ForecastBelow,
    /// What will have been spent is the same.
    ForecastEquals,
}

impl NotificationOn {
    fn to_sdk(self) -> (NotificationType, ComparisonOperator) {
        match self {
            Self::ActualAbove => (NotificationType::Actual, ComparisonOperator::GreaterThan),
            Self::ActualBelow => (NotificationType::Actual, ComparisonOperator::LessThan),
            Self::ActualEquals => (NotificationType::Actual, ComparisonOperator::EqualTo),
            Self::ForecastAbove => (NotificationType::Forecasted, ComparisonOperator::GreaterThan),
            Self::ForecastBelow => (NotificationType::Forecasted, ComparisonOperator::LessThan),
            Self::ForecastEquals => (NotificationType::Forecasted, ComparisonOperator::EqualTo),
        }
    }

    /// Whether it looks ahead.
    pub(super) fn is_forecast(self) -> bool {
        self.to_sdk().0 == NotificationType::Forecasted
    }
}

/// A threshold of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// So many percent of the amount.
    Percent(f64),
    /// So many US dollars.
    Dollars(f64),
}

impl Notify {
    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        let value = match self.when.threshold {
            Threshold::Percent(value) | Threshold::Dollars(value) => value,
        };
        if !value.is_finite() || value <= 0.0 || value > 1e9 {
            problems.refuse(format!("{field}.threshold"), format!("{value} is no threshold"));
        }
        if self.emails.is_empty() && self.topic.is_none() {
            problems.refuse(field, "somebody must be told: give e-mail addresses or a topic");
        }
        if self.emails.len() > 10 {
            problems.refuse(format!("{field}.emails"), "AWS takes at most 10 addresses");
        }
        let is_address = |address: &str| {
            address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
                && !address.contains(char::is_whitespace)
                && address.len() <= 50
        };
        for address in self.emails.iter().filter(|address| !is_address(address)) {
            problems.refuse(
                format!("{field}.emails"),
                format!("`{address}` is no e-mail address of at most 50 characters"),
            );
        }
    }
}

impl NotifyWhen {
    pub(super) fn to_sdk(self) -> Result<Notification, Error> {
        let (kind, comparison) = self.on.to_sdk();
        let (unit, value) = match self.threshold {
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

    pub(super) fn from_sdk(notification: &Notification) -> Self {
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
        Self { on, threshold }
    }
}

impl Notify<Resolved> {
    /// Everybody who is told.
    pub(super) fn subscribers(&self) -> Result<Vec<Subscriber>, Error> {
        let subscriber = |kind: SubscriptionType, address: &str| {
            built(Subscriber::builder().subscription_type(kind).address(address).build())
        };
        let emails = self.emails.iter().map(|address| subscriber(SubscriptionType::Email, address));
        let topic = self.topic.iter().map(|topic| subscriber(SubscriptionType::Sns, topic.as_str()));
        emails.chain(topic).collect()
    }

    pub(super) fn from_sdk(notification: &Notification, subscribers: &[Subscriber]) -> Self {
        let of = |kind: SubscriptionType| {
            let matching = subscribers.iter().filter(move |subscriber| *subscriber.subscription_type() == kind);
            matching.map(|subscriber| subscriber.address().to_owned())
        };
        Self {
            when: NotifyWhen::from_sdk(notification),
            emails: of(SubscriptionType::Email).collect(),
            topic: of(SubscriptionType::Sns).next().map(TopicArn),
        }
    }
}

#[cfg(test)]
mod tests {
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
                let sent = (notify.when.to_sdk().unwrap(), notify.subscribers().unwrap());
                assert_eq!(Notify::from_sdk(&sent.0, &sent.1), notify);
            }
        }
    }

    #[test]
    fn what_aws_would_refuse_is_found() {
        let notify = Notify {
            when: NotifyWhen { on: NotificationOn::ActualAbove, threshold: Threshold::Percent(0.0) },
            emails: BTreeSet::new(),
            topic: None,
        };
        let mut problems = Problems::new();
        notify.validate("notify[0]", &mut problems);
        assert_eq!(problems.len(), 2);
        let wrong = BTreeSet::from(["nobody".to_owned()]);
        Notify { emails: wrong, ..notify }.validate("notify[0]", &mut problems);
        assert_eq!(problems.len(), 4);
    }
}
