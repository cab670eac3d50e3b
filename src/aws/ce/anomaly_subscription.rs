//! `ce_anomaly_subscription`: messages about cost anomalies.

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::aws::lists::has_repeats;
use crate::aws::{AnomalyMonitorArn, TopicArn};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// The length of a derived name, in characters. AWS accepts 1,024.
const DERIVED_LENGTH: usize = 128;

/// Messages about the anomalies that some monitors find. AWS cannot change its tags: another tag makes another subscription.
///
/// ```
/// # use ebbtide::aws::{AnomalyMonitorArn, TopicArn};
/// # use ebbtide::aws::ce::{AnomalySubscription, Subscriber};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, monitor: &Input<AnomalyMonitorArn>, topic: &Input<TopicArn>) {
/// stack.add("alerts", AnomalySubscription::immediate(monitor, 50.0).to(Subscriber::topic(topic)));
/// stack.add("digest", AnomalySubscription::daily(monitor, 10.0).to(Subscriber::email("ada@example.com")));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AnomalySubscription<P: Phase = Declared> {
    /// The name, up to 1,024 characters; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The monitors.
    pub monitors: Vec<P::Of<AnomalyMonitorArn>>,
    /// How often messages are sent.
    pub frequency: Frequency,
    /// The anomalies that are reported.
    pub threshold: Threshold,
    /// The receivers.
    pub subscribers: Vec<Subscriber<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// How often messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// One for each anomaly, to a topic.
    Immediate,
    /// One a day, by email.
    Daily,
    /// One a week, by email.
    Weekly,
}

/// The anomalies that are reported. Its members have the names that AWS gives them; one of them is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// One condition.
    #[serde(rename = "Dimensions", default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// Conditions that all hold.
    #[serde(rename = "And", default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Threshold>>,
    /// Conditions one of which holds.
    #[serde(rename = "Or", default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Threshold>>,
}

/// The least impact of an anomaly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// `ANOMALY_TOTAL_IMPACT_ABSOLUTE` for dollars, `ANOMALY_TOTAL_IMPACT_PERCENTAGE` for percent.
    #[serde(rename = "Key")]
    pub key: String,
    /// `GREATER_THAN_OR_EQUAL`.
    #[serde(rename = "MatchOptions")]
    pub match_options: Vec<String>,
    /// The number, as text.
    #[serde(rename = "Values")]
    pub values: Vec<String>,
}

impl Threshold {
    fn of(key: &str, least: f64) -> Self {
        let impact = Impact {
            key: key.to_owned(),
            match_options: vec!["GREATER_THAN_OR_EQUAL".to_owned()],
            values: vec![least.to_string()],
        };
        Self { impact: Some(impact), ..Self::default() }
    }

    /// Anomalies that cost so many dollars at least.
    pub fn dollars(least: f64) -> Self {
        Self::of("ANOMALY_TOTAL_IMPACT_ABSOLUTE", least)
    }

    /// Anomalies that cost so many percent more than expected at least.
    pub fn percent(least: f64) -> Self {
        Self::of("ANOMALY_TOTAL_IMPACT_PERCENTAGE", least)
    }

    /// Anomalies to which both conditions apply.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { all: Some(vec![self, other]), ..Self::default() }
    }

    /// Anomalies to which one of two conditions applies.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { any: Some(vec![self, other]), ..Self::default() }
    }

    /// Returns what is wrong with it.
    fn problem(&self) -> Option<String> {
        match (&self.impact, &self.all, &self.any) {
            (Some(impact), None, None) => {
                let number = impact.values.first().and_then(|text| text.parse::<f64>().ok());
                let is_known =
                    ["ANOMALY_TOTAL_IMPACT_ABSOLUTE", "ANOMALY_TOTAL_IMPACT_PERCENTAGE"].contains(&&*impact.key);
                let fits = is_known
                    && impact.match_options == ["GREATER_THAN_OR_EQUAL"]
                    && impact.values.len() == 1
                    && number.is_some_and(|number| number >= 0.0);
                (!fits).then(|| format!("{}: give dollars or percent, 0 at least", impact.key))
            }
            (None, Some(parts), None) | (None, None, Some(parts)) if parts.len() == 2 => {
                parts.iter().find_map(Self::problem)
            }
            _ => Some("needs one condition, or two that `And` or `Or` joins".to_owned()),
        }
    }
}

/// A receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Subscriber<P: Phase = Declared> {
    /// The kind of its address.
    pub kind: SubscriberKind,
    /// The address, or the ARN of a topic.
    pub address: P::Of<String>,
}

/// The kind of a receiver's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriberKind {
    /// An email address.
    Email,
    /// A topic of SNS, whose policy lets `costalerts.amazonaws.com` publish.
    Topic,
}

impl Subscriber {
    /// Creates a receiver by email.
    pub fn email(address: impl Into<String>) -> Self {
        Self { kind: SubscriberKind::Email, address: Input::Value(address.into()) }
    }

    /// Creates a receiver by a topic.
    pub fn topic(topic: &Input<TopicArn>) -> Self {
        Self { kind: SubscriberKind::Topic, address: topic.text() }
    }
}

impl AnomalySubscription {
    fn new(monitor: impl Into<Input<AnomalyMonitorArn>>, frequency: Frequency, dollars: f64) -> Self {
        Self {
            name: None,
            monitors: vec![monitor.into()],
            frequency,
            threshold: Threshold::dollars(dollars),
            subscribers: Vec::new(),
            tags: Tags::new(),
        }
    }

    /// Creates messages for each anomaly of so many dollars at least, to no topic yet.
    pub fn immediate(monitor: impl Into<Input<AnomalyMonitorArn>>, dollars: f64) -> Self {
        Self::new(monitor, Frequency::Immediate, dollars)
    }

    /// Creates a message a day about anomalies of so many dollars at least, to no address yet.
    pub fn daily(monitor: impl Into<Input<AnomalyMonitorArn>>, dollars: f64) -> Self {
        Self::new(monitor, Frequency::Daily, dollars)
    }

    /// Adds a receiver.
    #[must_use]
    pub fn to(mut self, subscriber: Subscriber) -> Self {
        self.subscribers.push(subscriber);
        self
    }
}

impl<P: Phase> AnomalySubscription<P> {
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(DERIVED_LENGTH))
    }
}

/// The outputs of a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AnomalySubscriptionOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<String>,
    /// The account.
    pub account: P::Of<Option<String>>,
    /// Whether each receiver has confirmed, as far as AWS shows it.
    pub confirmations: P::Of<Vec<String>>,
}

impl Resource for AnomalySubscription {
    const KIND: &'static str = "ce_anomaly_subscription";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(AnomalySubscription: tags);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = AnomalySubscription<Resolved>;
    type Outputs<P: Phase> = AnomalySubscriptionOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("Cost Anomaly Detection is free")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > 1024) {
            problems.refuse("name", "has not 1 to 1024 characters");
        }
        if self.monitors.is_empty() || has_repeats(&self.monitors) {
            problems.refuse("monitors", "is empty, or has a monitor twice");
        }
        if let Some(problem) = self.threshold.problem() {
            problems.refuse("threshold", problem);
        }
        if self.subscribers.is_empty() || has_repeats(&self.subscribers) {
            problems.refuse("subscribers", "is empty, or has a receiver twice");
        }
        // "IMMEDIATE: sent to SNS alone; DAILY and WEEKLY: by email alone" (AnomalySubscription, Cost Explorer API).
        let wanted = match self.frequency {
            Frequency::Immediate => SubscriberKind::Topic,
            Frequency::Daily | Frequency::Weekly => SubscriberKind::Email,
        };
        if self.subscribers.iter().any(|subscriber| subscriber.kind != wanted) {
            let advice = "single messages go to a topic, those of a day or a week by email";
            problems
                .refuse("subscribers", format!("has a receiver that AWS does not take for this frequency: {advice}"));
        }
        for subscriber in &self.subscribers {
            let Some(address) = subscriber.address.known() else { continue };
            let fits = match subscriber.kind {
                SubscriberKind::Email => {
                    address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
                }
                SubscriberKind::Topic => address.starts_with("arn:") && address.contains(":sns:"),
            };
            if !fits {
                problems
                    .refuse("subscribers", format!("`{address}` is neither an email address nor the ARN of a topic"));
            }
        }
        validate_tags(&self.tags, problems);
    }
}

const SUBSCRIBER: &[Property] =
    &[Property::words("kind", "Type", &[("email", "EMAIL"), ("topic", "SNS")]), Property::plain("address", "Address")];

impl CloudControl for AnomalySubscription {
    const TYPE: &'static str = "AWS::CE::AnomalySubscription";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "SubscriptionName"),
        Property::plain("monitors", "MonitorArnList"),
        Property::words(
            "frequency",
            "Frequency",
            &[("immediate", "IMMEDIATE"), ("daily", "DAILY"), ("weekly", "WEEKLY")],
        ),
        Property::json_text("threshold", "ThresholdExpression"),
        Property::list("subscribers", "Subscribers", SUBSCRIBER),
        Property::tags("ResourceTags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "SubscriptionArn"), ("account", "AccountId"), ("confirmations", "Subscribers/*/Status")];

    fn placed(inputs: &AnomalySubscription<Resolved>, identity: &Identity) -> Placed {
        let name = json!(inputs.aws_name(identity));
        Placed { properties: Map::from_iter([("SubscriptionName".to_owned(), name)]), ..Placed::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_subscriptions_are_refused() {
        let email = || Subscriber::email("ada@example.com");
        let daily = || AnomalySubscription::daily("arn", 10.0).to(email());
        let threshold = |threshold| AnomalySubscription { threshold, ..daily() };
        let three = Threshold { all: Some(vec![Threshold::dollars(1.0); 3]), ..Threshold::default() };
        let cases = [
            ("name", AnomalySubscription { name: Some(String::new()), ..daily() }),
            ("monitors", AnomalySubscription { monitors: Vec::new(), ..daily() }),
            ("monitors", AnomalySubscription { monitors: vec!["arn".into(), "arn".into()], ..daily() }),
            ("threshold", threshold(Threshold::default())),
            ("threshold", threshold(Threshold::dollars(-1.0))),
            ("threshold", threshold(three)),
            ("subscribers", AnomalySubscription::daily("arn", 10.0)),
            ("subscribers", daily().to(email())),
            ("subscribers", AnomalySubscription { frequency: Frequency::Immediate, ..daily() }),
            ("subscribers", AnomalySubscription::daily("arn", 10.0).to(Subscriber::email("ada"))),
            ("tags", AnomalySubscription { tags: Tags::from([("aws:x".into(), "y".into())]), ..daily() }),
        ];
        for (field, subscription) in cases {
            let mut problems = Problems::new();
            subscription.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        threshold(Threshold::dollars(10.0).and(Threshold::percent(40.0))).validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }
}
