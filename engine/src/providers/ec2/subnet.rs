//! The AWS side of `ec2_subnet`.

use std::time::Duration;

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::tagging::{read_tags, tag_specification, update_tags};
use super::visibility::once_visible;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::ec2::{Subnet, SubnetOutputs};
use ebbtide::aws::{SubnetId, VpcId};
use ebbtide::resource::{Readiness, Resolved};

impl Provider for Subnet {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:subnet/*",
        reads: "ec2:DescribeSubnets",
        creates: "ec2:CreateSubnet ec2:ModifySubnetAttribute",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:ModifySubnetAttribute",
        deletes: "ec2:DeleteSubnet",
    });

    /// The network interfaces that SageMaker leaves behind stay for longer than the 15 minutes of others
    /// (aws-cloudformation/cloudformation-coverage-roadmap#1327).
    const DELETABLE_WITHIN: Duration = Duration::from_mins(60);

    async fn find(context: &Context, _inputs: &Subnet<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_subnets().set_filters(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send();
        find_owned(context, "ec2:DescribeSubnets", pages.collect(), sdk::Subnet::subnet_id, sdk::Subnet::tags).await
    }

    async fn create(context: &Context, inputs: &Subnet<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .create_subnet()
            .vpc_id(inputs.vpc.as_str())
            .cidr_block(inputs.cidr.to_string())
            .availability_zone(&inputs.zone)
            .tag_specifications(tag_specification(context, sdk::ResourceType::Subnet, &inputs.tags));
        let created = request.send().await.named("ec2:CreateSubnet")?;
        let id = required(created.subnet().and_then(|subnet| subnet.subnet_id()), "SubnetId")?;
        if inputs.public {
            once_visible(|| set_public(context, id, true)).await?;
        }
        Ok(id.to_owned())
    }

    async fn read(context: &Context, id: &str, last: &Subnet<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_subnets().subnet_ids(id);
        let Some(described) = request.send().await.named("ec2:DescribeSubnets").unless_missing(gone::SUBNET)? else {
            return Ok(None);
        };
        let Some(subnet) = described.subnets().first() else { return Ok(None) };
        let inputs = Subnet::<Resolved> {
            vpc: subnet.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            cidr: subnet.cidr_block().and_then(|cidr| cidr.parse().ok()).unwrap_or(last.cidr),
            zone: subnet.availability_zone().unwrap_or(&last.zone).to_owned(),
            public: subnet.map_public_ip_on_launch().unwrap_or(false),
            tags: read_tags(subnet.tags()),
        };
        let readiness = match subnet.state() {
            Some(sdk::SubnetState::Pending) => Readiness::Pending("pending".into()),
            Some(state @ (sdk::SubnetState::Failed | sdk::SubnetState::FailedInsufficientCapacity)) => {
                Readiness::Failed(state.as_str().to_owned())
            }
            _ => Readiness::Ready,
        };
        let outputs = SubnetOutputs::<Resolved> { subnet_id: SubnetId::from(id) };
        Ok(Some(Reading { readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Subnet<Resolved>, to: &Subnet<Resolved>) -> Result<(), Error> {
        if from.public != to.public {
            set_public(context, id, to.public).await?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Subnet<Resolved>) -> Result<(), Error> {
        let request = context.aws.ec2().delete_subnet().subnet_id(id);
        request.send().await.named("ec2:DeleteSubnet").unless_missing(gone::SUBNET).map(drop)
    }
}

async fn set_public(context: &Context, id: &str, public: bool) -> Result<(), Error> {
    let flag = sdk::AttributeBooleanValue::builder().value(public).build();
    let request = context.aws.ec2().modify_subnet_attribute().subnet_id(id).map_public_ip_on_launch(flag);
    request.send().await.named("ec2:ModifySubnetAttribute").map(drop)
}
