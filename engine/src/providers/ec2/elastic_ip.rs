//! The AWS side of `ec2_elastic_ip`.

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::tagging::{read_tags, tag_specification, update_tags};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::AllocationId;
use ebbtide::aws::ec2::{ElasticIp, ElasticIpOutputs};
use ebbtide::resource::Resolved;

impl Provider for ElasticIp {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:elastic-ip/*",
        reads: "ec2:DescribeAddresses",
        creates: "ec2:AllocateAddress",
        updates: "ec2:CreateTags ec2:DeleteTags",
        deletes: "ec2:ReleaseAddress",
    });

    async fn find(context: &Context, _inputs: &Self) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_addresses().set_filters(Some(ownership_filters(context)));
        // DescribeAddresses has a single page.
        let page = async { request.send().await.map(|described| described.addresses.unwrap_or_default()) };
        find_owned(context, "ec2:DescribeAddresses", page, sdk::Address::allocation_id, sdk::Address::tags).await
    }

    async fn create(context: &Context, inputs: &Self) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .allocate_address()
            .domain(sdk::DomainType::Vpc)
            .tag_specifications(tag_specification(context, sdk::ResourceType::ElasticIp, &inputs.tags));
        let created = request.send().await.named("ec2:AllocateAddress")?;
        required(created.allocation_id, "AllocationId")
    }

    async fn read(context: &Context, id: &str, last: &Self) -> Result<Option<Reading<Self>>, Error> {
        let Some(address) = describe(context, id).await? else { return Ok(None) };
        let inputs = Self { keep_while_paused: last.keep_while_paused, tags: read_tags(address.tags()) };
        let outputs = ElasticIpOutputs::<Resolved> {
            allocation_id: AllocationId::from(id),
            public_ip: required(address.public_ip, "PublicIp")?,
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Self, to: &Self) -> Result<(), Error> {
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Self) -> Result<(), Error> {
        let released = context.aws.ec2().release_address().allocation_id(id).send().await;
        match released.named("ec2:ReleaseAddress").unless_missing(gone::ADDRESS) {
            // AWS also returns this code while one of its services, such as a NAT gateway being deleted, holds the address.
            Err(error) if error.is_code("AuthFailure") => match describe(context, id).await? {
                None => Ok(()),
                Some(address) if address.association_id().is_some() => Err(error.as_kind(ErrorKind::Busy)),
                Some(_) => Err(error),
            },
            released => released.map(drop),
        }
    }
}

async fn describe(context: &Context, id: &str) -> Result<Option<sdk::Address>, Error> {
    let request = context.aws.ec2().describe_addresses().allocation_ids(id);
    let described = request.send().await.named("ec2:DescribeAddresses").unless_missing(gone::ADDRESS)?;
    Ok(described.and_then(|described| described.addresses.unwrap_or_default().into_iter().next()))
}
