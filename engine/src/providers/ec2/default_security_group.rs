//! The AWS side of `ec2_default_security_group`. AWS makes the group with its VPC and deletes it with it: the ownership tags alone
//! tell whether the stack has it.

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::security_rule::read_rules;
use super::security_rules::{Direction, change_rules};
use super::tagging::{read_tags, tag_map, update_tags};
use super::visibility::once_visible;
use crate::providers::lists::ordered_like;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::ec2::{DefaultSecurityGroup, DefaultSecurityGroupOutputs, SecurityRule};
use ebbtide::aws::{SecurityGroupId, VpcId};
use ebbtide::resource::{LINEAGE_TAG, Resolved, Tags};

impl Provider for DefaultSecurityGroup {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:security-group/*",
        reads: "ec2:DescribeSecurityGroups",
        creates: "ec2:CreateTags(default) ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress \
            ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress \
            ec2:UpdateSecurityGroupRuleDescriptionsIngress ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress \
            ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress \
            ec2:UpdateSecurityGroupRuleDescriptionsIngress ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        deletes: "ec2:DeleteTags",
    });

    async fn find(context: &Context, _inputs: &DefaultSecurityGroup<Resolved>) -> Result<Option<String>, Error> {
        let mut filters = ownership_filters(context);
        filters.push(named_default());
        let request = context.aws.ec2().describe_security_groups().set_filters(Some(filters));
        let pages = request.into_paginator().items().send().collect();
        let id = sdk::SecurityGroup::group_id;
        find_owned(context, "ec2:DescribeSecurityGroups", pages, id, sdk::SecurityGroup::tags).await
    }

    async fn create(context: &Context, inputs: &DefaultSecurityGroup<Resolved>) -> Result<String, Error> {
        let group = once_visible(|| default_of(context, &inputs.vpc)).await?;
        let id = required(group.group_id(), "GroupId")?;
        let tags = tag_map(group.tags());
        if tags.contains_key(LINEAGE_TAG) && !context.identity.owns_any_generation(&tags) {
            let message = format!("the default security group {id} of {} belongs to another stack", inputs.vpc);
            let hint = "remove the resource from one of the stacks, or the group's tags `ebb:…` if that stack is gone";
            return Err(Error::new(ErrorKind::AlreadyExists, message).hint(hint));
        }
        let own = context.tags(&inputs.tags);
        once_visible(|| update_tags(context, id, &tags, &own)).await?;
        let (ingress, egress) = rules(id, &group);
        change_rules(context, id, Direction::Ingress, &ingress, &inputs.ingress).await?;
        change_rules(context, id, Direction::Egress, &egress, &inputs.egress).await?;
        Ok(id.to_owned())
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &DefaultSecurityGroup<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_security_groups().group_ids(id);
        let described =
            request.send().await.named("ec2:DescribeSecurityGroups").unless_missing(gone::SECURITY_GROUP)?;
        let group = described.as_ref().and_then(|described| described.security_groups().first());
        let Some(group) = group.filter(|group| tag_map(group.tags()).contains_key(LINEAGE_TAG)) else {
            return Ok(None);
        };
        let (ingress, egress) = rules(id, group);
        let inputs = DefaultSecurityGroup::<Resolved> {
            vpc: group.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            ingress: ordered_like(&last.ingress, ingress),
            egress: ordered_like(&last.egress, egress),
            tags: read_tags(group.tags()),
        };
        let outputs = DefaultSecurityGroupOutputs::<Resolved> { security_group_id: SecurityGroupId::from(id) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &DefaultSecurityGroup<Resolved>,
        to: &DefaultSecurityGroup<Resolved>,
    ) -> Result<(), Error> {
        change_rules(context, id, Direction::Ingress, &from.ingress, &to.ingress).await?;
        change_rules(context, id, Direction::Egress, &from.egress, &to.egress).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, last: &DefaultSecurityGroup<Resolved>) -> Result<(), Error> {
        let removed = update_tags(context, id, &context.tags(&last.tags), &Tags::new()).await.map(Some);
        removed.unless_missing(gone::SECURITY_GROUP_IN_TAGS).map(drop)
    }
}

/// Returns the default group of a VPC. That of a new VPC may not be visible yet.
async fn default_of(context: &Context, vpc: &VpcId) -> Result<sdk::SecurityGroup, Error> {
    let in_vpc = sdk::Filter::builder().name("vpc-id").values(vpc.as_str()).build();
    let request = context.aws.ec2().describe_security_groups().filters(in_vpc).filters(named_default());
    let described = request.send().await.named("ec2:DescribeSecurityGroups")?;
    let group = described.security_groups.unwrap_or_default().into_iter().next();
    group.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("{vpc} has no default security group")))
}

fn named_default() -> sdk::Filter {
    sdk::Filter::builder().name("group-name").values("default").build()
}

/// Returns the rules of a group for traffic that comes in, and for traffic that goes out.
fn rules(id: &str, group: &sdk::SecurityGroup) -> (Vec<SecurityRule<Resolved>>, Vec<SecurityRule<Resolved>>) {
    let rules = |permissions: &[sdk::IpPermission]| {
        permissions.iter().flat_map(|permission| read_rules(id, permission)).collect()
    };
    (rules(group.ip_permissions()), rules(group.ip_permissions_egress()))
}
