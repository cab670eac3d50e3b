//! `iam_role`: a role with its trust policy, its inline policies, and the managed policies attached to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::check::is_arn;
use super::{Policy, Purpose};
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{Arn, RoleArn, RoleName};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_plain_tags,
};

/// The most managed policies of a role, the highest quota that AWS grants.
const MOST_MANAGED: usize = 25;

/// The most characters of all inline policies of a role together, without white space.
const LONGEST_INLINE: usize = 10_240;

/// A role.
///
/// ```
/// # use ebbtide::aws::iam::{Policy, Role};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, bucket: &ebbtide::aws::s3::BucketOutputs<ebbtide::resource::Declared>) {
/// let read = Policy::new().allow(["s3:GetObject"]).on(bucket.arn.then("/*").text());
/// let role = stack.add("serving", Role::new(Policy::trust("sagemaker.amazonaws.com")).policy("read", read));
/// stack.output("ROLE_ARN", &role.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Role<P: Phase = Declared> {
    /// The name, up to 64 characters; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// The path, `/` or `/part/…/`.
    pub path: String,
    /// A description, up to 1,000 characters.
    #[serde(default)]
    pub description: String,
    /// The trust policy, which says who may assume it.
    pub trust: Policy<P>,
    /// Inline policies, by name.
    #[serde(default)]
    pub inline_policies: BTreeMap<String, Policy<P>>,
    /// The ARNs of managed policies.
    #[serde(default)]
    pub managed_policies: Vec<P::Of<Arn>>,
    /// The ARN of a managed policy that limits the permissions of the role.
    #[serde(default)]
    pub permissions_boundary: Option<P::Of<Arn>>,
    /// The longest session in seconds, 3,600 to 43,200.
    pub max_session_seconds: u32,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Role {
    /// Creates a role without permissions. `trust` says who may assume it.
    pub fn new(trust: Policy) -> Self {
        Self {
            name: None,
            path: "/".to_owned(),
            description: String::new(),
            trust,
            inline_policies: BTreeMap::new(),
            managed_policies: Vec::new(),
            permissions_boundary: None,
            max_session_seconds: 3600,
            tags: Tags::new(),
        }
    }

    /// Adds an inline policy.
    #[must_use]
    pub fn policy(mut self, name: &str, policy: Policy) -> Self {
        self.inline_policies.insert(name.to_owned(), policy);
        self
    }
}

impl<P: Phase> Role<P> {
    /// Returns the declared name, or else the name derived from the identity.
    #[doc(hidden)]
    pub fn name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(64))
    }
}

impl Role {
    fn validate_inline_policies(&self, problems: &mut Problems) {
        for (name, policy) in &self.inline_policies {
            if let Some(problem) = name_problem(name, 128) {
                problems.refuse("inline_policies", problem);
            }
            for problem in policy.problems(Purpose::Identity) {
                problems.refuse("inline_policies", format!("{name}: {problem}"));
            }
        }
        let length: usize = self.inline_policies.values().map(Policy::known_length).sum();
        if length > LONGEST_INLINE {
            problems.refuse(
                "inline_policies",
                format!("have {length} characters together; AWS accepts at most {LONGEST_INLINE}"),
            );
        }
    }
}

/// The outputs of a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RoleOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<RoleName>,
    /// The ARN.
    pub arn: P::Of<RoleArn>,
    /// The unique id, `AROA…`.
    pub role_id: P::Of<String>,
}

impl Resource for Role {
    const KIND: &'static str = "iam_role";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Role: name, path);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = Role<Resolved>;
    type Outputs<P: Phase> = RoleOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no role")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_ref().and_then(|name| name_problem(name, 64)) {
            problems.refuse("name", problem);
        }
        let path = &self.path;
        let printable = path.bytes().all(|b| (0x21..=0x7e).contains(&b)) && path.len() <= 512;
        if !(printable && path.starts_with('/') && path.ends_with('/') && path != "//") {
            problems.refuse(
                "path",
                format!("`{path}` is not a path: it begins and ends with `/` and has at most 512 characters"),
            );
        }
        if path.starts_with("/aws-service-role/") || path.starts_with("/aws-reserved/") {
            problems.refuse("path", format!("`{path}` is reserved for roles that AWS makes"));
        }
        if self.description.chars().count() > 1000 {
            problems.refuse("description", "is longer than 1,000 characters");
        }
        // The pattern in the service model: letters of Western European languages, tabs and line breaks.
        let plain = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
        if let Some(letter) = self.description.chars().find(|c| !plain(*c)) {
            problems.refuse(
                "description",
                format!("has the character `{}`, which IAM does not take", letter.escape_debug()),
            );
        }
        if self.managed_policies.len() > MOST_MANAGED {
            problems.refuse("managed_policies", format!("AWS accepts at most {MOST_MANAGED}"));
        }
        if has_repeats(&self.managed_policies) {
            problems.refuse("managed_policies", "a policy is listed twice");
        }
        if !(3600..=43_200).contains(&self.max_session_seconds) {
            problems
                .refuse("max_session_seconds", format!("{} is not between 3600 and 43200", self.max_session_seconds));
        }
        for problem in self.trust.problems(Purpose::Trust) {
            problems.refuse("trust", problem);
        }
        self.validate_inline_policies(problems);
        let managed = self.managed_policies.iter().map(|arn| ("managed_policies", arn));
        for (field, arn) in managed.chain(self.permissions_boundary.iter().map(|arn| ("permissions_boundary", arn))) {
            if let Some(arn) = arn.known().filter(|arn| !(is_arn(arn.as_str()) && arn.as_str().contains(":policy/"))) {
                problems.refuse(field, format!("`{arn}` is not the ARN of a managed policy"));
            }
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        // "Names are not distinguished by case": AWS refuses Admin beside admin.
        let name = |role: &Self| role.name.as_ref().map(|name| name.to_lowercase());
        repeat_conflicts(all, name, |name| format!("another role is named {name}; AWS does not distinguish case"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        let scope = &identity.scope;
        if !scope.account.is_empty() {
            let arn = format!("arn:{}:iam::{}:role{}{name}", scope.partition(), scope.account, self.path);
            known.insert("arn".to_owned(), json!(arn));
        }
        known
    }
}

/// Returns the reason why IAM does not accept a name.
fn name_problem(name: &str, longest: usize) -> Option<String> {
    let good =
        (1..=longest).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c));
    (!good).then(|| format!("`{name}` is not a valid name: use 1 to {longest} letters, digits, and any of +=,.@_-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Scope;

    fn problems(role: &Role) -> Problems {
        let mut problems = Problems::new();
        role.validate(&mut problems);
        problems
    }

    const READ: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

    #[test]
    fn two_roles_of_one_name_are_a_conflict_whatever_the_case() {
        let named =
            |name: &str| Role { name: Some(name.into()), ..Role::new(Policy::trust("sagemaker.amazonaws.com")) };
        assert_eq!(Role::conflicts(&[named("serving"), named("Serving")])[0].index, 1);
        assert_eq!(Role::conflicts(&[named("serving"), named("other")]), []);
    }

    #[test]
    fn invalid_roles_are_refused() {
        let good = || Role::new(Policy::trust("sagemaker.amazonaws.com"));
        assert_eq!(problems(&good()), Problems::new());
        let long = Policy::new().allow(["s3:GetObject"]).on(format!("arn:aws:s3:::{}", "x".repeat(6000)));
        let cases = [
            ("name", Role { name: Some("a b".into()), ..good() }),
            ("name", Role { name: Some("a".repeat(65)), ..good() }),
            ("path", Role { path: "llm/".into(), ..good() }),
            ("path", Role { path: "//".into(), ..good() }),
            ("path", Role { path: "/aws-service-role/x.amazonaws.com/".into(), ..good() }),
            ("description", Role { description: "a".repeat(1001), ..good() }),
            ("description", Role { description: "漢".into(), ..good() }),
            ("managed_policies", Role { managed_policies: vec![READ.into(), READ.into()], ..good() }),
            (
                "managed_policies",
                Role { managed_policies: (0..26).map(|n| format!("{READ}{n}").as_str().into()).collect(), ..good() },
            ),
            ("tags", Role { tags: Tags::from([("team".into(), "a,b".into())]), ..good() }),
            ("max_session_seconds", Role { max_session_seconds: 60, ..good() }),
            ("trust", Role { trust: Policy::new(), ..good() }),
            ("inline_policies", good().policy("p", Policy::new().allow(["s3:GetObject"]))),
            ("inline_policies", good().policy("a b", Policy::new().allow(["s3:GetObject"]).on("*"))),
            ("inline_policies", good().policy("one", long.clone()).policy("two", long)),
            ("managed_policies", Role { managed_policies: vec!["AmazonS3ReadOnlyAccess".into()], ..good() }),
            ("tags", Role { tags: Tags::from([("ebb:stack".into(), "mine".into())]), ..good() }),
            ("permissions_boundary", Role { permissions_boundary: Some("arn:aws:s3:::b".into()), ..good() }),
        ];
        for (field, role) in cases {
            let found = problems(&role);
            assert_eq!(found.fields(), [field], "{found:?}");
        }
    }

    #[test]
    fn name_and_arn_are_known_before_the_role_exists() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "cn-north-1".into(),
            account: "123456789012".into(),
        };
        let role = Role { path: "/llm/".into(), name: Some("r".into()), ..Role::new(Policy::trust("x.amazonaws.com")) };
        let known = role.known_outputs(&scope.identity("lineage", &"iam_role.r".parse().unwrap(), 1));
        assert_eq!(known["arn"], "arn:aws-cn:iam::123456789012:role/llm/r");
        assert_eq!(known["name"], "r");
    }
}
