//! `stepfunctions_state_machine`: a state machine.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::repeat_conflicts;
use crate::aws::logs::group_of_arn;
use crate::aws::{RoleArn, StateMachineArn};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, is_expression, validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 80;

/// The length of the longest definition that AWS accepts, in characters.
const MAX_DEFINITION_LENGTH: usize = 1_048_576;

/// A state machine of Step Functions.
///
/// ```
/// # use ebbtide::aws::RoleArn;
/// # use ebbtide::aws::stepfunctions::StateMachine;
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # use serde_json::json;
/// # fn declare(stack: &mut Stack, role: &Input<RoleArn>, function: &Input<String>) {
/// let definition = json!({
///     "StartAt": "Extract",
///     "States": { "Extract": { "Type": "Task", "Resource": function, "End": true } },
/// });
/// let workflow = stack.add("workflow", StateMachine::new(role, definition));
/// stack.output("WORKFLOW_ARN", &workflow.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct StateMachine<P: Phase = Declared> {
    /// The name, up to 80 letters, digits, hyphens and underscores; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The definition in the Amazon States Language, in which values may be outputs of other resources.
    pub definition: Value,
    /// The role of its executions.
    pub role: P::Of<RoleArn>,
    /// The kind of its executions.
    #[serde(default)]
    pub kind: MachineKind,
    /// The log of its executions; none unless given.
    #[serde(default)]
    pub logging: Option<MachineLogging<P>>,
    /// Whether X-Ray traces its executions.
    #[serde(default)]
    pub tracing: bool,
    /// The encryption of definition and executions; by a key of AWS unless given.
    #[serde(default)]
    pub encryption: Option<MachineEncryption<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The kind of executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MachineKind {
    /// They take up to a year, and each transition is billed.
    #[default]
    Standard,
    /// They take up to five minutes, and each execution and its time are billed.
    Express,
}

/// The log of executions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MachineLogging<P: Phase = Declared> {
    /// The least severe events that are logged.
    pub level: LogLevel,
    /// Whether the data of executions is logged as well.
    #[serde(default)]
    pub data: bool,
    /// The log group.
    pub groups: Vec<MachineLogGroup<P>>,
}

/// A log group for executions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MachineLogGroup<P: Phase = Declared> {
    /// The ARN, with `:*` at its end.
    pub arn: P::Of<String>,
}

impl MachineLogging {
    /// Creates a log of events without their data.
    pub fn new(level: LogLevel, group: impl Into<Input<String>>) -> Self {
        Self { level, data: false, groups: vec![MachineLogGroup { arn: group.into() }] }
    }
}

/// The least severe events that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// All events.
    All,
    /// Errors.
    Error,
    /// Errors that end an execution.
    Fatal,
}

/// The encryption by a key of KMS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MachineEncryption<P: Phase = Declared> {
    /// The owner of the key.
    #[serde(default)]
    pub owner: KeyOwner,
    /// The id, ARN or alias of the key.
    pub key: P::Of<String>,
    /// The seconds for which a data key is used, 60 to 900; 300 unless given.
    #[serde(default)]
    pub data_key_seconds: Option<u32>,
}

/// The owner of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOwner {
    /// The account.
    #[default]
    Customer,
}

impl MachineEncryption {
    /// Creates the encryption by a key.
    pub fn by(key: impl Into<Input<String>>) -> Self {
        Self { owner: KeyOwner::Customer, key: key.into(), data_key_seconds: None }
    }
}

impl StateMachine {
    /// Creates a standard state machine without a log.
    pub fn new(role: impl Into<Input<RoleArn>>, definition: Value) -> Self {
        Self {
            name: None,
            definition,
            role: role.into(),
            kind: MachineKind::Standard,
            logging: None,
            tracing: false,
            encryption: None,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> StateMachine<P> {
    /// Returns the name that the state machine has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

fn arn(identity: &Identity, name: &str) -> String {
    identity.scope.arn("states", &format!("stateMachine:{name}"))
}

/// The outputs of a state machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct StateMachineOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<StateMachineArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The id of the current revision.
    pub revision: P::Of<String>,
}

impl Resource for StateMachine {
    const KIND: &'static str = "stepfunctions_state_machine";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(StateMachine: name, kind);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = StateMachine<Resolved>;
    type Outputs<P: Phase> = StateMachineOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(match self.kind {
            MachineKind::Standard => vec![Charge::by_use("sfn.standard.transition", "transitions")],
            MachineKind::Express => vec![
                Charge::by_use("sfn.express.request", "requests"),
                Charge::by_use("sfn.express.gb_second", "gb_seconds"),
            ],
        })
    }

    fn validate(&self, problems: &mut Problems) {
        let fits = |name: &str| {
            (1..=MAX_NAME_LENGTH).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            let advice = format!("use 1 to {MAX_NAME_LENGTH} letters, digits, `-` and `_`");
            problems.refuse("name", format!("`{name}` is not the name of a state machine: {advice}"));
        }
        definition_problem(&self.definition).into_iter().for_each(|problem| problems.refuse("definition", problem));
        if self.logging.as_ref().is_some_and(|logging| logging.groups.len() != 1) {
            problems.refuse("logging", "has to name one log group");
        }
        let seconds = self.encryption.as_ref().and_then(|encryption| encryption.data_key_seconds);
        if seconds.is_some_and(|seconds| !(60..=900).contains(&seconds)) {
            problems.refuse("encryption", "data_key_seconds is not 60 to 900");
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |machine| machine.name.as_ref(), |name| format!("another state machine is named {name}"))
    }

    /// Returns the groups of the log of executions.
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        let arns = self.logging.iter().flat_map(|logging| &logging.groups).filter_map(|group| group.arn.known());
        arns.filter_map(|arn| group_of_arn(arn)).collect()
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(arn(identity, &name)));
        }
        known
    }
}

/// Returns the reason why AWS would refuse a definition: it leads to states that are not there.
fn definition_problem(definition: &Value) -> Option<String> {
    if definition.to_string().len() > MAX_DEFINITION_LENGTH {
        return Some(format!("is longer than {MAX_DEFINITION_LENGTH} characters"));
    }
    let Some(states) = definition["States"].as_object().filter(|states| !states.is_empty()) else {
        return Some("has no States".to_owned());
    };
    let Some(first) = definition["StartAt"].as_str() else { return Some("has no StartAt".to_owned()) };
    let next = |(name, state): (&String, &Value)| Some((name.clone(), state["Next"].as_str()?.to_owned()));
    let leads = states.iter().filter_map(next).chain([("StartAt".to_owned(), first.to_owned())]);
    let lost = leads.into_iter().find(|(_, next)| !states.contains_key(next));
    if let Some((from, to)) = lost {
        return Some(format!("{from} leads to `{to}`, which is no state of it"));
    }
    let typeless = states.iter().find(|(_, state)| !state["Type"].is_string() && !is_expression(state));
    typeless.map(|(name, _)| format!("the state {name} has no Type"))
}

impl CloudControl for StateMachine {
    const TYPE: &'static str = "AWS::StepFunctions::StateMachine";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "StateMachineName"),
        // `Definition` is write-only: a drift of it would not be seen.
        Property::json_text("definition", "DefinitionString"),
        Property::plain("role", "RoleArn"),
        Property::words("kind", "StateMachineType", &[("standard", "STANDARD"), ("express", "EXPRESS")]),
        Property::object("logging", "LoggingConfiguration", LOGGING),
        Property::flag("tracing", "TracingConfiguration/Enabled"),
        Property::object("encryption", "EncryptionConfiguration", ENCRYPTION),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "Arn"), ("name", "Name"), ("revision", "StateMachineRevisionId")];

    fn placed(inputs: &StateMachine<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(arn(identity, &name), Map::from_iter([("StateMachineName".to_owned(), json!(name))]))
    }
}

const LOGGING: &[Property] = &[
    Property::words("level", "Level", &[("all", "ALL"), ("error", "ERROR"), ("fatal", "FATAL")]),
    Property::flag("data", "IncludeExecutionData"),
    Property::list("groups", "Destinations", &[Property::plain("arn", "CloudWatchLogsLogGroup/LogGroupArn")]),
];

const ENCRYPTION: &[Property] = &[
    Property::words("owner", "Type", &[("customer", "CUSTOMER_MANAGED_KMS_KEY")]),
    Property::plain("key", "KmsKeyId"),
    Property::plain("data_key_seconds", "KmsDataKeyReusePeriodSeconds"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(definition: Value) -> StateMachine {
        StateMachine::new("arn:aws:iam::123456789012:role/r", definition)
    }

    fn passing() -> Value {
        json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } })
    }

    #[test]
    fn invalid_state_machines_are_refused() {
        let mut problems = Problems::new();
        machine(passing()).validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        let logging = MachineLogging { groups: Vec::new(), ..MachineLogging::new(LogLevel::All, "arn") };
        let encryption = MachineEncryption { data_key_seconds: Some(5), ..MachineEncryption::by("alias/a") };
        let cases = [
            ("name", StateMachine { name: Some("a b".into()), ..machine(passing()) }),
            ("definition", machine(json!({}))),
            ("definition", machine(json!({ "States": { "A": { "Type": "Pass" } } }))),
            ("definition", machine(json!({ "StartAt": "B", "States": { "A": { "Type": "Pass" } } }))),
            ("definition", machine(json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "Next": "C" } } }))),
            ("definition", machine(json!({ "StartAt": "A", "States": { "A": { "End": true } } }))),
            ("logging", StateMachine { logging: Some(logging), ..machine(passing()) }),
            ("encryption", StateMachine { encryption: Some(encryption), ..machine(passing()) }),
            ("tags", StateMachine { tags: Tags::from([("team".into(), "a,b".into())]), ..machine(passing()) }),
        ];
        for (field, machine) in cases {
            let mut problems = Problems::new();
            machine.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
