//! The AWS side of `ec2_vpc`.

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::tagging::{read_tags, tag_specification, update_tags};
use super::visibility::once_visible;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::VpcId;
use ebbtide::aws::ec2::{Vpc, VpcOutputs};
use ebbtide::resource::{Readiness, Resolved};

impl Provider for Vpc {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:vpc/*",
        reads: "ec2:DescribeVpcs ec2:DescribeVpcAttribute",
        creates: "ec2:CreateVpc ec2:ModifyVpcAttribute",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:ModifyVpcAttribute",
        deletes: "ec2:DeleteVpc",
    });

    async fn find(context: &Context, _inputs: &Self) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_vpcs().set_filters(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send();
        find_owned(context, "ec2:DescribeVpcs", pages.collect(), sdk::Vpc::vpc_id, sdk::Vpc::tags).await
    }

    async fn create(context: &Context, inputs: &Self) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .create_vpc()
            .cidr_block(inputs.cidr.to_string())
            .tag_specifications(tag_specification(context, sdk::ResourceType::Vpc, &inputs.tags));
        let created = request.send().await.named("ec2:CreateVpc")?;
        let id = required(created.vpc().and_then(|vpc| vpc.vpc_id()), "VpcId")?;
        once_visible(|| set_dns(context, id, None, inputs)).await?;
        Ok(id.to_owned())
    }

    async fn read(context: &Context, id: &str, last: &Self) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_vpcs().vpc_ids(id);
        let Some(described) = request.send().await.named("ec2:DescribeVpcs").unless_missing(gone::VPC)? else {
            return Ok(None);
        };
        let Some(vpc) = described.vpcs().first() else { return Ok(None) };
        let (dns_support, dns_hostnames) = read_dns(context, id).await?;
        let inputs = Self {
            cidr: vpc.cidr_block().and_then(|cidr| cidr.parse().ok()).unwrap_or(last.cidr),
            dns_support,
            dns_hostnames,
            tags: read_tags(vpc.tags()),
        };
        let readiness = match vpc.state() {
            Some(sdk::VpcState::Pending) => Readiness::Pending("pending".into()),
            _ => Readiness::Ready,
        };
        let outputs = VpcOutputs::<Resolved> { vpc_id: VpcId::from(id) };
        Ok(Some(Reading { readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Self, to: &Self) -> Result<(), Error> {
        set_dns(context, id, Some(from), to).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Self) -> Result<(), Error> {
        let request = context.aws.ec2().delete_vpc().vpc_id(id);
        request.send().await.named("ec2:DeleteVpc").unless_missing(gone::VPC).map(drop)
    }
}

/// Reads whether DNS support and DNS hostnames are on. AWS returns one attribute per call.
async fn read_dns(context: &Context, id: &str) -> Result<(bool, bool), Error> {
    let attribute = async |name: sdk::VpcAttributeName| {
        let request = context.aws.ec2().describe_vpc_attribute().vpc_id(id).attribute(name);
        request.send().await.named("ec2:DescribeVpcAttribute")
    };
    let (support, hostnames) = tokio::try_join!(
        attribute(sdk::VpcAttributeName::EnableDnsSupport),
        attribute(sdk::VpcAttributeName::EnableDnsHostnames)
    )?;
    let is_on = |value: Option<&sdk::AttributeBooleanValue>| value.and_then(|value| value.value()).unwrap_or(false);
    Ok((is_on(support.enable_dns_support()), is_on(hostnames.enable_dns_hostnames())))
}

/// Sets the DNS attributes that differ from `from`, or both if there is no `from`. AWS takes one attribute per call, and
/// hostnames only once support is on.
async fn set_dns(context: &Context, id: &str, from: Option<&Vpc>, to: &Vpc) -> Result<(), Error> {
    let modify = || context.aws.ec2().modify_vpc_attribute().vpc_id(id);
    let flag = |on: bool| sdk::AttributeBooleanValue::builder().value(on).build();
    if from.is_none_or(|from| from.dns_support != to.dns_support) {
        let request = modify().enable_dns_support(flag(to.dns_support));
        request.send().await.named("ec2:ModifyVpcAttribute")?;
    }
    if from.is_none_or(|from| from.dns_hostnames != to.dns_hostnames) {
        let request = modify().enable_dns_hostnames(flag(to.dns_hostnames));
        request.send().await.named("ec2:ModifyVpcAttribute")?;
    }
    Ok(())
}
