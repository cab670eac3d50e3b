//! The AWS side of `ec2_internet_gateway`.

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::tagging::{read_tags, tag_specification, update_tags};
use super::visibility::once_visible;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::ec2::{InternetGateway, InternetGatewayOutputs};
use ebbtide::aws::{InternetGatewayId, VpcId};
use ebbtide::resource::Resolved;

impl Provider for InternetGateway {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:internet-gateway/*",
        reads: "ec2:DescribeInternetGateways",
        creates: "ec2:CreateInternetGateway ec2:AttachInternetGateway",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:AttachInternetGateway ec2:DetachInternetGateway",
        deletes: "ec2:DetachInternetGateway ec2:DeleteInternetGateway",
    });

    async fn find(context: &Context, _inputs: &InternetGateway<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_internet_gateways().set_filters(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send().collect();
        let id = sdk::InternetGateway::internet_gateway_id;
        find_owned(context, "ec2:DescribeInternetGateways", pages, id, sdk::InternetGateway::tags).await
    }

    async fn create(context: &Context, inputs: &InternetGateway<Resolved>) -> Result<String, Error> {
        let request = context.aws.ec2().create_internet_gateway().tag_specifications(tag_specification(
            context,
            sdk::ResourceType::InternetGateway,
            &inputs.tags,
        ));
        let created = request.send().await.named("ec2:CreateInternetGateway")?;
        let gateway = created.internet_gateway();
        let id = required(gateway.and_then(|gateway| gateway.internet_gateway_id()), "InternetGatewayId")?;
        if inputs.attached {
            once_visible(|| attach(context, id, &inputs.vpc)).await?;
        }
        Ok(id.to_owned())
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &InternetGateway<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(gateway) = describe(context, id).await? else { return Ok(None) };
        // A detached gateway still belongs to its VPC: attaching it again is an update, not a replacement.
        let attachment = attached_vpc(&gateway);
        let attached = attachment.is_some();
        let inputs = InternetGateway::<Resolved> {
            vpc: attachment.unwrap_or_else(|| last.vpc.clone()),
            attached,
            tags: read_tags(gateway.tags()),
        };
        let outputs = InternetGatewayOutputs::<Resolved> { internet_gateway_id: InternetGatewayId::from(id) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &InternetGateway<Resolved>,
        to: &InternetGateway<Resolved>,
    ) -> Result<(), Error> {
        match (from.attached, to.attached) {
            (false, true) => attach(context, id, &to.vpc).await?,
            (true, false) => detach(context, id, &from.vpc).await?,
            _ => {}
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &InternetGateway<Resolved>) -> Result<(), Error> {
        let Some(gateway) = describe(context, id).await? else { return Ok(()) };
        if let Some(vpc) = attached_vpc(&gateway) {
            detach(context, id, &vpc).await?;
        }
        let request = context.aws.ec2().delete_internet_gateway().internet_gateway_id(id);
        request.send().await.named("ec2:DeleteInternetGateway").unless_missing(gone::INTERNET_GATEWAY).map(drop)
    }
}

async fn describe(context: &Context, id: &str) -> Result<Option<sdk::InternetGateway>, Error> {
    let request = context.aws.ec2().describe_internet_gateways().internet_gateway_ids(id);
    let described =
        request.send().await.named("ec2:DescribeInternetGateways").unless_missing(gone::INTERNET_GATEWAY)?;
    Ok(described.and_then(|described| described.internet_gateways.unwrap_or_default().into_iter().next()))
}

/// Returns the VPC that a gateway is attached to or is being attached to.
fn attached_vpc(gateway: &sdk::InternetGateway) -> Option<VpcId> {
    let mut attachments = gateway.attachments().iter();
    let current = attachments.find(|attachment| attachment.state() != Some(&sdk::AttachmentStatus::Detached));
    current.and_then(|attachment| attachment.vpc_id()).map(VpcId::from)
}

async fn attach(context: &Context, id: &str, vpc: &VpcId) -> Result<(), Error> {
    let request = context.aws.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc.as_str());
    match request.send().await.named("ec2:AttachInternetGateway") {
        // AWS also returns this code if an earlier call attached the gateway and its response was lost.
        Err(error) if error.is_code("Resource.AlreadyAssociated") => match describe(context, id).await? {
            Some(gateway) if attached_vpc(&gateway).as_ref() == Some(vpc) => Ok(()),
            _ => Err(error.hint(format!("{vpc} has another internet gateway: detach that one first"))),
        },
        result => result.map(drop),
    }
}

async fn detach(context: &Context, id: &str, vpc: &VpcId) -> Result<(), Error> {
    let request = context.aws.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc.as_str());
    request.send().await.named("ec2:DetachInternetGateway").unless_missing(gone::ATTACHMENT).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detached_gateway_has_no_vpc() {
        let gateway = |state: sdk::AttachmentStatus| {
            let attachment = sdk::InternetGatewayAttachment::builder().vpc_id("vpc-1").state(state).build();
            sdk::InternetGateway::builder().attachments(attachment).build()
        };
        assert_eq!(attached_vpc(&gateway(sdk::AttachmentStatus::Detached)), None);
        assert_eq!(attached_vpc(&gateway(sdk::AttachmentStatus::Attaching)), Some(VpcId::from("vpc-1")));
    }
}
