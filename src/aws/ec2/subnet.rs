//! `ec2_subnet`: a part of a VPC in one zone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, SubnetState};
use serde::{Deserialize, Serialize};

use super::Cidr;
use super::tagging::{owned, ownership_filters, read_tags, specification, update_tags};
use super::visibility::once_visible;
use crate::aws::{SubnetId, VpcId};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{
    Declared, Input, Persistence, Phase, Problems, Readiness, Replacement, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// A part of a VPC in one zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Subnet<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The IPv4 block, /16 to /28, inside the VPC's.
    pub cidr: Cidr,
    /// The availability zone, e.g. `eu-west-1a`.
    pub zone: String,
    /// Whether what is launched here gets a public address.
    #[serde(default)]
    pub public: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Subnet {
    /// A private subnet.
    pub fn private(vpc: impl Into<Input<VpcId>>, cidr: Cidr, zone: impl Into<String>) -> Self {
        Self { vpc: vpc.into(), cidr, zone: zone.into(), public: false, tags: Tags::new() }
    }

    /// A subnet in which everything gets a public address.
    pub fn public(vpc: impl Into<Input<VpcId>>, cidr: Cidr, zone: impl Into<String>) -> Self {
        Self { public: true, ..Self::private(vpc, cidr, zone) }
    }
}

/// The outputs of a subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SubnetOutputs<P: Phase> {
    /// The id, `subnet-…`.
    pub subnet_id: P::Of<SubnetId>,
}

impl Resource for Subnet {
    const KIND: &'static str = "ec2_subnet";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Subnet: vpc, cidr, zone);
    const IDEMPOTENT_CREATE: bool = false;
    // A block can be in use only once in a VPC.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = Subnet<Resolved>;
    type Outputs<P: Phase> = SubnetOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if !(16..=28).contains(&self.cidr.prefix()) {
            let message = format!("{} is no block for a subnet: its prefix must be /16 to /28", self.cidr);
            problems.refuse("cidr", message);
        }
        let is_zone = self.zone.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && self.zone.ends_with(|c: char| c.is_ascii_lowercase());
        if !is_zone {
            let message = format!("`{}` is not the name of a zone: write one such as eu-west-1a", self.zone);
            problems.refuse("zone", message);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let mut blocks: BTreeMap<String, BTreeSet<Cidr>> = BTreeMap::new();
        let mut found = Vec::new();
        for (index, subnet) in all.iter().enumerate() {
            let vpc = serde_json::to_string(&subnet.vpc).unwrap_or_default();
            let earlier = blocks.entry(vpc).or_default();
            if let Some(other) = subnet.cidr.overlapping(earlier) {
                let message = format!("{} overlaps {other}, another subnet of the same VPC", subnet.cidr);
                found.push((index, message));
            }
            earlier.insert(subnet.cidr);
        }
        found
    }
}

impl Provider for Subnet {
    async fn find(context: &Context, _inputs: &Subnet<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_subnets().set_filters(Some(ownership_filters(context)));
        let found: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
        let found = found.named("ec2:DescribeSubnets")?;
        let own = found.iter().find(|subnet| owned(context, subnet.tags()));
        Ok(own.and_then(|subnet| subnet.subnet_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &Subnet<Resolved>) -> Result<String, Error> {
        let created = context
            .aws
            .ec2()
            .create_subnet()
            .vpc_id(inputs.vpc.as_str())
            .cidr_block(inputs.cidr.to_string())
            .availability_zone(&inputs.zone)
            .tag_specifications(specification(context, ResourceType::Subnet, &inputs.tags))
            .send()
            .await
            .named("ec2:CreateSubnet")?;
        let id = created.subnet().and_then(|subnet| subnet.subnet_id()).unwrap_or_default().to_owned();
        if inputs.public {
            once_visible(|| set_public(context, &id, true)).await?;
        }
        Ok(id)
    }

    async fn read(context: &Context, id: &str, last: &Subnet<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_subnets().subnet_ids(id);
        let Some(found) = request.send().await.named("ec2:DescribeSubnets").optional()? else { return Ok(None) };
        let Some(subnet) = found.subnets().first() else { return Ok(None) };
        let inputs = Subnet::<Resolved> {
            vpc: subnet.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            cidr: subnet.cidr_block().and_then(|cidr| cidr.parse().ok()).unwrap_or(last.cidr),
            zone: subnet.availability_zone().unwrap_or(&last.zone).to_owned(),
            public: subnet.map_public_ip_on_launch().unwrap_or(false),
            tags: read_tags(subnet.tags()),
        };
        let readiness = match subnet.state() {
            Some(SubnetState::Pending) => Readiness::Pending("pending".into()),
            Some(state @ (SubnetState::Failed | SubnetState::FailedInsufficientCapacity)) => {
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
        context.aws.ec2().delete_subnet().subnet_id(id).send().await.named("ec2:DeleteSubnet").optional().map(drop)
    }
}

async fn set_public(context: &Context, id: &str, public: bool) -> Result<(), Error> {
    context
        .aws
        .ec2()
        .modify_subnet_attribute()
        .subnet_id(id)
        .map_public_ip_on_launch(AttributeBooleanValue::builder().value(public).build())
        .send()
        .await
        .named("ec2:ModifySubnetAttribute")
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(vpc: &str, cidr: &str, zone: &str) -> Subnet {
        Subnet::private(VpcId::from(vpc), cidr.parse().unwrap(), zone)
    }

    #[test]
    fn overlapping_blocks_of_one_vpc_are_reported_at_the_later_one() {
        let all = [
            subnet("vpc-1", "10.0.0.0/20", "eu-west-1a"),
            subnet("vpc-2", "10.0.0.0/20", "eu-west-1a"),
            subnet("vpc-1", "10.0.8.0/24", "eu-west-1b"),
        ];
        let conflicts = Subnet::conflicts(&all);
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].0, 2);
        assert!(conflicts[0].1.contains("10.0.8.0/24 overlaps 10.0.0.0/20"), "{}", conflicts[0].1);
    }

    #[test]
    fn what_aws_would_refuse_is_found_at_plan_time() {
        for (cidr, zone, field) in
            [("10.0.0.0/29", "eu-west-1a", "cidr"), ("10.0.0.0/24", "eu-west-1", "zone"), ("10.0.0.0/24", "", "zone")]
        {
            let mut problems = Problems::new();
            subnet("vpc-1", cidr, zone).validate(&mut problems);
            assert_eq!(problems.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), [field], "{cidr} {zone}");
        }
        let mut problems = Problems::new();
        subnet("vpc-1", "10.0.0.0/24", "us-west-2-lax-1a").validate(&mut problems);
        assert_eq!(problems, []);
    }
}
