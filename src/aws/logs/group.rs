//! `logs_group`: a log group.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, LogGroupName};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_plain_tags,
};

/// The retentions that AWS offers, in days.
pub const RETENTIONS: &[u32] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The features of a log group, which decide its price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogGroupClass {
    /// All features.
    #[default]
    Standard,
    /// Half the price of ingestion; no metric filters and no subscriptions.
    InfrequentAccess,
    /// Delivery to other services only.
    Delivery,
}

/// A log group.
///
/// ```
/// # use ebbtide::aws::logs::LogGroup;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let logs = stack.add("llm", LogGroup::new("/aws/sagemaker/Endpoints/llm", 30));
/// stack.output("LOG_GROUP", &logs.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LogGroup<P: Phase = Declared> {
    /// The name, up to 512 characters, such as `/aws/sagemaker/Endpoints/llm`; `None` derives one.
    #[serde(default)]
    pub name: Option<String>,
    /// The days until an event expires; `None` keeps events for ever.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// The KMS key that encrypts the events; `None` leaves the encryption to CloudWatch.
    #[serde(default)]
    pub kms_key: Option<P::Of<Arn>>,
    /// The class.
    #[serde(default)]
    pub class: LogGroupClass,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl LogGroup {
    /// Creates a log group with a name and a retention in days, one of those that AWS offers, such as 30.
    pub fn new(name: &str, retention_days: u32) -> Self {
        Self {
            name: Some(name.to_owned()),
            retention_days: Some(retention_days),
            kms_key: None,
            class: LogGroupClass::Standard,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> LogGroup<P> {
    /// Returns the name in AWS: the given one, else one derived from the identity.
    #[doc(hidden)]
    pub fn physical_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(512))
    }
}

/// The outputs of a log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LogGroupOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<LogGroupName>,
    /// The ARN, without `:*` at its end.
    pub arn: P::Of<Arn>,
}

impl Resource for LogGroup {
    const KIND: &'static str = "logs_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] = fields!(LogGroup: name, class);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = LogGroup<Resolved>;
    type Outputs<P: Phase> = LogGroupOutputs<P>;

    /// Returns the charges for data that is ingested, stored and searched.
    fn billing(&self) -> Billing {
        let ingestion = match self.class {
            LogGroupClass::Standard => "cloudwatch.logs.ingest",
            LogGroupClass::InfrequentAccess => "cloudwatch.logs.ingest_ia",
            LogGroupClass::Delivery => "cloudwatch.logs.ingest_delivery",
        };
        Billing::Charges(vec![
            Charge::by_use(ingestion, "ingested_gb"),
            Charge::by_use("cloudwatch.logs.storage", "storage_gb"),
            Charge::by_use("cloudwatch.logs.insights", "scanned_gb"),
        ])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if let Some(days) = self.retention_days.filter(|days| !RETENTIONS.contains(days)) {
            let next = RETENTIONS.iter().find(|offered| **offered > days).unwrap_or(&3653);
            let message = format!("AWS offers no retention of {days} days; the next is {next}, all are {RETENTIONS:?}");
            problems.refuse("retention_days", message);
        }
        let is_key = |key: &Arn| key.as_str().starts_with("arn:") && key.as_str().len() <= 256;
        if let Some(key) = self.kms_key.as_ref().and_then(Input::known).filter(|key| !is_key(key)) {
            problems.refuse("kms_key", format!("`{key}` is not the ARN of a key"));
        }
        if self.class == LogGroupClass::Delivery && self.retention_days.is_some() {
            problems.refuse("retention_days", "AWS fixes the retention of the class `delivery`; leave it out");
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |group| group.name.as_ref(), |name| format!("another log group is named {name}"))
    }

    /// Returns the group itself.
    fn log_groups(&self, identity: &Identity) -> Vec<String> {
        vec![self.physical_name(identity)]
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.physical_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(identity.scope.arn("logs", &format!("log-group:{name}"))));
        }
        known
    }
}

fn name_problem(name: &str) -> Option<String> {
    let is_name = (1..=512).contains(&name.len())
        // AWS would create a group with `#` in its name, but the calls on tags refuse its ARN.
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-/.".contains(c))
        && !name.starts_with("aws/");
    (!is_name).then(|| {
        format!(
            "`{name}` is not a name of a log group: 1 to 512 letters, digits, and any of _-/., not `aws/` at its start"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_log_groups_are_refused() {
        let tags = Tags::from([("ebb:stack".to_owned(), "mine".to_owned())]);
        let cases = [
            (LogGroup::new("/aws/sagemaker/Endpoints/llm", 30), vec![]),
            (LogGroup::new("a b", 30), vec!["name"]),
            (LogGroup::new("a#b", 30), vec!["name"]),
            (LogGroup::new("aws/x", 30), vec!["name"]),
            (LogGroup::new(&"x".repeat(513), 30), vec!["name"]),
            (LogGroup::new("x", 31), vec!["retention_days"]),
            (LogGroup { class: LogGroupClass::Delivery, ..LogGroup::new("x", 30) }, vec!["retention_days"]),
            (LogGroup { kms_key: Some("alias/logs".into()), ..LogGroup::new("x", 30) }, vec!["kms_key"]),
            (LogGroup { tags, ..LogGroup::new("x", 30) }, vec!["tags"]),
        ];
        for (group, fields) in cases {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert_eq!(problems.fields(), fields, "{problems:?}");
        }
    }
}
