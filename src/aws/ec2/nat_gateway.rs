//! `ec2_nat_gateway`: the way out for private subnets.

use aws_sdk_ec2::types::{ConnectivityType, NatGateway as Found, NatGatewayState, ResourceType};
use serde::{Deserialize, Serialize};

use super::tagging::{owned, ownership_filters, read_tags, specification, update_tags};
use crate::aws::lists::repeats;
use crate::aws::{AllocationId, NatGatewayId, SubnetId};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{
    Charge, Declared, Input, Persistence, Phase, Problems, Readiness, Replacement, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// The way out for private subnets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct NatGateway<P: Phase = Declared> {
    /// The subnet that it stands in: a public one, unless it has no address.
    pub subnet: P::Of<SubnetId>,
    /// Its public address; without one it only leads to other private networks.
    #[serde(default)]
    pub allocation: Option<P::Of<AllocationId>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl NatGateway {
    /// A gateway to the internet.
    pub fn public(subnet: impl Into<Input<SubnetId>>, allocation: impl Into<Input<AllocationId>>) -> Self {
        Self { subnet: subnet.into(), allocation: Some(allocation.into()), tags: Tags::new() }
    }
}

/// The outputs of a NAT gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct NatGatewayOutputs<P: Phase> {
    /// The id, `nat-…`.
    pub nat_gateway_id: P::Of<NatGatewayId>,
}

impl Resource for NatGateway {
    const KIND: &'static str = "ec2_nat_gateway";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(NatGateway: subnet, allocation);
    // An address belongs to one gateway at a time.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const TYPICAL_SECONDS: u32 = 110;
    type Resolved = NatGateway<Resolved>;
    type Outputs<P: Phase> = NatGatewayOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let shares = repeats(all, |gateway| gateway.allocation.clone());
        let message = "its address belongs to another NAT gateway already; give it its own";
        shares.into_iter().map(|(index, _)| (index, message.to_owned())).collect()
    }

    fn cost(&self) -> Vec<Charge> {
        vec![Charge::hourly("ec2.nat_gateway", 1.0)]
    }
}

impl Provider for NatGateway {
    async fn find(context: &Context, _inputs: &NatGateway<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_nat_gateways().set_filter(Some(ownership_filters(context)));
        let found: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
        let found = found.named("ec2:DescribeNatGateways")?;
        let own = found.iter().find(|gateway| exists(gateway) && owned(context, gateway.tags()));
        Ok(own.and_then(|gateway| gateway.nat_gateway_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &NatGateway<Resolved>) -> Result<String, Error> {
        let connectivity = match inputs.allocation {
            Some(_) => ConnectivityType::Public,
            None => ConnectivityType::Private,
        };
        let created = context
            .aws
            .ec2()
            .create_nat_gateway()
            .client_token(context.identity.token())
            .subnet_id(inputs.subnet.as_str())
            .connectivity_type(connectivity)
            .set_allocation_id(inputs.allocation.as_ref().map(|allocation| allocation.0.clone()))
            .tag_specifications(specification(context, ResourceType::Natgateway, &inputs.tags))
            .send()
            .await
            .named("ec2:CreateNatGateway")?;
        Ok(created.nat_gateway().and_then(|gateway| gateway.nat_gateway_id()).unwrap_or_default().to_owned())
    }

    async fn read(context: &Context, id: &str, last: &NatGateway<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_nat_gateways().nat_gateway_ids(id);
        let Some(found) = request.send().await.named("ec2:DescribeNatGateways").optional()? else { return Ok(None) };
        // A gateway that is gone is still listed for about an hour.
        let Some(gateway) = found.nat_gateways().iter().find(|gateway| exists(gateway)) else { return Ok(None) };
        let readiness = readiness(gateway);
        let addresses = gateway.nat_gateway_addresses();
        let primary = addresses.iter().find(|address| address.is_primary() == Some(true)).or(addresses.first());
        let allocation = match &readiness {
            // Addresses come and go with the gateway: they only tell something while it is in service.
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
        request.send().await.named("ec2:DeleteNatGateway").optional().map(drop)
    }
}

fn exists(gateway: &Found) -> bool {
    gateway.state() != Some(&NatGatewayState::Deleted)
}

fn readiness(gateway: &Found) -> Readiness {
    match gateway.state() {
        Some(NatGatewayState::Pending) => Readiness::Pending("pending".into()),
        Some(NatGatewayState::Deleting) => Readiness::Deleting("deleting".into()),
        Some(NatGatewayState::Failed) => {
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
    fn two_gateways_cannot_share_an_address() {
        let gateway = |allocation: &str| NatGateway::public("subnet-1", AllocationId::from(allocation));
        assert_eq!(NatGateway::conflicts(&[gateway("eipalloc-1"), gateway("eipalloc-2")]), []);
        assert_eq!(NatGateway::conflicts(&[gateway("eipalloc-1"), gateway("eipalloc-1")])[0].0, 1);
    }

    #[test]
    fn a_failed_gateway_says_why() {
        let failed = Found::builder()
            .state(NatGatewayState::Failed)
            .failure_code("Gateway.NotAttached")
            .failure_message("Network vpc-1 has no Internet gateway attached")
            .build();
        let why = "Gateway.NotAttached: Network vpc-1 has no Internet gateway attached";
        assert_eq!(readiness(&failed), Readiness::Failed(why.to_owned()));
    }
}
