//! `events_rule`: a rule that sends events, or the ticks of a schedule, to targets.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::{repeat_conflicts, repeats};
use crate::aws::{QueueArn, RoleArn, RuleArn};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 64;

/// A rule of EventBridge.
///
/// A pause disables a rule with a schedule, which would wake its targets, and leaves one with a pattern as it is.
///
/// EventBridge sends to a queue, a topic or a function without a role only if the target's own policy lets it: a rule whose target
/// refuses it reports no error, and the event is lost.
///
/// ```
/// # use ebbtide::aws::events::{Rule, Target};
/// # use ebbtide::aws::sqs::{Queue, QueuePolicy};
/// # use ebbtide::stack::Stack;
/// # use serde_json::json;
/// # fn declare(stack: &mut Stack) {
/// let queue = stack.add("retraining", Queue::new());
/// let pattern = json!({ "source": ["aws.sagemaker"] });
/// let rule = stack.add("drift", Rule::matching(pattern).to(Target::new("queue", queue.arn.text())));
/// stack.add("drift", QueuePolicy::of_sender(&queue, "events.amazonaws.com", rule.arn.text()));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Rule<P: Phase = Declared> {
    /// The name, up to 64 letters, digits, hyphens, dots and underscores; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The name or ARN of the event bus; that of AWS's own events unless given.
    #[serde(default)]
    pub bus: Option<P::Of<String>>,
    /// The purpose.
    #[serde(default)]
    pub description: Option<String>,
    /// The pattern of the events.
    #[serde(default)]
    pub pattern: Option<Value>,
    /// The schedule, `rate(5 minutes)` or `cron(0 18 * * ? *)`, in UTC.
    #[serde(default)]
    pub schedule: Option<String>,
    /// Whether events are sent.
    #[serde(default)]
    pub state: RuleState,
    /// The role that EventBridge assumes for targets without one of their own.
    #[serde(default)]
    pub role: Option<P::Of<RoleArn>>,
    /// The targets, up to five.
    #[serde(default)]
    pub targets: Vec<Target<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// Whether a rule sends events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// It does.
    #[default]
    Enabled,
    /// It does not.
    Disabled,
    /// It does, also for the management events of CloudTrail that only read.
    EnabledWithAllManagementEvents,
}

/// A target of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Target<P: Phase = Declared> {
    /// The id, unique in the rule.
    pub id: String,
    /// The ARN of the resource that gets the events.
    pub arn: P::Of<String>,
    /// The role that EventBridge assumes.
    #[serde(default)]
    pub role: Option<P::Of<RoleArn>>,
    /// The text, usually JSON, that is sent in place of the event.
    #[serde(default)]
    pub input: Option<String>,
    /// The part of the event that is sent, `$.detail`.
    #[serde(default)]
    pub input_path: Option<String>,
    /// The group of messages, for a FIFO queue.
    #[serde(default)]
    pub message_group: Option<String>,
    /// How often a delivery is tried again, up to 185 times.
    #[serde(default)]
    pub retries: Option<u32>,
    /// The age at which an event is no longer delivered, 60 to 86,400 seconds.
    #[serde(default)]
    pub max_age_seconds: Option<u32>,
    /// The queue for events that could not be delivered.
    #[serde(default)]
    pub dead_letter: Option<P::Of<QueueArn>>,
}

impl Target {
    /// Creates a target that gets the whole event.
    pub fn new(id: impl Into<String>, arn: impl Into<<Declared as Phase>::Of<String>>) -> Self {
        Self {
            id: id.into(),
            arn: arn.into(),
            role: None,
            input: None,
            input_path: None,
            message_group: None,
            retries: None,
            max_age_seconds: None,
            dead_letter: None,
        }
    }
}

impl Rule {
    fn empty() -> Self {
        Self {
            name: None,
            bus: None,
            description: None,
            pattern: None,
            schedule: None,
            state: RuleState::Enabled,
            role: None,
            targets: Vec::new(),
            tags: Tags::new(),
        }
    }

    /// Creates a rule for events that match a pattern.
    pub fn matching(pattern: Value) -> Self {
        Self { pattern: Some(pattern), ..Self::empty() }
    }

    /// Creates a rule with a schedule.
    pub fn scheduled(schedule: impl Into<String>) -> Self {
        Self { schedule: Some(schedule.into()), ..Self::empty() }
    }

    /// Adds a target.
    #[must_use]
    pub fn to(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }
}

impl<P: Phase> Rule<P> {
    /// Returns the name that the rule has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// Returns the ARN of a rule on the default event bus. That of another bus has the name of the bus in it.
fn arn(identity: &Identity, name: &str) -> String {
    identity.scope.arn("events", &format!("rule/{name}"))
}

/// The outputs of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RuleOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<RuleArn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for Rule {
    const KIND: &'static str = "events_rule";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Rule: name, bus);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Rule<Resolved>;
    type Outputs<P: Phase> = RuleOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("rules are free, as are AWS's own events; an application's events are billed where it sends them")
    }

    fn validate(&self, problems: &mut Problems) {
        let fits = |name: &str| {
            (1..=MAX_NAME_LENGTH).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
        };
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            let advice = format!("use 1 to {MAX_NAME_LENGTH} letters, digits, `.`, `-` and `_`");
            problems.refuse("name", format!("`{name}` is not the name of a rule: {advice}"));
        }
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 512) {
            problems.refuse("description", "is longer than 512 characters");
        }
        match (&self.pattern, &self.schedule) {
            (None, None) => problems.refuse("pattern", "is missing, and so is the schedule: give one of them"),
            (Some(pattern), _) if pattern.as_object().is_none_or(serde_json::Map::is_empty) => {
                problems.refuse("pattern", "is not an object with the fields of events to match");
            }
            _ => {}
        }
        if let Some(schedule) = &self.schedule {
            let is_call = |name: &str| schedule.starts_with(&format!("{name}(")) && schedule.ends_with(')');
            if !is_call("rate") && !is_call("cron") {
                problems.refuse("schedule", format!("is `{schedule}`; write rate(5 minutes) or cron(0 18 * * ? *)"));
            }
            if self.bus.is_some() {
                problems.refuse("schedule", "is for the default event bus alone: leave `bus` out");
            }
        }
        if self.targets.len() > 5 {
            problems.refuse("targets", format!("has {} targets; AWS takes 5", self.targets.len()));
        }
        if let Some((_, id)) = repeats(&self.targets, |target| Some(&target.id)).first() {
            problems.refuse("targets", format!("has two targets with the id `{id}`"));
        }
        for target in &self.targets {
            if target.input.is_some() && target.input_path.is_some() {
                problems.refuse("targets", format!("{}: has both input and input_path; give one", target.id));
            }
            if target.retries.is_some_and(|retries| retries > 185) {
                problems.refuse("targets", format!("{}: retries is above 185", target.id));
            }
            if target.max_age_seconds.is_some_and(|age| !(60..=86_400).contains(&age)) {
                problems.refuse("targets", format!("{}: max_age_seconds is not 60 to 86400", target.id));
            }
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let on_bus = |rule: &Self| rule.name.as_ref().map(|name| (name.clone(), format!("{:?}", rule.bus)));
        repeat_conflicts(all, on_bus, |(name, _)| format!("another rule of the same event bus is named {name}"))
    }

    fn paused(&self) -> OnPause<Self> {
        if self.schedule.is_none() || self.state == RuleState::Disabled {
            return OnPause::Keep;
        }
        OnPause::Reduce(Self { state: RuleState::Disabled, ..self.clone() })
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() && self.bus.is_none() {
            known.insert("arn".to_owned(), json!(arn(identity, &name)));
        }
        known
    }
}

impl CloudControl for Rule {
    const TYPE: &'static str = "AWS::Events::Rule";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("bus", "EventBusName"),
        Property::plain("description", "Description").has_no_default(),
        // "Object or string" is what the schema says; the handler takes a string alone (cdkd).
        Property::json_text("pattern", "EventPattern").has_no_default(),
        Property::plain("schedule", "ScheduleExpression").has_no_default(),
        Property::words("state", "State", STATES),
        Property::plain("role", "RoleArn").has_no_default(),
        Property::list("targets", "Targets", TARGET),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("arn", "Arn"), ("name", "RuleName")];

    fn placed(inputs: &Rule<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        let identifier = inputs.bus.is_none().then(|| arn(identity, &name));
        Placed { identifier, properties: Map::from_iter([("Name".to_owned(), json!(name))]), has_own_name: false }
    }
}

const STATES: &[(&str, &str)] = &[
    ("enabled", "ENABLED"),
    ("disabled", "DISABLED"),
    ("enabled_with_all_management_events", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
];

const TARGET: &[Property] = &[
    Property::plain("id", "Id"),
    Property::plain("arn", "Arn"),
    Property::plain("role", "RoleArn"),
    Property::plain("input", "Input"),
    Property::plain("input_path", "InputPath"),
    Property::plain("message_group", "SqsParameters/MessageGroupId"),
    Property::plain("retries", "RetryPolicy/MaximumRetryAttempts"),
    Property::plain("max_age_seconds", "RetryPolicy/MaximumEventAgeInSeconds"),
    Property::plain("dead_letter", "DeadLetterConfig/Arn"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_rules_are_refused() {
        let rule = || Rule::scheduled("rate(5 minutes)");
        let target = |id: &str| Target::new(id, "arn:aws:sqs:eu-west-1:1:q");
        let cases = [
            ("name", Rule { name: Some("a b".into()), ..rule() }),
            ("description", Rule { description: Some("x".repeat(513)), ..rule() }),
            ("pattern", Rule { schedule: None, ..rule() }),
            ("pattern", Rule::matching(json!([]))),
            ("schedule", Rule::scheduled("hourly")),
            ("schedule", Rule { bus: Some("orders".into()), ..rule() }),
            ("targets", (0..6).fold(rule(), |rule, id| rule.to(target(&id.to_string())))),
            ("targets", rule().to(target("a")).to(target("a"))),
            ("targets", rule().to(Target { input: Some("{}".into()), input_path: Some("$".into()), ..target("a") })),
            ("targets", rule().to(Target { retries: Some(186), ..target("a") })),
            ("targets", rule().to(Target { max_age_seconds: Some(5), ..target("a") })),
            ("tags", Rule { tags: Tags::from([("team".into(), "a,b".into())]), ..rule() }),
        ];
        for (field, rule) in cases {
            let mut problems = Problems::new();
            rule.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_pause_disables_a_schedule_and_leaves_a_pattern() {
        let rule = Rule::scheduled("rate(5 minutes)");
        let disabled = Rule { state: RuleState::Disabled, ..rule.clone() };
        assert_eq!(rule.paused(), OnPause::Reduce(disabled.clone()));
        assert_eq!(disabled.paused(), OnPause::Keep);
        assert_eq!(Rule::matching(json!({ "source": ["aws.s3"] })).paused(), OnPause::Keep);
    }
}
