//! `ec2_internet_gateway`: a VPC's way to the internet, with its attachment.

use aws_sdk_ec2::types::{AttachmentStatus, InternetGateway as Found, ResourceType};
use serde::{Deserialize, Serialize};

use super::tagging::{owned, ownership_filters, read_tags, specification, update_tags};
use super::visibility::once_visible;
use crate::aws::lists::repeats;
use crate::aws::{InternetGatewayId, VpcId};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags};

/// A VPC's way to the internet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InternetGateway<P: Phase = Declared> {
    /// The VPC that it belongs to; a VPC has at most one.
    pub vpc: P::Of<VpcId>,
    /// Whether it is attached to its VPC; `false` cuts the VPC off.
    #[serde(default = "attached")]
    pub attached: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn attached() -> bool {
    true
}

impl InternetGateway {
    /// A gateway attached to a VPC.
    pub fn new(vpc: impl Into<Input<VpcId>>) -> Self {
        Self { vpc: vpc.into(), attached: true, tags: Tags::new() }
    }
}

/// The outputs of an internet gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InternetGatewayOutputs<P: Phase> {
    /// The id, `igw-…`.
    pub internet_gateway_id: P::Of<InternetGatewayId>,
}

impl Resource for InternetGateway {
    const KIND: &'static str = "ec2_internet_gateway";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(InternetGateway: vpc);
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = InternetGateway<Resolved>;
    type Outputs<P: Phase> = InternetGatewayOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let second = repeats(all, |gateway| gateway.attached.then(|| gateway.vpc.clone()));
        let message = "its VPC has another internet gateway already; a VPC takes one";
        second.into_iter().map(|(index, _)| (index, message.to_owned())).collect()
    }
}

impl Provider for InternetGateway {
    async fn find(context: &Context, _inputs: &InternetGateway<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_internet_gateways().set_filters(Some(ownership_filters(context)));
        let found: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
        let found = found.named("ec2:DescribeInternetGateways")?;
        let own = found.iter().find(|gateway| owned(context, gateway.tags()));
        Ok(own.and_then(|gateway| gateway.internet_gateway_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &InternetGateway<Resolved>) -> Result<String, Error> {
        let created = context
            .aws
            .ec2()
            .create_internet_gateway()
            .tag_specifications(specification(context, ResourceType::InternetGateway, &inputs.tags))
            .send()
            .await
            .named("ec2:CreateInternetGateway")?;
        let gateway = created.internet_gateway();
        let id = gateway.and_then(|gateway| gateway.internet_gateway_id()).unwrap_or_default().to_owned();
        if inputs.attached {
            once_visible(|| attach(context, &id, &inputs.vpc)).await?;
        }
        Ok(id)
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &InternetGateway<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(gateway) = describe(context, id).await? else { return Ok(None) };
        // While it is attached nowhere, it still belongs to its VPC: attaching it again is an update, not a replacement.
        let attachment = attachment(&gateway);
        let inputs = InternetGateway::<Resolved> {
            vpc: attachment.clone().unwrap_or_else(|| last.vpc.clone()),
            attached: attachment.is_some(),
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
        if let Some(vpc) = attachment(&gateway) {
            detach(context, id, &vpc).await?;
        }
        let request = context.aws.ec2().delete_internet_gateway().internet_gateway_id(id);
        request.send().await.named("ec2:DeleteInternetGateway").optional().map(drop)
    }
}

async fn describe(context: &Context, id: &str) -> Result<Option<Found>, Error> {
    let request = context.aws.ec2().describe_internet_gateways().internet_gateway_ids(id);
    let found = request.send().await.named("ec2:DescribeInternetGateways").optional()?;
    Ok(found.and_then(|found| found.internet_gateways().first().cloned()))
}

/// The VPC that a gateway is attached to, or on the way to be.
fn attachment(gateway: &Found) -> Option<VpcId> {
    let here = gateway.attachments().iter().find(|attachment| attachment.state() != Some(&AttachmentStatus::Detached));
    here.and_then(|attachment| attachment.vpc_id()).map(VpcId::from)
}

async fn attach(context: &Context, id: &str, vpc: &VpcId) -> Result<(), Error> {
    let request = context.aws.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc.as_str());
    match request.send().await.named("ec2:AttachInternetGateway") {
        // Said as well when an earlier call has attached it and its answer was lost.
        Err(error) if error.is_code("Resource.AlreadyAssociated") => match describe(context, id).await? {
            Some(gateway) if attachment(&gateway).as_ref() == Some(vpc) => Ok(()),
            _ => Err(error.hint(format!("{vpc} has another internet gateway: detach that one first"))),
        },
        answer => answer.map(drop),
    }
}

async fn detach(context: &Context, id: &str, vpc: &VpcId) -> Result<(), Error> {
    let request = context.aws.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc.as_str());
    request.send().await.named("ec2:DetachInternetGateway").optional().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vpc_takes_one_attached_gateway() {
        let gateway = || InternetGateway::new(VpcId::from("vpc-1"));
        let spare = InternetGateway { attached: false, ..gateway() };
        assert_eq!(InternetGateway::conflicts(&[spare, gateway()]), []);
        assert_eq!(InternetGateway::conflicts(&[gateway(), gateway()])[0].0, 1);
    }
}
