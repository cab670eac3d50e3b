//! The documents of security policies.

use serde::{Deserialize, Serialize};

use super::names::collections;
use crate::aws::VpcEndpointId;
use crate::resource::{Declared, Phase, Problems};

/// The document of a security policy. Its members have the names that AWS gives them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", untagged)]
pub enum SecurityRules<P: Phase = Declared> {
    /// The key of collections.
    Encryption(EncryptionRules<P>),
    /// The ways to collections.
    Network(Vec<NetworkRules<P>>),
}

/// The key of collections whose names fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct EncryptionRules<P: Phase = Declared> {
    /// The collections.
    #[serde(rename = "Rules")]
    pub rules: Vec<SecurityRule>,
    /// Whether it is a key of AWS.
    #[serde(rename = "AWSOwnedKey", default)]
    pub aws_owned_key: bool,
    /// The ARN of the KMS key.
    #[serde(rename = "KmsARN", default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<P::Of<String>>,
}

/// The ways to collections whose names fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct NetworkRules<P: Phase = Declared> {
    /// A description.
    #[serde(rename = "Description", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The collections, and their dashboards.
    #[serde(rename = "Rules")]
    pub rules: Vec<SecurityRule>,
    /// Whether they can be reached from the internet.
    #[serde(rename = "AllowFromPublic", default)]
    pub public: bool,
    /// The endpoints of OpenSearch Serverless in VPCs from which they can be reached.
    #[serde(rename = "SourceVPCEs", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<P::Of<VpcEndpointId>>,
    /// The services of AWS from which they can be reached, such as `bedrock.amazonaws.com`.
    #[serde(rename = "SourceServices", default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
}

/// Patterns of resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityRule {
    /// The kind of resource: `collection`, or `dashboard` in a network policy.
    #[serde(rename = "ResourceType")]
    pub resource_type: String,
    /// The patterns, `collection/NAME`, in which a `*` at the end stands for any text.
    #[serde(rename = "Resource")]
    pub resources: Vec<String>,
}

impl SecurityRule {
    /// Creates the rule of collections with these names, each with a `*` at its end if it is the beginning of names.
    pub fn collections<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        Self { resource_type: "collection".into(), resources: collections(names) }
    }

    /// Creates the rule of the dashboards of collections.
    pub fn dashboards<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        Self { resource_type: "dashboard".into(), resources: collections(names) }
    }
}

fn check_rules(rules: &[SecurityRule], types: &[&str], problems: &mut Problems) {
    if rules.is_empty() {
        problems.refuse("policy", "has no rules");
    }
    for rule in rules {
        if !types.contains(&rule.resource_type.as_str()) {
            problems.refuse("policy", format!("has a rule for `{}`: use {}", rule.resource_type, types.join(" or ")));
        }
        if rule.resources.is_empty() {
            problems.refuse("policy", "has a rule without a pattern");
        }
        for pattern in rule.resources.iter().filter(|pattern| !is_pattern(pattern)) {
            problems
                .refuse("policy", format!("`{pattern}` is no pattern: write `collection/NAME` or `collection/NAME*`"));
        }
    }
}

fn is_pattern(pattern: &str) -> bool {
    let Some(name) = pattern.strip_prefix("collection/") else { return false };
    let name = name.strip_suffix('*').unwrap_or(name);
    pattern.len() > "collection/".len()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl SecurityRules {
    /// Reports problems of a document.
    pub(super) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Encryption(rules) => {
                check_rules(&rules.rules, &["collection"], problems);
                if rules.aws_owned_key == rules.kms_key.is_some() {
                    problems.refuse("policy", "needs one key: set `AWSOwnedKey` to true, or `KmsARN`");
                }
            }
            Self::Network(all) => {
                if all.is_empty() {
                    problems.refuse("policy", "has no rules");
                }
                for rules in all {
                    check_rules(&rules.rules, &["collection", "dashboard"], problems);
                    let is_private = !rules.endpoints.is_empty() || !rules.services.is_empty();
                    if rules.public == is_private {
                        let advice =
                            "set `AllowFromPublic` to true, or `SourceVPCEs` or `SourceServices`, and not both";
                        problems.refuse("policy", format!("has rules without a way, or with two: {advice}"));
                    }
                }
            }
        }
    }
}
