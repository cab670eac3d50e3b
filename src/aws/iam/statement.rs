//! One statement of a policy.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Condition, Principal};
use crate::resource::{Declared, Phase};

/// The effect of a statement on the requests that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// They are allowed.
    Allow,
    /// They are denied, even if another statement allows them.
    Deny,
}

/// An action, `SERVICE:NAME`. In the name, `*` stands for any characters and `?` for any single one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(String);

impl Action {
    /// Returns the action as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it has the form of an action: `s3:GetObject`, `s3:Get*`, `*`.
    pub fn is_well_formed(&self) -> bool {
        self.0 == "*"
            || self.0.split_once(':').is_some_and(|(service, name)| {
                let all = |text: &str, more: &str| {
                    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
                };
                all(service, "-") && all(name, "*?")
            })
    }
}

impl From<&str> for Action {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Action {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Statement<P: Phase = Declared> {
    /// The name, letters and digits, unique in the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// The actions it applies to.
    #[serde(default)]
    pub actions: BTreeSet<Action>,
    /// The resources it applies to: ARNs, or `*`. None in a trust policy. `${self}` is the resource that carries the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<P::Of<String>>,
    /// The principals it applies to. None in the policies of a role, which apply to the role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub principals: Vec<Principal<P>>,
    /// The conditions. All of them must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition<P>>,
    /// Elements read from AWS that cannot be declared, such as `NotAction`. They only show as drift.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other: BTreeMap<String, Value>,
}

impl<P: Phase> Statement<P> {
    /// Creates a statement without actions, resources and principals.
    pub fn new(effect: Effect) -> Self {
        Self {
            sid: None,
            effect,
            actions: BTreeSet::new(),
            resources: Vec::new(),
            principals: Vec::new(),
            conditions: Vec::new(),
            other: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_have_a_service_and_a_name() {
        for good in ["s3:GetObject", "s3:Get*", "*", "execute-api:Invoke", "SNS:Publish", "logs:*"] {
            assert!(Action::from(good).is_well_formed(), "{good}");
        }
        for bad in ["", "GetObject", "s3:", ":GetObject", "s3:Get Object", "s3*", "s3:a:b"] {
            assert!(!Action::from(bad).is_well_formed(), "{bad}");
        }
    }
}
