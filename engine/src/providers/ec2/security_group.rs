//! The AWS side of `ec2_security_group`.

use std::time::Duration;

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::security_rule::{default_egress, read_rules};
use super::security_rules::{Direction, change_rules};
use super::tagging::{read_tags, tag_specification, update_tags};
use super::visibility::once_visible;
use crate::providers::lists::ordered_like;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::ec2::{SecurityGroup, SecurityGroupOutputs};
use ebbtide::aws::{SecurityGroupId, VpcId};
use ebbtide::resource::Resolved;

impl Provider for SecurityGroup {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:security-group/*",
        reads: "ec2:DescribeSecurityGroups",
        creates: "ec2:CreateSecurityGroup ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress \
            ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress \
            ec2:UpdateSecurityGroupRuleDescriptionsIngress ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress \
            ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress \
            ec2:UpdateSecurityGroupRuleDescriptionsIngress ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        deletes: "ec2:DeleteSecurityGroup",
    });

    /// The network interfaces that SageMaker leaves behind stay for longer than the 15 minutes of others
    /// (aws-cloudformation/cloudformation-coverage-roadmap#1327).
    const DELETABLE_WITHIN: Duration = Duration::from_mins(60);

    async fn find(context: &Context, _inputs: &SecurityGroup<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_security_groups().set_filters(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send().collect();
        let id = sdk::SecurityGroup::group_id;
        find_owned(context, "ec2:DescribeSecurityGroups", pages, id, sdk::SecurityGroup::tags).await
    }

    async fn create(context: &Context, inputs: &SecurityGroup<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .create_security_group()
            .vpc_id(inputs.vpc.as_str())
            .group_name(inputs.name.clone().unwrap_or_else(|| context.identity.name(255)))
            .description(&inputs.description)
            .tag_specifications(tag_specification(context, sdk::ResourceType::SecurityGroup, &inputs.tags));
        let created = request.send().await.named("ec2:CreateSecurityGroup");
        let created = created.map_err(|error| match (error.kind, &inputs.name) {
            (ErrorKind::AlreadyExists, Some(_)) => error.hint("give the group another name, or none"),
            _ => error,
        })?;
        let id = required(created.group_id(), "GroupId")?;
        once_visible(|| change_rules(context, id, Direction::Ingress, &[], &inputs.ingress)).await?;
        let initial = [default_egress()];
        once_visible(|| change_rules(context, id, Direction::Egress, &initial, &inputs.egress)).await?;
        Ok(id.to_owned())
    }

    async fn read(context: &Context, id: &str, last: &SecurityGroup<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_security_groups().group_ids(id);
        let described =
            request.send().await.named("ec2:DescribeSecurityGroups").unless_missing(gone::SECURITY_GROUP)?;
        let Some(group) = described.as_ref().and_then(|described| described.security_groups().first()) else {
            return Ok(None);
        };
        let rules = |permissions: &[sdk::IpPermission]| {
            permissions.iter().flat_map(|permission| read_rules(id, permission)).collect()
        };
        let inputs = SecurityGroup::<Resolved> {
            vpc: group.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            // A name never changes: one that was derived stays derived.
            name: last.name.as_ref().map(|name| group.group_name().unwrap_or(name).to_owned()),
            description: group.description().unwrap_or_default().to_owned(),
            ingress: ordered_like(&last.ingress, rules(group.ip_permissions())),
            egress: ordered_like(&last.egress, rules(group.ip_permissions_egress())),
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
        request.send().await.named("ec2:DeleteSecurityGroup").unless_missing(gone::SECURITY_GROUP).map(drop)
    }
}
