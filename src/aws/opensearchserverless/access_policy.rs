//! `opensearchserverless_access_policy`: permissions on collections and their indexes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::names::{MAX_NAME_LENGTH, check_description, check_name, collections, derived};
use super::security_policy::check_size;
use crate::aws::lists::repeat_conflicts;
use crate::aws::{RoleArn, SearchPolicyName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
};

/// Permissions on collections and their indexes. A principal needs them beside those of IAM.
///
/// ```
/// # use ebbtide::aws::RoleArn;
/// # use ebbtide::aws::opensearchserverless::{AccessGrant, AccessPolicy};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, writer: &Input<RoleArn>, reader: &Input<RoleArn>) {
/// let write = AccessGrant::everything(["documents"]).to(writer);
/// let read = AccessGrant::on_indexes(["documents/*"], ["aoss:DescribeIndex", "aoss:ReadDocument"]).to(reader);
/// stack.add("documents", AccessPolicy::of([write, read]));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AccessPolicy<P: Phase = Declared> {
    /// The name, 3 to 32 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description, up to 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The permissions.
    pub policy: Vec<AccessGrant<P>>,
}

/// Permissions of some principals. Its members have the names that AWS gives them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct AccessGrant<P: Phase = Declared> {
    /// A description.
    #[serde(rename = "Description", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The resources and the permissions on them.
    #[serde(rename = "Rules")]
    pub rules: Vec<AccessRule>,
    /// The ARNs of roles and users, and names of SAML.
    #[serde(rename = "Principal")]
    pub principals: Vec<P::Of<RoleArn>>,
}

/// Permissions on resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRule {
    /// The kind of resource: `collection`, `index` or `model`.
    #[serde(rename = "ResourceType")]
    pub resource_type: String,
    /// The patterns: `collection/NAME`, `index/NAME/INDEX`, `model/NAME/MODEL`. A `*` at the end stands for any text.
    #[serde(rename = "Resource")]
    pub resources: Vec<String>,
    /// The permissions, such as `aoss:ReadDocument`, or `aoss:*` for all.
    #[serde(rename = "Permission")]
    pub permissions: Vec<String>,
}

fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

impl AccessRule {
    /// Creates the rule of collections.
    pub fn collections<T: AsRef<str>, U: Into<String>>(
        names: impl IntoIterator<Item = T>,
        permissions: impl IntoIterator<Item = U>,
    ) -> Self {
        Self { resource_type: "collection".into(), resources: collections(names), permissions: texts(permissions) }
    }

    /// Creates the rule of indexes, each `COLLECTION/INDEX`.
    pub fn indexes<T: AsRef<str>, U: Into<String>>(
        names: impl IntoIterator<Item = T>,
        permissions: impl IntoIterator<Item = U>,
    ) -> Self {
        let resources = names.into_iter().map(|name| format!("index/{}", name.as_ref())).collect();
        Self { resource_type: "index".into(), resources, permissions: texts(permissions) }
    }
}

impl AccessGrant {
    /// Creates all permissions on collections and their indexes, of no principal yet.
    pub fn everything<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        let names: Vec<T> = names.into_iter().collect();
        let indexes = names.iter().map(|name| format!("{}/*", name.as_ref()));
        let rules = vec![AccessRule::collections(&names, ["aoss:*"]), AccessRule::indexes(indexes, ["aoss:*"])];
        Self { description: None, rules, principals: Vec::new() }
    }

    /// Creates permissions on indexes, each `COLLECTION/INDEX`, of no principal yet.
    pub fn on_indexes<T: AsRef<str>, U: Into<String>>(
        names: impl IntoIterator<Item = T>,
        permissions: impl IntoIterator<Item = U>,
    ) -> Self {
        Self { description: None, rules: vec![AccessRule::indexes(names, permissions)], principals: Vec::new() }
    }

    /// Adds a principal.
    #[must_use]
    pub fn to(mut self, principal: impl Into<Input<RoleArn>>) -> Self {
        self.principals.push(principal.into());
        self
    }
}

impl AccessPolicy {
    /// Creates a policy of some permissions.
    pub fn of(policy: impl IntoIterator<Item = AccessGrant>) -> Self {
        Self { name: None, description: None, policy: policy.into_iter().collect() }
    }
}

/// The permissions on each kind of resource ("Supported policy permissions", OpenSearch Service Developer Guide).
const PERMISSIONS: &[(&str, &[&str])] = &[
    (
        "collection",
        &["CreateCollectionItems", "DeleteCollectionItems", "UpdateCollectionItems", "DescribeCollectionItems"],
    ),
    ("index", &["CreateIndex", "DeleteIndex", "UpdateIndex", "DescribeIndex", "ReadDocument", "WriteDocument"]),
    ("model", &["CreateMLResource", "DeleteMLResource", "UpdateMLResource", "DescribeMLResource", "ExecuteMLResource"]),
];

fn check_rule(rule: &AccessRule, problems: &mut Problems) {
    let kind = &rule.resource_type;
    if !PERMISSIONS.iter().any(|(known, _)| known == kind) {
        problems.refuse("policy", format!("has a rule for `{kind}`: use collection, index or model"));
        return;
    }
    if rule.resources.is_empty() || rule.permissions.is_empty() {
        problems.refuse("policy", format!("has a rule for `{kind}` without a pattern, or without a permission"));
    }
    let begin = format!("{kind}/");
    let parts = if kind == "collection" { 1 } else { 2 };
    let fits = |pattern: &str| {
        pattern.strip_prefix(&begin).is_some_and(|rest| {
            let names: Vec<_> = rest.split('/').collect();
            names.len() == parts && names.iter().all(|name| !name.is_empty())
        })
    };
    for pattern in rule.resources.iter().filter(|pattern| !fits(pattern)) {
        let form = if parts == 1 { "collection/NAME".to_owned() } else { format!("{kind}/COLLECTION/NAME") };
        problems
            .refuse("policy", format!("`{pattern}` is no pattern: write `{form}`, with a `*` at the end for any text"));
    }
    for permission in &rule.permissions {
        let Some(name) = permission.strip_prefix("aoss:") else {
            problems.refuse("policy", format!("`{permission}` is no permission: they begin with `aoss:`"));
            continue;
        };
        let of = PERMISSIONS.iter().find(|(_, names)| names.contains(&name)).map(|(of, _)| *of);
        if let Some(of) = of.filter(|of| of != kind) {
            problems
                .refuse("policy", format!("`{permission}` is a permission on a `{of}`, and the rule is for `{kind}`"));
        }
    }
}

/// The outputs of an access policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AccessPolicyOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<SearchPolicyName>,
}

impl Resource for AccessPolicy {
    const KIND: &'static str = "opensearchserverless_access_policy";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(AccessPolicy: name);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = AccessPolicy<Resolved>;
    type Outputs<P: Phase> = AccessPolicyOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("policies of OpenSearch Serverless are free")
    }

    fn validate(&self, problems: &mut Problems) {
        check_name(self.name.as_ref(), MAX_NAME_LENGTH, "a policy", problems);
        check_description(self.description.as_ref(), 1, problems);
        if self.policy.is_empty() || self.policy.iter().any(|grant| grant.rules.is_empty()) {
            problems.refuse("policy", "has no permissions, or some without rules");
        }
        if self.policy.iter().any(|grant| grant.principals.is_empty()) {
            problems.refuse("policy", "has permissions of no principal");
        }
        for rule in self.policy.iter().flat_map(|grant| &grant.rules) {
            check_rule(rule, problems);
        }
        check_size(&self.policy, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |policy| policy.name.as_ref(), |name| format!("another access policy is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name.clone().unwrap_or_else(|| derived(identity, MAX_NAME_LENGTH));
        Map::from_iter([("name".to_owned(), json!(name))])
    }
}

impl CloudControl for AccessPolicy {
    const TYPE: &'static str = "AWS::OpenSearchServerless::AccessPolicy";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("description", "Description").has_no_default(),
        Property::json_text("policy", "Policy"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("name", "Name")];

    fn placed(inputs: &AccessPolicy<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| derived(identity, MAX_NAME_LENGTH));
        // AWS has one type of them.
        let properties = [("Name".to_owned(), json!(name)), ("Type".to_owned(), json!("data"))];
        Placed { has_own_name: inputs.name.is_none(), ..Placed::at(format!("data|{name}"), Map::from_iter(properties)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_access_policies_are_refused() {
        let grant = || AccessGrant::everything(["docs"]).to("arn:aws:iam::1:role/a");
        let with = |rule: AccessRule| AccessPolicy::of([AccessGrant { rules: vec![rule], ..grant() }]);
        let rule = |kind: &str, resource: &str, permission: &str| AccessRule {
            resource_type: kind.into(),
            resources: vec![resource.into()],
            permissions: vec![permission.into()],
        };
        let cases = [
            ("name", AccessPolicy { name: Some("Docs".into()), ..AccessPolicy::of([grant()]) }),
            ("description", AccessPolicy { description: Some(String::new()), ..AccessPolicy::of([grant()]) }),
            ("policy", AccessPolicy::of([])),
            ("policy", AccessPolicy::of([AccessGrant { rules: Vec::new(), ..grant() }])),
            ("policy", AccessPolicy::of([AccessGrant::everything(["docs"])])),
            ("policy", with(AccessRule { permissions: Vec::new(), ..rule("index", "index/docs/*", "aoss:*") })),
            ("policy", with(rule("dashboard", "collection/docs", "aoss:*"))),
            ("policy", with(rule("index", "index/docs", "aoss:*"))),
            ("policy", with(rule("collection", "index/docs/*", "aoss:*"))),
            ("policy", with(rule("collection", "collection/docs", "es:*"))),
            ("policy", with(rule("collection", "collection/docs", "aoss:ReadDocument"))),
        ];
        for (field, policy) in cases {
            let mut problems = Problems::new();
            policy.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        AccessPolicy::of([grant()]).validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }
}
