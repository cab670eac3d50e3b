//! The notifications of a budget.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aws::TopicArn;
use crate::resource::{Declared, Phase, Problems};

/// A notification that AWS sends when a budget reaches a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Notify<P: Phase = Declared> {
    /// The condition.
    pub when: NotifyWhen,
    /// The e-mail addresses that receive it, at most 10.
    #[serde(default)]
    pub emails: BTreeSet<String>,
    /// The topic that receives it.
    #[serde(default)]
    pub topic: Option<P::Of<TopicArn>>,
}

/// The condition of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotifyWhen {
    /// The comparison of the costs with the threshold.
    pub on: NotificationOn,
    /// The threshold.
    pub threshold: Threshold,
}

/// The comparison of costs with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationOn {
    /// The actual costs are above it.
    ActualAbove,
    /// The actual costs are below it.
    ActualBelow,
    /// The actual costs are equal to it.
    ActualEquals,
    /// The forecast costs are above it.
    ForecastAbove,
    /// The forecast costs are below it.
    ForecastBelow,
    /// The forecast costs are equal to it.
    ForecastEquals,
}

impl NotificationOn {
    /// Returns whether it compares a forecast.
    pub(super) fn is_forecast(self) -> bool {
        matches!(self, Self::ForecastAbove | Self::ForecastBelow | Self::ForecastEquals)
    }
}

/// A threshold of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// A percentage of the budget's amount.
    Percent(f64),
    /// An amount of US dollars.
    Dollars(f64),
}

impl Notify {
    /// Reports problems that AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        let value = match self.when.threshold {
            Threshold::Percent(value) | Threshold::Dollars(value) => value,
        };
        if !value.is_finite() || value <= 0.0 || value > 1e9 {
            problems.refuse(format!("{field}.threshold"), format!("{value} is not a threshold"));
        }
        if self.emails.is_empty() && self.topic.is_none() {
            problems.refuse(field, "a notification needs a receiver: give e-mail addresses or a topic");
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
                format!("`{address}` is not an e-mail address of at most 50 characters"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_notifications_are_refused() {
        let notify = Notify {
            when: NotifyWhen { on: NotificationOn::ActualAbove, threshold: Threshold::Percent(0.0) },
            emails: BTreeSet::new(),
            topic: None,
        };
        let mut problems = Problems::new();
        notify.validate("notify[0]", &mut problems);
        assert_eq!(problems.len(), 2);
        let wrong = BTreeSet::from(["no-address".to_owned()]);
        Notify { emails: wrong, ..notify }.validate("notify[0]", &mut problems);
        assert_eq!(problems.len(), 4);
    }
}
