//! `ec2_elastic_ip`: a public address.

use aws_sdk_ec2::types::{Address as Found, DomainType, ResourceType};
use serde::{Deserialize, Serialize};

use super::tagging::{owned, ownership_filters, read_tags, specification, update_tags};
use crate::aws::AllocationId;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{Charge, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags, validate_tags};

/// A public IPv4 address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ElasticIp {
    /// Whether a pause keeps it, so that the address stays the same (others may have allowed it through); it bills on.
    #[serde(default)]
    pub keep_while_paused: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The outputs of a public address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ElasticIpOutputs<P: Phase> {
    /// The allocation, `eipalloc-…`.
    pub allocation_id: P::Of<AllocationId>,
    /// The address itself, `203.0.113.7`.
    pub public_ip: P::Of<String>,
}

impl Resource for ElasticIp {
    const KIND: &'static str = "ec2_elastic_ip";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = &[];
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = Self;
    type Outputs<P: Phase> = ElasticIpOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        validate_tags(&self.tags, problems);
    }

    fn paused(&self) -> OnPause<Self> {
        if self.keep_while_paused { OnPause::Keep } else { OnPause::Delete }
    }

    fn cost(&self) -> Vec<Charge> {
        vec![Charge::hourly("ec2.public_ipv4", 1.0)]
    }
}

impl Provider for ElasticIp {
    async fn find(context: &Context, _inputs: &Self) -> Result<Option<String>, Error> {
        // DescribeAddresses knows no pages.
        let request = context.aws.ec2().describe_addresses().set_filters(Some(ownership_filters(context)));
        let found = request.send().await.named("ec2:DescribeAddresses")?;
        let own = found.addresses().iter().find(|address| owned(context, address.tags()));
        Ok(own.and_then(|address| address.allocation_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &Self) -> Result<String, Error> {
        let created = context
            .aws
            .ec2()
            .allocate_address()
            .domain(DomainType::Vpc)
            .tag_specifications(specification(context, ResourceType::ElasticIp, &inputs.tags))
            .send()
            .await
            .named("ec2:AllocateAddress")?;
        Ok(created.allocation_id().unwrap_or_default().to_owned())
    }

    async fn read(context: &Context, id: &str, last: &Self) -> Result<Option<Reading<Self>>, Error> {
        let Some(address) = describe(context, id).await? else { return Ok(None) };
        let inputs = Self { keep_while_paused: last.keep_while_paused, tags: read_tags(address.tags()) };
        let outputs = ElasticIpOutputs::<Resolved> {
            allocation_id: AllocationId::from(id),
            public_ip: address.public_ip().unwrap_or_default().to_owned(),
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Self, to: &Self) -> Result<(), Error> {
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Self) -> Result<(), Error> {
        let released = context.aws.ec2().release_address().allocation_id(id).send().await;
        match released.named("ec2:ReleaseAddress").optional() {
            // What AWS says while a service of its own (a NAT gateway that is going) still holds the address.
            Err(error) if error.is_code("AuthFailure") => match describe(context, id).await? {
                None => Ok(()),
                Some(address) if address.association_id().is_some() => Err(error.as_kind(ErrorKind::Busy)),
                Some(_) => Err(error),
            },
            released => released.map(drop),
        }
    }
}

async fn describe(context: &Context, id: &str) -> Result<Option<Found>, Error> {
    let request = context.aws.ec2().describe_addresses().allocation_ids(id);
    let found = request.send().await.named("ec2:DescribeAddresses").optional()?;
    Ok(found.and_then(|found| found.addresses().first().cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_releases_an_address_unless_it_is_to_be_kept() {
        assert_eq!(ElasticIp::default().paused(), OnPause::Delete);
        assert_eq!(ElasticIp { keep_while_paused: true, ..ElasticIp::default() }.paused(), OnPause::Keep);
    }
}
