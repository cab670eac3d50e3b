//! `kms_alias`: a name for a key of KMS.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, KmsKeyId};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
};

/// The length of the longest name that AWS accepts, in characters, with its beginning.
const MAX_NAME_LENGTH: usize = 256;

/// The beginning of every name.
const PREFIX: &str = "alias/";

/// An alias: a name for a key, which can be moved to another key.
///
/// ```
/// # use ebbtide::aws::KmsKeyId;
/// # use ebbtide::aws::kms::Alias;
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, key: &Input<KmsKeyId>) {
/// let alias = stack.add("documents", Alias { name: Some("alias/documents".into()), ..Alias::of(key) });
/// stack.output("KEY", &alias.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Alias<P: Phase = Declared> {
    /// The name: `alias/` and letters, digits and any of `/_-`, 256 characters in all; derived from environment, stack and address
    /// unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The key.
    pub key: P::Of<KmsKeyId>,
}

impl Alias {
    /// Creates an alias of a key.
    pub fn of(key: impl Into<Input<KmsKeyId>>) -> Self {
        Self { name: None, key: key.into() }
    }
}

impl<P: Phase> Alias<P> {
    /// Returns the name in AWS: the given one, else one derived from the identity.
    #[doc(hidden)]
    pub fn physical_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| format!("{PREFIX}{}", identity.name(MAX_NAME_LENGTH - PREFIX.len())))
    }
}

/// The outputs of an alias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AliasOutputs<P: Phase> {
    /// The name, with `alias/`.
    pub name: P::Of<String>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Alias {
    const KIND: &'static str = "kms_alias";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Alias: name);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = Alias<Resolved>;
    type Outputs<P: Phase> = AliasOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills keys, not their aliases")
    }

    fn validate(&self, problems: &mut Problems) {
        let Some(name) = &self.name else { return };
        let letters = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
        let fits = |rest: &str| !rest.is_empty() && rest.chars().all(letters) && name.len() <= MAX_NAME_LENGTH;
        if !name.strip_prefix(PREFIX).is_some_and(fits) {
            let advice = "use `alias/` and letters, digits, `/`, `_` and `-`, 256 characters in all";
            problems.refuse("name", format!("`{name}` is not the name of an alias: {advice}"));
        } else if name.starts_with("alias/aws/") {
            problems.refuse("name", "begins with `alias/aws/`, as those of AWS's own keys do");
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |alias| alias.name.as_ref(), |name| format!("another alias is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.physical_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(identity.scope.arn("kms", &name)));
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_aliases_are_refused() {
        let long = format!("alias/{}", "x".repeat(251));
        for (name, fits) in [
            ("alias/documents", true),
            ("alias/a/b_c-d", true),
            ("documents", false),
            ("alias/", false),
            ("alias/a b", false),
            ("alias/aws/s3", false),
            (&long, false),
        ] {
            let mut problems = Problems::new();
            Alias { name: Some(name.to_owned()), ..Alias::of("key") }.validate(&mut problems);
            assert_eq!(problems.is_empty(), fits, "{name}: {problems:?}");
        }
    }
}
