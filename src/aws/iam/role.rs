//! `iam_role`: a role with its trust policy, its inline policies, and the managed policies attached to it.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Tag;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::check::is_arn;
use super::{Policy, Purpose, role_policies};
use crate::aws::{Arn, RoleArn, RoleName};
use crate::engine::providers::lists::ordered_like;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags, tag_changes,
};

/// The most characters of all inline policies of a role, white space not counted.
const LONGEST_INLINE: usize = 10_240;

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Role<P: Phase = Declared> {
    /// The name, up to 64 characters; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// The path, `/` or `/part/…/`.
    pub path: String,
    /// What it is for, up to 1,000 characters.
    #[serde(default)]
    pub description: String,
    /// Who may assume it.
    pub trust: Policy<P>,
    /// Policies of its own, by name.
    #[serde(default)]
    pub inline_policies: BTreeMap<String, Policy<P>>,
    /// The ARNs of managed policies.
    #[serde(default)]
    pub managed_policies: Vec<P::Of<Arn>>,
    /// The ARN of a managed policy that bounds what the role may do.
    #[serde(default)]
    pub permissions_boundary: Option<P::Of<Arn>>,
    /// The longest session in seconds, 3,600 to 43,200.
    pub max_session_seconds: u32,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Role {
    /// A role that may be assumed as `trust` says, and may do nothing yet.
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

    /// The same role with one more policy of its own.
    #[must_use]
    pub fn policy(mut self, name: &str, policy: Policy) -> Self {
        self.inline_policies.insert(name.to_owned(), policy);
        self
    }
}

impl<P: Phase> Role<P> {
    fn name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(64))
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

    fn validate(&self, problems: &mut Problems) {
        let mut add = |field: &str, message: String| problems.refuse(field, message);
        if let Some(name) = self.name.as_ref().filter(|name| !is_name(name, 64)) {
            add("name", format!("`{name}` is no role name: 1 to 64 letters, digits, and any of +=,.@_-"));
        }
        let path = &self.path;
        let printable = path.bytes().all(|b| (0x21..=0x7e).contains(&b)) && path.len() <= 512;
        if !(printable && path.starts_with('/') && path.ends_with('/')) {
            add("path", format!("`{path}` is no path: it begins and ends with `/`, at most 512 characters"));
        }
        if self.description.chars().count() > 1000 {
            add("description", "is longer than 1,000 characters".to_owned());
        }
        if !(3600..=43_200).contains(&self.max_session_seconds) {
            add("max_session_seconds", format!("{} is not between 3600 and 43200", self.max_session_seconds));
        }
        for problem in self.trust.problems(Purpose::Trust) {
            add("trust", problem);
        }
        for (name, policy) in &self.inline_policies {
            if !is_name(name, 128) {
                add("inline_policies", format!("`{name}`: 1 to 128 letters, digits, and any of +=,.@_-"));
            }
            for problem in policy.problems(Purpose::Identity) {
                add("inline_policies", format!("{name}: {problem}"));
            }
        }
        let length: usize = self.inline_policies.values().map(Policy::known_length).sum();
        if length > LONGEST_INLINE {
            add("inline_policies", format!("are {length} characters together, and AWS takes {LONGEST_INLINE}"));
        }
        let managed = self.managed_policies.iter().map(|arn| ("managed_policies", arn));
        for (field, arn) in managed.chain(self.permissions_boundary.iter().map(|arn| ("permissions_boundary", arn))) {
            if let Some(arn) = arn.known().filter(|arn| !(is_arn(arn.as_str()) && arn.as_str().contains(":policy/"))) {
                add(field, format!("`{arn}` is no ARN of a managed policy"));
            }
        }
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

impl Provider for Role {
    async fn find(context: &Context, inputs: &Role<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.name(&context.identity);
        let found = context.aws.iam().get_role().role_name(&name).send().await.named("iam:GetRole").optional()?;
        let tags = found.and_then(|found| found.role).map(|role| pairs(role.tags()).collect());
        Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| name))
    }

    async fn create(context: &Context, inputs: &Role<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let boundary = inputs.permissions_boundary.as_ref().map(ToString::to_string);
        let created = context
            .aws
            .iam()
            .create_role()
            .role_name(&name)
            .path(&inputs.path)
            .set_description(Some(inputs.description.clone()).filter(|text| !text.is_empty()))
            .assume_role_policy_document(inputs.trust.to_string())
            .set_permissions_boundary(boundary)
            .max_session_duration(session(inputs))
            .set_tags(Some(sdk_tags(context.tags(&inputs.tags))?))
            .send()
            .await
            .named("iam:CreateRole");
        match created {
            // An earlier attempt made it: what is left to do can be done again.
            Err(error) if error.kind == ErrorKind::AlreadyExists && Self::find(context, inputs).await?.is_some() => {}
            Err(error) if error.kind == ErrorKind::AlreadyExists => {
                return Err(error.hint(format!(
                    "a role named {name} exists that is not this one: choose another name, or none to have one derived"
                )));
            }
            created => drop(created?),
        }
        role_policies::put_inline(context, &name, &BTreeMap::new(), &inputs.inline_policies).await?;
        role_policies::attach(context, &name, &[], &inputs.managed_policies).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Role<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let found = context.aws.iam().get_role().role_name(id).send().await.named("iam:GetRole").optional()?;
        let Some(role) = found.and_then(|found| found.role) else { return Ok(None) };
        let (inline, attached) = tokio::try_join!(
            role_policies::read_inline(context, id, &last.inline_policies),
            role_policies::read_attached(context, id)
        )?;
        let (Some(inline_policies), Some(attached)) = (inline, attached) else { return Ok(None) };
        let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
        let inputs = Role::<Resolved> {
            name: last.name.as_ref().map(|_| id.to_owned()),
            path: role.path().to_owned(),
            description: role.description().unwrap_or_default().to_owned(),
            trust: Policy::read(role.assume_role_policy_document().unwrap_or("{}"), Some(&last.trust), None)?,
            inline_policies,
            managed_policies: ordered_like(&last.managed_policies, attached),
            permissions_boundary: boundary.map(Arn::from),
            max_session_seconds: role
                .max_session_duration()
                .and_then(|seconds| seconds.try_into().ok())
                .unwrap_or(3600),
            tags: own_tags(pairs(role.tags())),
        };
        let outputs = RoleOutputs::<Resolved> {
            name: RoleName(id.to_owned()),
            arn: RoleArn(role.arn().to_owned()),
            role_id: role.role_id().to_owned(),
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Role<Resolved>, to: &Role<Resolved>) -> Result<(), Error> {
        let iam = context.aws.iam();
        if from.trust != to.trust {
            iam.update_assume_role_policy()
                .role_name(id)
                .policy_document(to.trust.to_string())
                .send()
                .await
                .named("iam:UpdateAssumeRolePolicy")?;
        }
        if (&from.description, from.max_session_seconds) != (&to.description, to.max_session_seconds) {
            let update = iam.update_role().role_name(id).description(&to.description);
            update.max_session_duration(session(to)).send().await.named("iam:UpdateRole")?;
        }
        match &to.permissions_boundary {
            boundary if *boundary == from.permissions_boundary => {}
            Some(boundary) => {
                let put = iam.put_role_permissions_boundary().role_name(id).permissions_boundary(boundary.as_str());
                put.send().await.named("iam:PutRolePermissionsBoundary")?;
            }
            None => {
                let delete = iam.delete_role_permissions_boundary().role_name(id).send().await;
                delete.named("iam:DeleteRolePermissionsBoundary").optional()?;
            }
        }
        // First what it gains and then what it loses, so that nobody who uses it lacks what it keeps.
        role_policies::put_inline(context, id, &from.inline_policies, &to.inline_policies).await?;
        role_policies::attach(context, id, &from.managed_policies, &to.managed_policies).await?;
        let lost = from.inline_policies.keys().filter(|name| !to.inline_policies.contains_key(*name));
        role_policies::delete_inline(context, id, lost).await?;
        let lost = from.managed_policies.iter().filter(|arn| !to.managed_policies.contains(arn));
        role_policies::detach(context, id, lost).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, last: &Role<Resolved>) -> Result<(), Error> {
        // AWS deletes a role only when it has no policies, so those that others gave it must go too.
        if let Some(inline) = role_policies::read_inline(context, id, &last.inline_policies).await? {
            role_policies::delete_inline(context, id, inline.keys()).await?;
        }
        if let Some(attached) = role_policies::read_attached(context, id).await? {
            role_policies::detach(context, id, attached.iter()).await?;
        }
        let deleted = context.aws.iam().delete_role().role_name(id).send().await.named("iam:DeleteRole").optional();
        deleted.map(drop).map_err(|error| match error.is_code("DeleteConflict") {
            true => error.hint(format!("take the role {id} out of its instance profiles")),
            false => error,
        })
    }
}

/// Whether a name has only the characters that IAM takes, and at most `longest`.
fn is_name(name: &str, longest: usize) -> bool {
    (1..=longest).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c))
}

fn session(inputs: &Role<Resolved>) -> i32 {
    inputs.max_session_seconds.try_into().unwrap_or(i32::MAX)
}

fn pairs(tags: &[Tag]) -> impl Iterator<Item = (String, String)> + '_ {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
}

fn sdk_tags(tags: Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect::<Result<_, _>>().map_err(|error| Error::invalid(error.to_string()))
}

async fn update_tags(context: &Context, name: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let iam = context.aws.iam();
    if !set.is_empty() {
        iam.tag_role().role_name(name).set_tags(Some(sdk_tags(set)?)).send().await.named("iam:TagRole")?;
    }
    if !removed.is_empty() {
        iam.untag_role().role_name(name).set_tag_keys(Some(removed)).send().await.named("iam:UntagRole")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Scope;

    fn problems(role: &Role) -> Vec<(String, String)> {
        let mut problems = Problems::new();
        role.validate(&mut problems);
        problems
    }

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let good = || Role::new(Policy::trust("sagemaker.amazonaws.com"));
        assert_eq!(problems(&good()), []);
        let long = Policy::new().allow(["s3:GetObject"]).on(format!("arn:aws:s3:::{}", "x".repeat(6000)));
        let cases = [
            ("name", Role { name: Some("a b".into()), ..good() }),
            ("name", Role { name: Some("a".repeat(65)), ..good() }),
            ("path", Role { path: "llm/".into(), ..good() }),
            ("description", Role { description: "a".repeat(1001), ..good() }),
            ("max_session_seconds", Role { max_session_seconds: 60, ..good() }),
            ("trust", Role { trust: Policy::new(), ..good() }),
            ("inline_policies", good().policy("p", Policy::new().allow(["s3:GetObject"]))),
            ("inline_policies", good().policy("a b", Policy::new().allow(["s3:GetObject"]).on("*"))),
            ("inline_policies", good().policy("one", long.clone()).policy("two", long)),
            ("managed_policies", Role { managed_policies: vec!["AmazonS3ReadOnlyAccess".into()], ..good() }),
            ("permissions_boundary", Role { permissions_boundary: Some("arn:aws:s3:::b".into()), ..good() }),
        ];
        for (field, role) in cases {
            let found = problems(&role);
            assert!(found.len() == 1 && found[0].0 == field, "{field}: {found:?}");
        }
    }

    #[test]
    fn name_and_arn_are_known_before_it_exists() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "cn-north-1".into(),
            account: "123456789012".into(),
        };
        let role = Role { path: "/llm/".into(), name: Some("r".into()), ..Role::new(Policy::trust("x.amazonaws.com")) };
        let known = role.known_outputs(&scope.identity(&"iam_role.r".parse().unwrap(), 1));
        assert_eq!(known["arn"], "arn:aws-cn:iam::123456789012:role/llm/r");
        assert_eq!(known["name"], "r");
    }
}
