//! `opensearchserverless_security_policy`: the encryption of collections, or the ways to them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::names::{MAX_NAME_LENGTH, check_description, check_name, derived};
use super::security_rules::{EncryptionRules, NetworkRules, SecurityRule, SecurityRules};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{SearchPolicyName, VpcEndpointId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
};

/// The encryption of collections whose names fit, or the ways to them. An encryption policy has to exist before its collections.
///
/// ```
/// # use ebbtide::aws::opensearchserverless::{Collection, CollectionKind, SecurityPolicy};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let key = stack.add("documents-key", SecurityPolicy::encryption(["documents*"]));
/// stack.add("documents-way", SecurityPolicy::public(["documents"]));
/// let collection = Collection {
///     name: Some("documents".into()),
///     aws_owned_key: false,
///     ..Collection::classic(CollectionKind::Vectors)
/// };
/// let collection = stack.add("documents", collection);
/// stack.after(&collection.name, &key.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityPolicy<P: Phase = Declared> {
    /// The name, 3 to 32 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The kind of policy.
    pub kind: SecurityPolicyKind,
    /// A description, up to 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The document.
    pub policy: SecurityRules<P>,
}

/// The kind of a security policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityPolicyKind {
    /// The key of collections.
    Encryption,
    /// The ways to collections.
    Network,
}

impl SecurityPolicy {
    /// Creates the policy by which a key of AWS encrypts collections with these names. A `*` ends the beginning of names.
    pub fn encryption<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        let rules = vec![SecurityRule::collections(names)];
        let policy = SecurityRules::Encryption(EncryptionRules { rules, aws_owned_key: true, kms_key: None });
        Self { name: None, kind: SecurityPolicyKind::Encryption, description: None, policy }
    }

    /// Creates the policy by which a KMS key encrypts collections with these names.
    pub fn encryption_by<T: AsRef<str>>(key: impl Into<Input<String>>, names: impl IntoIterator<Item = T>) -> Self {
        let rules = vec![SecurityRule::collections(names)];
        let kms_key = Some(key.into());
        let policy = SecurityRules::Encryption(EncryptionRules { rules, aws_owned_key: false, kms_key });
        Self { name: None, kind: SecurityPolicyKind::Encryption, description: None, policy }
    }

    /// Creates the policy by which collections with these names can be reached from the internet, their dashboards included.
    /// Calls are signed, and need an [access policy](super::AccessPolicy) as well.
    pub fn public<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        Self::network(names, true, Vec::new())
    }

    /// Creates the policy by which collections with these names can be reached from endpoints in VPCs alone.
    pub fn private<T: AsRef<str>>(
        names: impl IntoIterator<Item = T>,
        endpoints: impl IntoIterator<Item = Input<VpcEndpointId>>,
    ) -> Self {
        Self::network(names, false, endpoints.into_iter().collect())
    }

    fn network<T: AsRef<str>>(
        names: impl IntoIterator<Item = T>,
        public: bool,
        endpoints: Vec<Input<VpcEndpointId>>,
    ) -> Self {
        let names: Vec<T> = names.into_iter().collect();
        let rules = vec![SecurityRule::collections(&names), SecurityRule::dashboards(&names)];
        let rules = NetworkRules { description: None, rules, public, endpoints, services: Vec::new() };
        let policy = SecurityRules::Network(vec![rules]);
        Self { name: None, kind: SecurityPolicyKind::Network, description: None, policy }
    }
}

/// The outputs of a security policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityPolicyOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<SearchPolicyName>,
}

impl Resource for SecurityPolicy {
    const KIND: &'static str = "opensearchserverless_security_policy";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(SecurityPolicy: name, kind);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = SecurityPolicy<Resolved>;
    type Outputs<P: Phase> = SecurityPolicyOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("policies of OpenSearch Serverless are free")
    }

    fn validate(&self, problems: &mut Problems) {
        check_name(self.name.as_ref(), MAX_NAME_LENGTH, "a policy", problems);
        check_description(self.description.as_ref(), 1, problems);
        let kind = match self.policy {
            SecurityRules::Encryption(_) => SecurityPolicyKind::Encryption,
            SecurityRules::Network(_) => SecurityPolicyKind::Network,
        };
        if self.kind != kind {
            problems.refuse(
                "kind",
                "is not that of the document: rules of encryption are an object, those of networks a list",
            );
        }
        self.policy.check(problems);
        check_size(&self.policy, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let named = |policy: &Self| policy.name.clone().map(|name| (policy.kind, name));
        repeat_conflicts(all, named, |(_, name)| format!("another policy of the same kind is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name.clone().unwrap_or_else(|| derived(identity, MAX_NAME_LENGTH));
        Map::from_iter([("name".to_owned(), json!(name))])
    }
}

/// Reports a document that is longer than AWS accepts.
pub(super) fn check_size(document: &impl Serialize, problems: &mut Problems) {
    let length = serde_json::to_string(document).map_or(0, |text| text.chars().count());
    if length > 20_480 {
        problems.refuse("policy", format!("has {length} characters; AWS takes 20480"));
    }
}

impl CloudControl for SecurityPolicy {
    const TYPE: &'static str = "AWS::OpenSearchServerless::SecurityPolicy";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::words("kind", "Type", &[("encryption", "encryption"), ("network", "network")]),
        Property::plain("description", "Description").has_no_default(),
        Property::json_text("policy", "Policy"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("name", "Name")];

    fn placed(inputs: &SecurityPolicy<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| derived(identity, MAX_NAME_LENGTH));
        let kind = match inputs.kind {
            SecurityPolicyKind::Encryption => "encryption",
            SecurityPolicyKind::Network => "network",
        };
        let properties = Map::from_iter([("Name".to_owned(), json!(name))]);
        Placed { has_own_name: inputs.name.is_none(), ..Placed::at(format!("{kind}|{name}"), properties) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_security_policies_are_refused() {
        let key = || SecurityPolicy::encryption(["docs"]);
        let encryption = |rules, aws_owned_key, kms_key: Option<&str>| SecurityPolicy {
            policy: SecurityRules::Encryption(EncryptionRules {
                rules,
                aws_owned_key,
                kms_key: kms_key.map(Into::into),
            }),
            ..key()
        };
        let rule = || vec![SecurityRule::collections(["docs"])];
        let patterns =
            |pattern: &str| vec![SecurityRule { resource_type: "collection".into(), resources: vec![pattern.into()] }];
        let many: Vec<String> = (0..2000).map(|number| format!("documents-{number}")).collect();
        let cases = [
            ("name", SecurityPolicy { name: Some("Docs".into()), ..key() }),
            ("description", SecurityPolicy { description: Some(String::new()), ..key() }),
            ("kind", SecurityPolicy { kind: SecurityPolicyKind::Network, ..key() }),
            ("policy", encryption(rule(), false, None)),
            ("policy", encryption(rule(), true, Some("arn:aws:kms:eu-west-1:1:key/1"))),
            ("policy", encryption(Vec::new(), true, None)),
            ("policy", encryption(vec![SecurityRule::dashboards(["docs"])], true, None)),
            ("policy", encryption(patterns("docs"), true, None)),
            ("policy", encryption(patterns("collection/"), true, None)),
            ("policy", encryption(patterns("collection/Docs"), true, None)),
            ("policy", SecurityPolicy::private(["docs"], [])),
            ("policy", SecurityPolicy::network(["docs"], true, vec!["vpce-1".into()])),
            ("policy", SecurityPolicy::encryption(many)),
        ];
        for (field, policy) in cases {
            let mut problems = Problems::new();
            policy.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        SecurityPolicy::private(["docs*"], ["vpce-1".into()]).validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn a_document_keeps_its_form_and_the_names_of_aws() {
        let key = serde_json::to_value(SecurityPolicy::encryption(["docs"])).unwrap();
        let rules = json!([{ "ResourceType": "collection", "Resource": ["collection/docs"] }]);
        assert_eq!(key["policy"], json!({ "Rules": rules, "AWSOwnedKey": true }));
        for policy in [SecurityPolicy::encryption_by("arn", ["docs"]), SecurityPolicy::public(["docs"])] {
            let again: SecurityPolicy = serde_json::from_value(serde_json::to_value(&policy).unwrap()).unwrap();
            assert_eq!(again, policy);
        }
    }
}
