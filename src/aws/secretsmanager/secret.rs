//! `secretsmanager_secret`: a secret, its value from the environment, a file, or a random generator.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::source::{SecretSource, source_problem};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, SecretArn};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// A secret.
///
/// ```
/// # use ebbtide::aws::secretsmanager::{Secret, SecretSource};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let token = stack.add("hub-token", Secret::new(SecretSource::Environment("HF_TOKEN".to_owned())));
/// let key = stack.add("api-key", Secret { recovery_window_days: 7, ..Secret::new(SecretSource::generated(40)) });
/// stack.output("HUB_TOKEN_ARN", &token.arn);
/// stack.output("API_KEY_ARN", &key.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Secret<P: Phase = Declared> {
    /// The name, up to 512 characters; `None` derives one.
    #[serde(default)]
    pub name: Option<String>,
    /// The purpose of the secret, up to 2,048 characters.
    #[serde(default)]
    pub description: String,
    /// The KMS key that encrypts the value; `None` is AWS's own key for secrets in the account.
    #[serde(default)]
    pub kms_key: Option<P::Of<Arn>>,
    /// The number of days in which a deleted secret can be restored: 7 to 30, or 0 for none.
    pub recovery_window_days: u8,
    /// The source of the value.
    pub source: SecretSource,
    /// A keyed hash of the value, added while planning; leave it `None`.
    #[serde(default)]
    pub value_hash: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Secret {
    /// Creates a secret that can be restored for 30 days after its deletion.
    pub fn new(source: SecretSource) -> Self {
        Self {
            name: None,
            description: String::new(),
            kms_key: None,
            recovery_window_days: 30,
            source,
            value_hash: None,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> Secret<P> {
    /// Returns the name in AWS: the given one, else one derived from the identity.
    #[doc(hidden)]
    pub fn physical_name(&self, identity: &Identity) -> String {
        // AWS advises against names that end in a hyphen and six characters, as its ARNs do. Derived names end in such
        // a hash, hence the suffix.
        self.name.clone().unwrap_or_else(|| format!("{}-ebb", identity.name(128)))
    }
}

/// The outputs of a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecretOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<SecretArn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for Secret {
    const KIND: &'static str = "secretsmanager_secret";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("deleting it would lose its value");
    const REPLACE_ON: &'static [&'static str] = fields!(Secret: name);
    type Resolved = Secret<Resolved>;
    type Outputs<P: Phase> = SecretOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![
            Charge::monthly("secretsmanager.secret", 1.0),
            Charge::by_use("secretsmanager.request", "requests"),
        ])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if self.description.chars().count() > 2048 {
            problems.refuse("description", "is longer than 2,048 characters");
        }
        if self.kms_key.as_ref().and_then(Input::known).is_some_and(|key| key.as_str().is_empty()) {
            problems.refuse("kms_key", "is empty; leave it out for AWS's own key");
        }
        if !matches!(self.recovery_window_days, 0 | 7..=30) {
            problems.refuse("recovery_window_days", format!("{} is neither 0 nor 7 to 30", self.recovery_window_days));
        }
        if let Some(problem) = source_problem(&self.source) {
            problems.refuse("source", problem);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |secret| secret.name.as_ref(), |name| format!("another secret is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), self.physical_name(identity).into())])
    }
}

fn name_problem(name: &str) -> Option<String> {
    let is_name =
        (1..=512).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c));
    (!is_name).then(|| format!("`{name}` is not a name of a secret: 1 to 512 letters, digits, and any of /_+=.@-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_secrets_are_refused() {
        let good = || Secret::new(SecretSource::generated(32));
        let cases = [
            ("name", Secret { name: Some("a b".into()), ..good() }),
            ("kms_key", Secret { kms_key: Some("".into()), ..good() }),
            ("description", Secret { description: "x".repeat(2049), ..good() }),
            ("recovery_window_days", Secret { recovery_window_days: 3, ..good() }),
            ("source", Secret::new(SecretSource::generated(3))),
            ("tags", Secret { tags: Tags::from([("aws:x".into(), "y".into())]), ..good() }),
        ];
        for (field, secret) in cases {
            let mut problems = Problems::new();
            secret.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
