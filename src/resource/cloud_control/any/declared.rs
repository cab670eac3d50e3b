//! `Any`: a resource of any type that Cloud Control manages.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::check::check;
use super::name::kind_of_type;
use crate::resource::cloud_control::facts;
use crate::resource::{Address, Field, Input, Problems, Tags, validate_plain_tags};

/// A resource of any type that AWS Cloud Control manages, with the properties in AWS's own names.
///
/// The facts of some types are here, as `ebb types` lists them. Declarations of those are checked before anything is done in AWS, get
/// ownership tags, and are replaced where AWS cannot change them. Of another type nothing is known: AWS alone checks it.
///
/// A pause keeps the resource, and a deletion needs `--include-data`, unless it is told otherwise. Its price is unknown.
///
/// ```
/// # use ebbtide::resource::cloud_control::Any;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let vault = stack.add("vault", Any::new("AWS::Backup::BackupVault").with("BackupVaultName", "nightly").tag("team", "llm"));
/// stack.output("VAULT", &vault.get::<String>("BackupVaultArn"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Any {
    type_name: String,
    properties: Map<String, Value>,
    tags: Tags,
    holds_data: bool,
    paused: bool,
    problems: Problems,
}

/// The field with the tags, beside those that have the names of properties.
pub const TAGS: &str = "tags";
/// The field that says that a deletion loses no data.
pub const HOLDS_DATA: &str = "holds_data";
/// The field that says that a pause deletes the resource.
pub const DELETED_BY_PAUSE: &str = "deleted_by_pause";

impl Any {
    /// Creates a resource of a type without properties.
    pub fn new(type_name: impl Into<String>) -> Self {
        Self {
            type_name: type_name.into(),
            properties: Map::new(),
            tags: Tags::new(),
            holds_data: true,
            paused: false,
            problems: Problems::new(),
        }
    }

    /// Sets a property, by AWS's name: a value, an output of another resource, or data with such outputs in it.
    #[must_use]
    pub fn with(mut self, property: &str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) if self.properties.contains_key(property) => {
                self.problems.refuse(property, format!("is set twice, the second time to {value}"));
            }
            Ok(value) => drop(self.properties.insert(property.to_owned(), value)),
            Err(error) => self.problems.refuse(property, format!("cannot be written as data: {error}")),
        }
        self
    }

    /// Sets a tag.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// Says that a deletion loses no data, so that none has to be named with `--include-data`.
    #[must_use]
    pub fn without_data(self) -> Self {
        Self { holds_data: false, ..self }
    }

    /// Has a pause delete the resource, which holds no data, and a resume create it again.
    #[must_use]
    pub fn deleted_by_pause(self) -> Self {
        Self { holds_data: false, paused: true, ..self }
    }

    /// Returns the name of its kind.
    pub(crate) fn kind(&self) -> String {
        kind_of_type(&self.type_name).unwrap_or_else(|| self.type_name.clone())
    }

    /// Reports problems with the type and the properties, as far as the facts of the type are here.
    pub(crate) fn validate(&self, problems: &mut Problems) {
        problems.extend(self.problems.clone());
        if kind_of_type(&self.type_name).is_none() {
            problems
                .refuse("type", format!("`{}` is not a type: write it as AWS::Backup::BackupVault", self.type_name));
        }
        validate_plain_tags(&self.tags, problems);
        match facts(&self.type_name) {
            Some(facts) => check(facts, &self.properties, !self.tags.is_empty(), problems),
            None if !self.tags.is_empty() => problems.refuse(TAGS, unknown_tags(&self.type_name)),
            None => {}
        }
    }

    /// Returns the inputs as data.
    pub(crate) fn inputs(self) -> Value {
        let mut inputs = self.properties;
        // A stack adds its own tags to this field, where it is.
        if facts(&self.type_name).is_some_and(|facts| facts.tags.is_some()) {
            inputs.insert(TAGS.to_owned(), json!(self.tags));
        }
        if !self.holds_data {
            inputs.insert(HOLDS_DATA.to_owned(), Value::Bool(false));
        }
        if self.paused {
            inputs.insert(DELETED_BY_PAUSE.to_owned(), Value::Bool(true));
        }
        Value::Object(inputs)
    }
}

/// Returns the problem of tags of a type without facts.
pub(super) fn unknown_tags(type_name: &str) -> String {
    format!("Ebbtide does not know which property of {type_name} has the tags; set that one with `with`")
}

/// The outputs of a resource of any type.
#[derive(Clone, Debug, PartialEq)]
pub struct AnyOutputs {
    address: Address,
}

impl AnyOutputs {
    pub(crate) fn of(address: Address) -> Self {
        Self { address }
    }

    /// Returns a property as a reference, by AWS's name, with names joined by `/` where it is inside of another:
    /// `Endpoint/Address`.
    pub fn get<T: Field>(&self, property: &str) -> Input<T> {
        Input::reference(self.address.clone(), property)
    }

    /// Returns the identifier in Cloud Control as a reference.
    pub fn identifier(&self) -> Input<String> {
        self.get(IDENTIFIER)
    }
}

/// The output with the identifier.
pub const IDENTIFIER: &str = "identifier";

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(any: &Any) -> Vec<String> {
        let mut problems = Problems::new();
        any.validate(&mut problems);
        problems.iter().map(|(field, message)| format!("{field}: {message}")).collect()
    }

    fn vault() -> Any {
        Any::new("AWS::Backup::BackupVault").with("BackupVaultName", "nightly")
    }

    #[test]
    fn mistakes_are_found_where_the_type_is_known() {
        assert_eq!(problems(&vault().tag("team", "llm")), [""; 0]);
        let cases = [
            (Any::new("Vault"), "type: `Vault` is not a type"),
            (
                vault().with("BackupVaultNam", "x"),
                "BackupVaultNam: there is no such property; did you mean `BackupVaultName`?",
            ),
            (Any::new("AWS::Backup::BackupVault"), "BackupVaultName: is required"),
            (vault().with("BackupVaultArn", "arn"), "BackupVaultArn: is assigned by AWS"),
            (vault().with("BackupVaultTags", json!({})), "BackupVaultTags: are set with `tag`"),
            (vault().with("EncryptionKeyArn", 1), "EncryptionKeyArn: is 1, and AWS takes a text"),
            (vault().with("BackupVaultName", "y"), "BackupVaultName: is set twice"),
            (
                vault().with("LockConfiguration", json!({ "MinRetentionDays": "7" })),
                "LockConfiguration/MinRetentionDays: is \"7\", and AWS takes a whole number",
            ),
            (vault().with("LockConfiguration", json!({})), "LockConfiguration/MinRetentionDays: is required"),
            (
                Any::new("AWS::SQS::Queue").with("DelaySeconds", "soon"),
                "DelaySeconds: is \"soon\", and AWS takes a whole number",
            ),
            (
                Any::new("AWS::ECR::Repository").with("ImageTagMutability", "MUTABL"),
                "ImageTagMutability: is `MUTABL`; did you mean `MUTABLE`?",
            ),
            (
                Any::new("AWS::OpenSearchServerless::SecurityPolicy")
                    .with("Type", "encryption")
                    .with("Policy", "{}")
                    .with("Name", "x"),
                "Name: has 1 characters; AWS takes 3 to 32",
            ),
        ];
        for (any, expected) in cases {
            let found = problems(&any);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?} instead of {expected}");
        }
    }

    #[test]
    fn references_are_left_to_aws_and_unknown_types_as_well() {
        let key = Input::<String>::reference("kms_key.main".parse().unwrap(), "arn");
        assert_eq!(problems(&vault().with("EncryptionKeyArn", &key)), [""; 0]);
        let unknown = Any::new("AWS::Nobody::Knows").with("Anything", 1);
        assert_eq!(problems(&unknown), [""; 0]);
        assert_eq!(problems(&unknown.tag("a", "b")).len(), 1);
    }

    #[test]
    fn inputs_have_the_properties_and_what_was_said_beside_them() {
        let inputs = vault().deleted_by_pause().tag("team", "llm").inputs();
        let expected = json!({
            "BackupVaultName": "nightly", "tags": { "team": "llm" }, "holds_data": false, "deleted_by_pause": true,
        });
        assert_eq!(inputs, expected);
    }
}
