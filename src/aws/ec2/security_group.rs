//! `ec2_security_group`: what may come in and go out.

use aws_sdk_ec2::types::{IpPermission, ResourceType, SecurityGroup as Found};
use serde::{Deserialize, Serialize};

use super::order::as_last;
use super::security_rule::{SecurityRule, default_egress, read_rules};
use super::security_rules::{Direction, change_rules};
use super::tagging::{owned, ownership_filters, read_tags, specification, update_tags};
use super::visibility::once_visible;
use crate::aws::lists::repeats;
use crate::aws::{SecurityGroupId, VpcId};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags};

/// A security group with all its rules: what is declared is exactly what exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityGroup<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The name, unique in the VPC; derived from the address unless it is given.
    #[serde(default)]
    pub name: Option<String>,
    /// What the group is for.
    pub description: String,
    /// What may come in.
    #[serde(default = "Vec::new")]
    pub ingress: Vec<SecurityRule<P>>,
    /// What may go out; nothing, if no rule says otherwise.
    #[serde(default = "Vec::new")]
    pub egress: Vec<SecurityRule<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl SecurityGroup {
    /// A group that lets nothing in and everything out.
    pub fn new(vpc: impl Into<Input<VpcId>>, description: impl Into<String>) -> Self {
        Self {
            vpc: vpc.into(),
            name: None,
            description: description.into(),
            ingress: Vec::new(),
            egress: vec![SecurityRule::anywhere()],
            tags: Tags::new(),
        }
    }
}

/// The outputs of a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecurityGroupOutputs<P: Phase> {
    /// The id, `sg-…`.
    pub security_group_id: P::Of<SecurityGroupId>,
}

impl Resource for SecurityGroup {
    const KIND: &'static str = "ec2_security_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(SecurityGroup: vpc, name, description);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = SecurityGroup<Resolved>;
    type Outputs<P: Phase> = SecurityGroupOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        const MARKS: &str = "._-:/()#,@[]+=&;{}!$*";
        let fits = |text: &str| {
            (1..=255).contains(&text.chars().count())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || MARKS.contains(c))
        };
        let names = [("name", self.name.as_deref()), ("description", Some(self.description.as_str()))];
        for (field, text) in names.into_iter().filter_map(|(field, text)| Some((field, text?))) {
            if !fits(text) {
                let message = format!("`{text}` has not 1 to 255 letters, digits, spaces and {MARKS}");
                problems.refuse(field, message);
            }
        }
        if self.name.as_deref().is_some_and(|name| name.starts_with("sg-") || name == "default") {
            problems.refuse("name", "a name cannot begin with sg- and cannot be `default`");
        }
        for (field, rules) in [("ingress", &self.ingress), ("egress", &self.egress)] {
            problems.extend(rules.iter().filter_map(SecurityRule::problem).map(|message| (field.into(), message)));
            let twice = |(index, rule): (usize, &SecurityRule)| rules[..index].iter().any(|other| other.same(rule));
            if rules.iter().enumerate().any(twice) {
                problems.refuse(field, "two rules let the same traffic through");
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let second = repeats(all, |group| group.name.clone().map(|name| (group.vpc.clone(), name)));
        let told = |name| format!("another security group of the same VPC is named `{name}`");
        second.into_iter().map(|(index, (_, name))| (index, told(name))).collect()
    }
}

impl Provider for SecurityGroup {
    async fn find(context: &Context, _inputs: &SecurityGroup<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_security_groups().set_filters(Some(ownership_filters(context)));
        let found: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
        let found = found.named("ec2:DescribeSecurityGroups")?;
        let own = found.iter().find(|group| owned(context, group.tags()));
        Ok(own.and_then(|group| group.group_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &SecurityGroup<Resolved>) -> Result<String, Error> {
        let created = context
            .aws
            .ec2()
            .create_security_group()
            .vpc_id(inputs.vpc.as_str())
            .group_name(inputs.name.clone().unwrap_or_else(|| context.identity.name(255)))
            .description(&inputs.description)
            .tag_specifications(specification(context, ResourceType::SecurityGroup, &inputs.tags))
            .send()
            .await
            .named("ec2:CreateSecurityGroup")
            .map_err(|error| match (error.kind, &inputs.name) {
                (ErrorKind::AlreadyExists, Some(_)) => error.hint("give the group another name, or none"),
                _ => error,
            })?;
        let id = created.group_id().unwrap_or_default().to_owned();
        once_visible(|| change_rules(context, &id, Direction::Ingress, &[], &inputs.ingress)).await?;
        let given = [default_egress()];
        once_visible(|| change_rules(context, &id, Direction::Egress, &given, &inputs.egress)).await?;
        Ok(id)
    }

    async fn read(context: &Context, id: &str, last: &SecurityGroup<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(group) = describe(context, id).await? else { return Ok(None) };
        let rules = |permissions: &[IpPermission]| permissions.iter().flat_map(|one| read_rules(id, one)).collect();
        let inputs = SecurityGroup::<Resolved> {
            vpc: group.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            // A name never changes: one that was derived stays derived.
            name: last.name.as_ref().map(|name| group.group_name().unwrap_or(name).to_owned()),
            description: group.description().unwrap_or_default().to_owned(),
            ingress: as_last(&last.ingress, rules(group.ip_permissions())),
            egress: as_last(&last.egress, rules(group.ip_permissions_egress())),
            tags: read_tags(group.tags()),
        };
        let outputs = SecurityGroupOutputs::<Resolved> { security_group_id: SecurityGroupId::from(id) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &SecurityGroup<Resolved>,
        to: &SecurityGroup<Resolved>,
    ) -> Result<(), Error> {
        change_rules(context, id, Direction::Ingress, &from.ingress, &to.ingress).await?;
        change_rules(context, id, Direction::Egress, &from.egress, &to.egress).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &SecurityGroup<Resolved>) -> Result<(), Error> {
        let request = context.aws.ec2().delete_security_group().group_id(id);
        request.send().await.named("ec2:DeleteSecurityGroup").optional().map(drop)
    }
}

async fn describe(context: &Context, id: &str) -> Result<Option<Found>, Error> {
    let request = context.aws.ec2().describe_security_groups().group_ids(id);
    let found = request.send().await.named("ec2:DescribeSecurityGroups").optional()?;
    Ok(found.and_then(|found| found.security_groups().first().cloned()))
}

#[cfg(test)]
mod tests {
    use super::super::Peer;
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_found_at_plan_time() {
        let group = || SecurityGroup::new(VpcId::from("vpc-1"), "The endpoints");
        let rule = || SecurityRule::tcp(443, Peer::Itself);
        let cases = [
            (SecurityGroup { name: Some("sg-mine".into()), ..group() }, "name"),
            (SecurityGroup { name: Some("x".repeat(256)), ..group() }, "name"),
            (SecurityGroup { description: String::new(), ..group() }, "description"),
            (SecurityGroup { description: "Überall".into(), ..group() }, "description"),
            (SecurityGroup { ingress: vec![rule(), rule().describe("again")], ..group() }, "ingress"),
        ];
        for (group, field) in cases {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert_eq!(problems.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), [field], "{group:?}");
        }
        let mut problems = Problems::new();
        group().validate(&mut problems);
        assert_eq!(problems, []);
    }

    #[test]
    fn names_are_unique_in_a_vpc() {
        let group = |vpc: &str| SecurityGroup {
            name: Some("endpoints".into()),
            ..SecurityGroup::new(VpcId::from(vpc), "The endpoints")
        };
        assert_eq!(SecurityGroup::conflicts(&[group("vpc-1"), group("vpc-2")]), []);
        assert_eq!(SecurityGroup::conflicts(&[group("vpc-1"), group("vpc-1")])[0].0, 1);
    }
}
