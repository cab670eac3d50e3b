//! The kinds of types, made from data.

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::check::check;
use super::declared::{DELETED_BY_PAUSE, HOLDS_DATA, TAGS, unknown_tags};
use super::name::type_of_kind;
use crate::resource::cloud_control::{Facts, facts};
use crate::resource::{
    Billing, Identity, InputsError, Kind, KindInfo, OnPause, Persistence, Problems, Replacement, Tags, is_expression,
    validate_plain_tags,
};

/// The kind of a type.
#[derive(Debug)]
pub struct AnyKind {
    info: KindInfo,
    type_name: String,
    facts: Option<&'static Facts>,
}

impl AnyKind {
    /// Returns the kind of a name such as `AWS_Backup_BackupVault`; `None` for other names.
    pub fn of(name: &str) -> Option<Self> {
        let type_name = type_of_kind(name)?;
        let facts = facts(&type_name);
        let info = KindInfo {
            name: name.to_owned(),
            version: 1,
            persistence: Persistence::Durable,
            replace_on: facts.map(replace_on).unwrap_or_default(),
            replacement: Replacement::CreateFirst,
            unique_name_field: facts.and_then(unique_name),
            deleted_with: Vec::new(),
            unordered: Vec::new(),
            bounds: Vec::new(),
            share: None,
            is_job: false,
            derived_outputs: Vec::new(),
            holds_data: true,
            billed_while_paused: None,
            idempotent_create: true,
            typical_seconds: 5,
            outputs: facts.map(|facts| facts.read_only.clone()).unwrap_or_default(),
        };
        Some(Self { info, type_name, facts })
    }

    /// Returns the name of the type.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Returns the facts of the type, if they are here.
    pub fn facts(&self) -> Option<&'static Facts> {
        self.facts
    }
}

/// Returns the properties a change of which replaces the resource. A change of another that AWS cannot make in place is refused by AWS:
/// whether it can may depend on the values.
fn replace_on(facts: &Facts) -> Vec<String> {
    let changes = facts.handlers.iter().any(|handler| handler == "update");
    let fixed = |name: &&String| !changes || facts.create_only.contains(name);
    let mut fixed: Vec<String> = facts.properties.keys().filter(fixed).cloned().collect();
    let tags_are_fixed = facts.tags.as_ref().is_some_and(|tags| !changes || !facts.tags_change || fixed.contains(tags));
    if tags_are_fixed {
        fixed.push(TAGS.to_owned());
    }
    fixed
}

/// Returns the property that alone identifies a resource, if it is given.
fn unique_name(facts: &Facts) -> Option<String> {
    match facts.identifier.as_slice() {
        [one] if !facts.read_only.contains(one) => Some(one.clone()),
        _ => None,
    }
}

impl Kind for AnyKind {
    fn info(&self) -> &KindInfo {
        &self.info
    }

    fn known_outputs(&self, _identity: &Identity, declared: &Value) -> Result<Map<String, Value>, InputsError> {
        // A name that is given is what AWS shows.
        let names = self.facts.map(|facts| facts.identifier.as_slice()).unwrap_or_default();
        let known = names.iter().filter_map(|name| Some((name.clone(), declared.get(name)?.clone())));
        Ok(known.filter(|(_, value)| value.is_string() && !is_expression(value)).collect())
    }

    fn billing(&self, _declared: &Value) -> Result<Billing, InputsError> {
        Ok(Billing::Unknown)
    }

    fn paused(&self, declared: &Value) -> Result<OnPause<Value>, InputsError> {
        Ok(if self.holds_nothing(declared) { OnPause::Delete } else { OnPause::Keep })
    }

    fn holds_nothing(&self, declared: &Value) -> bool {
        declared[DELETED_BY_PAUSE] == true
    }

    fn holds_data(&self, declared: &Value) -> bool {
        declared[HOLDS_DATA] != false && declared[DELETED_BY_PAUSE] != true
    }

    fn validate(&self, declared: &Value, problems: &mut Problems) {
        let Some(inputs) = declared.as_object() else { return problems.refuse("", "the inputs are not an object") };
        let own = [TAGS, HOLDS_DATA, DELETED_BY_PAUSE];
        let given = inputs.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let properties: Map<String, Value> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
        for name in [HOLDS_DATA, DELETED_BY_PAUSE] {
            if inputs.get(name).is_some_and(|value| !value.is_boolean()) {
                problems.refuse(name, "is not true or false");
            }
        }
        let tags = inputs.get(TAGS).filter(|tags| !tags.is_null());
        match tags.map(Tags::deserialize) {
            Some(Err(error)) => problems.refuse(TAGS, format!("are not a map of texts: {error}")),
            Some(Ok(tags)) => validate_plain_tags(&tags, problems),
            None => {}
        }
        let has_tags = tags.and_then(Value::as_object).is_some_and(|tags| !tags.is_empty());
        match self.facts {
            Some(facts) => check(facts, &properties, has_tags, problems),
            None if has_tags => problems.refuse(TAGS, unknown_tags(&self.type_name)),
            None => {}
        }
    }

    fn check(&self, inputs: &Value) -> Result<(), InputsError> {
        Ok(serde_json::from_value::<Map<String, Value>>(inputs.clone()).map(drop)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_kind_follows_the_facts_of_its_type() {
        let vault = AnyKind::of("AWS_Backup_BackupVault").unwrap();
        assert_eq!(vault.info().replace_on, ["BackupVaultName", "EncryptionKeyArn"]);
        assert_eq!(vault.info().unique_name_field.as_deref(), Some("BackupVaultName"));
        assert_eq!(vault.paused(&json!({})).unwrap(), OnPause::Keep);
        assert_eq!(vault.paused(&json!({ "deleted_by_pause": true })).unwrap(), OnPause::Delete);
        let data = [json!({}), json!({ "holds_data": false }), json!({ "deleted_by_pause": true })];
        assert_eq!(data.map(|declared| vault.holds_data(&declared)), [true, false, false]);
        let version = AnyKind::of("AWS_Bedrock_GuardrailVersion").unwrap();
        assert!(version.info().replace_on.contains(&"Description".to_owned()));
        assert!(AnyKind::of("AWS_CE_AnomalyMonitor").unwrap().info().replace_on.contains(&"tags".to_owned()));
        assert!(AnyKind::of("ec2_vpc").is_none());
        assert!(AnyKind::of("AWS_Nobody_Knows").is_some_and(|kind| kind.facts().is_none()));
    }

    #[test]
    fn properties_that_a_program_sends_are_checked() {
        let problems = |kind: &str, inputs: Value| {
            let mut problems = Problems::new();
            AnyKind::of(kind).unwrap().validate(&inputs, &mut problems);
            problems.into_iter().map(|(field, message)| format!("{field}: {message}")).collect::<Vec<_>>()
        };
        let vault = |more: Value| {
            let mut inputs = json!({ "BackupVaultName": "nightly" });
            inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            problems("AWS_Backup_BackupVault", inputs)
        };
        assert_eq!(vault(json!({ "tags": { "team": "llm" }, "holds_data": false })), Vec::<String>::new());
        assert_eq!(vault(json!({ "tags": null })), Vec::<String>::new());
        assert!(vault(json!({ "tags": 1 }))[0].starts_with("tags: are not a map of texts"));
        assert_eq!(vault(json!({ "deleted_by_pause": "no" })), ["deleted_by_pause: is not true or false"]);
        let wrong = vault(json!({ "EncryptionKeyArm": "k" }));
        assert_eq!(wrong, ["EncryptionKeyArm: there is no such property; did you mean `EncryptionKeyArn`?"]);
        assert_eq!(problems("AWS_Nobody_Knows", json!({ "Anything": 1 })), Vec::<String>::new());
    }
}
