//! `ec2_vpc`: a virtual private cloud.

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName, VpcState};
use serde::{Deserialize, Serialize};

use super::Cidr;
use super::tagging::{ownership_filters, read_tags, specification, update_tags};
use crate::aws::VpcId;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Persistence, Phase, Problems, Readiness, Resolved, Resource, Tags, fields};

/// A virtual private cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    /// The IPv4 block, /16 to /28.
    pub cidr: Cidr,
    /// Whether instances resolve names through Amazon's DNS; interface endpoints with private names need it.
    pub dns_support: bool,
    /// Whether public addresses get names; interface endpoints with private names need it.
    pub dns_hostnames: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Vpc {
    /// A VPC with DNS on, as interface endpoints need it.
    pub fn new(cidr: Cidr) -> Self {
        Self { cidr, dns_support: true, dns_hostnames: true, tags: Tags::new() }
    }
}

/// The outputs of a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VpcOutputs<P: Phase> {
    /// The id, `vpc-…`.
    pub vpc_id: P::Of<VpcId>,
}

impl Resource for Vpc {
    const KIND: &'static str = "ec2_vpc";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Vpc: cidr);
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = Self;
    type Outputs<P: Phase> = VpcOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if !(16..=28).contains(&self.cidr.prefix()) {
            let message = format!("{} is no block for a VPC: its prefix must be /16 to /28", self.cidr);
            problems.refuse("cidr", message);
        }
    }
}

impl Provider for Vpc {
    async fn find(context: &Context, _inputs: &Self) -> Result<Option<String>, Error> {
        let filters = ownership_filters(context);
        let found =
            context.aws.ec2().describe_vpcs().set_filters(Some(filters)).send().await.named("ec2:DescribeVpcs")?;
        Ok(found.vpcs().first().and_then(|vpc| vpc.vpc_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &Self) -> Result<String, Error> {
        let created = context
            .aws
            .ec2()
            .create_vpc()
            .cidr_block(inputs.cidr.to_string())
            .tag_specifications(specification(context, ResourceType::Vpc, &inputs.tags))
            .send()
            .await
            .named("ec2:CreateVpc")?;
        let id = created.vpc().and_then(|vpc| vpc.vpc_id()).unwrap_or_default().to_owned();
        set_dns(context, &id, None, inputs).await?;
        Ok(id)
    }

    async fn read(context: &Context, id: &str, last: &Self) -> Result<Option<Reading<Self>>, Error> {
        let ec2 = context.aws.ec2();
        let Some(found) = ec2.describe_vpcs().vpc_ids(id).send().await.named("ec2:DescribeVpcs").optional()? else {
            return Ok(None);
        };
        let Some(vpc) = found.vpcs().first() else { return Ok(None) };
        let attribute = async |name: VpcAttributeName| {
            ec2.describe_vpc_attribute().vpc_id(id).attribute(name).send().await.named("ec2:DescribeVpcAttribute")
        };
        let (support, hostnames) = tokio::try_join!(
            attribute(VpcAttributeName::EnableDnsSupport),
            attribute(VpcAttributeName::EnableDnsHostnames)
        )?;
        let is_on = |value: Option<&AttributeBooleanValue>| value.and_then(|value| value.value()).unwrap_or(false);
        let inputs = Self {
            cidr: vpc.cidr_block().and_then(|cidr| cidr.parse().ok()).unwrap_or(last.cidr),
            dns_support: is_on(support.enable_dns_support()),
            dns_hostnames: is_on(hostnames.enable_dns_hostnames()),
            tags: read_tags(vpc.tags()),
        };
        let readiness = match vpc.state() {
            Some(VpcState::Pending) => Readiness::Pending("pending".into()),
            _ => Readiness::Ready,
        };
        let outputs = VpcOutputs::<Resolved> { vpc_id: VpcId(id.to_owned()) };
        Ok(Some(Reading { readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Self, to: &Self) -> Result<(), Error> {
        set_dns(context, id, Some(from), to).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Self) -> Result<(), Error> {
        context.aws.ec2().delete_vpc().vpc_id(id).send().await.named("ec2:DeleteVpc").optional().map(drop)
    }
}

/// AWS takes one attribute a call; names need support to be on first.
async fn set_dns(context: &Context, id: &str, from: Option<&Vpc>, to: &Vpc) -> Result<(), Error> {
    let on = |flag: bool| AttributeBooleanValue::builder().value(flag).build();
    let modify = || context.aws.ec2().modify_vpc_attribute().vpc_id(id);
    if from.is_none_or(|from| from.dns_support != to.dns_support) {
        modify().enable_dns_support(on(to.dns_support)).send().await.named("ec2:ModifyVpcAttribute")?;
    }
    if from.is_none_or(|from| from.dns_hostnames != to.dns_hostnames) {
        modify().enable_dns_hostnames(on(to.dns_hostnames)).send().await.named("ec2:ModifyVpcAttribute")?;
    }
    Ok(())
}
