//! The AWS side of `ec2_nat_gateway`.

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::tagging::{read_tags, tag_specification, update_tags};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::ec2::{NatGateway, NatGatewayOutputs};
use ebbtide::aws::{AllocationId, NatGatewayId, SubnetId};
use ebbtide::resource::{Readiness, Resolved};

impl Provider for NatGateway {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:natgateway/*",
        reads: "ec2:DescribeNatGateways",
        creates: "ec2:CreateNatGateway",
        updates: "ec2:CreateTags ec2:DeleteTags",
        deletes: "ec2:DeleteNatGateway",
    });

    async fn find(context: &Context, _inputs: &NatGateway<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_nat_gateways().set_filter(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send().collect();
        find_owned(context, "ec2:DescribeNatGateways", pages, existing_id, sdk::NatGateway::tags).await
    }

    async fn create(context: &Context, inputs: &NatGateway<Resolved>) -> Result<String, Error> {
        let connectivity = match inputs.allocation {
            Some(_) => sdk::ConnectivityType::Public,
            None => sdk::ConnectivityType::Private,
        };
        let request = context
            .aws
            .ec2()
            .create_nat_gateway()
            .client_token(context.identity.token())
            .subnet_id(inputs.subnet.as_str())
            .connectivity_type(connectivity)
            .set_allocation_id(inputs.allocation.as_ref().map(|allocation| allocation.0.clone()))
            .tag_specifications(tag_specification(context, sdk::ResourceType::Natgateway, &inputs.tags));
        let created = request.send().await.named("ec2:CreateNatGateway")?;
        required(created.nat_gateway.and_then(|gateway| gateway.nat_gateway_id), "NatGatewayId")
    }

    async fn read(context: &Context, id: &str, last: &NatGateway<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_nat_gateways().nat_gateway_ids(id);
        let described = request.send().await.named("ec2:DescribeNatGateways").unless_missing(gone::NAT_GATEWAY)?;
        let Some(described) = described else { return Ok(None) };
        // AWS lists a deleted gateway for about an hour.
        let Some(gateway) = described.nat_gateways().iter().find(|gateway| exists(gateway)) else { return Ok(None) };
        let readiness = readiness(gateway);
        let addresses = gateway.nat_gateway_addresses();
        let primary = addresses.iter().find(|address| address.is_primary() == Some(true)).or(addresses.first());
        let allocation = match &readiness {
            // Addresses come and go with the gateway, and are only reliable while it is in service.
            Readiness::Ready => primary.and_then(|address| address.allocation_id()).map(AllocationId::from),
            _ => last.allocation.clone(),
        };
        let inputs = NatGateway::<Resolved> {
            subnet: gateway.subnet_id().map_or_else(|| last.subnet.clone(), SubnetId::from),
            allocation,
            tags: read_tags(gateway.tags()),
        };
        let outputs = NatGatewayOutputs::<Resolved> { nat_gateway_id: NatGatewayId::from(id) };
        Ok(Some(Reading { readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &NatGateway<Resolved>,
        to: &NatGateway<Resolved>,
    ) -> Result<(), Error> {
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &NatGateway<Resolved>) -> Result<(), Error> {
        let request = context.aws.ec2().delete_nat_gateway().nat_gateway_id(id);
        request.send().await.named("ec2:DeleteNatGateway").unless_missing(gone::NAT_GATEWAY).map(drop)
    }
}

fn exists(gateway: &sdk::NatGateway) -> bool {
    gateway.state() != Some(&sdk::NatGatewayState::Deleted)
}

fn existing_id(gateway: &sdk::NatGateway) -> Option<&str> {
    gateway.nat_gateway_id().filter(|_| exists(gateway))
}

fn readiness(gateway: &sdk::NatGateway) -> Readiness {
    match gateway.state() {
        Some(sdk::NatGatewayState::Pending) => Readiness::Pending("pending".into()),
        Some(sdk::NatGatewayState::Deleting) => Readiness::Deleting("deleting".into()),
        Some(sdk::NatGatewayState::Failed) => {
            let code = gateway.failure_code().unwrap_or("failed");
            Readiness::Failed(match gateway.failure_message() {
                Some(message) => format!("{code}: {message}"),
                None => code.to_owned(),
            })
        }
        _ => Readiness::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_gateway_has_the_reason() {
        let failed = sdk::NatGateway::builder()
            .state(sdk::NatGatewayState::Failed)
            .failure_code("Gateway.NotAttached")
            .failure_message("Network vpc-1 has no Internet gateway attached")
            .build();
        let reason = "Gateway.NotAttached: Network vpc-1 has no Internet gateway attached";
        assert_eq!(readiness(&failed), Readiness::Failed(reason.to_owned()));
    }
}
