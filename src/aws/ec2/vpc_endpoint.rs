//! `ec2_vpc_endpoint`: a private way from a VPC to a service of AWS.

use aws_sdk_ec2::types::{Filter, ResourceType, VpcEndpoint as Found, VpcEndpointType};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::endpoint_change::modify;
use super::endpoint_reading::{exists, read_inputs, readiness};
use super::endpoint_service::{full_name, takes_gateway};
use super::order::repeated;
use super::tagging::{owned, ownership_filters, specification, update_tags};
use crate::aws::lists::repeats;
use crate::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, kind_of};
use crate::resource::{
    Charge, Declared, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// A private way from a VPC to a service of AWS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VpcEndpoint<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The service: `s3` or `sagemaker.runtime` of this region, or a full name such as `com.amazonaws.vpce.…`.
    pub service: String,
    /// How traffic gets to it.
    pub access: EndpointAccess,
    /// The route tables that lead to it; only of a gateway.
    #[serde(default = "Vec::new")]
    pub route_tables: Vec<P::Of<RouteTableId>>,
    /// The subnets in which it has an address, one a zone; only of an interface.
    #[serde(default = "Vec::new")]
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups of its addresses; only of an interface.
    #[serde(default = "Vec::new")]
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
    /// Whether the service's usual name leads to the endpoint inside of the VPC; only of an interface.
    #[serde(default)]
    pub private_dns: bool,
    /// The policy document, which may contain references; everything is allowed unless it is given.
    #[serde(default)]
    pub policy: Option<Value>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// How traffic gets to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointAccess {
    /// By routes; free. S3 and DynamoDB have it.
    Gateway,
    /// By addresses in the subnets; billed by the hour and zone, and deleted by a pause.
    Interface,
}

impl VpcEndpoint {
    /// A gateway endpoint: free, and kept by a pause.
    pub fn gateway(
        vpc: impl Into<Input<VpcId>>,
        service: impl Into<String>,
        route_tables: Vec<Input<RouteTableId>>,
    ) -> Self {
        Self {
            vpc: vpc.into(),
            service: service.into(),
            access: EndpointAccess::Gateway,
            route_tables,
            subnets: Vec::new(),
            security_groups: Vec::new(),
            private_dns: false,
            policy: None,
            tags: Tags::new(),
        }
    }

    /// An interface endpoint with private names.
    pub fn interface(
        vpc: impl Into<Input<VpcId>>,
        service: impl Into<String>,
        subnets: Vec<Input<SubnetId>>,
        security_groups: Vec<Input<SecurityGroupId>>,
    ) -> Self {
        Self {
            access: EndpointAccess::Interface,
            subnets,
            security_groups,
            private_dns: true,
            ..Self::gateway(vpc, service, Vec::new())
        }
    }
}

/// The outputs of an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VpcEndpointOutputs<P: Phase> {
    /// The id, `vpce-…`.
    pub vpc_endpoint_id: P::Of<VpcEndpointId>,
    /// The name that leads to an interface endpoint from everywhere in the VPC; empty for a gateway.
    pub dns_name: P::Of<String>,
}

impl Resource for VpcEndpoint {
    const KIND: &'static str = "ec2_vpc_endpoint";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(VpcEndpoint: vpc, service, access);
    const TYPICAL_SECONDS: u32 = 60;
    type Resolved = VpcEndpoint<Resolved>;
    type Outputs<P: Phase> = VpcEndpointOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        let mut problem = |field: &str, message: &str| problems.refuse(field, message.to_owned());
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        if self.service.is_empty() || !self.service.chars().all(is_name) {
            problem("service", "write the name of a service, such as s3 or sagemaker.runtime");
        }
        if repeated(&self.route_tables).is_some() {
            problem("route_tables", "a route table is listed twice");
        }
        if repeated(&self.subnets).is_some() {
            problem("subnets", "a subnet is listed twice");
        }
        if repeated(&self.security_groups).is_some() {
            problem("security_groups", "a security group is listed twice");
        }
        match self.access {
            EndpointAccess::Gateway => {
                if !takes_gateway(&self.service) {
                    problem("access", "only s3 and dynamodb have gateway endpoints; this service needs an interface");
                }
                if !self.subnets.is_empty() {
                    problem("subnets", "a gateway endpoint has route tables, not subnets");
                }
                if !self.security_groups.is_empty() {
                    problem("security_groups", "a gateway endpoint has no security groups");
                }
                if self.private_dns {
                    problem("private_dns", "a gateway endpoint has no private names");
                }
            }
            EndpointAccess::Interface => {
                if !self.route_tables.is_empty() {
                    problem("route_tables", "an interface endpoint has subnets, not route tables");
                }
                if self.subnets.is_empty() {
                    problem("subnets", "an interface endpoint needs at least one subnet");
                }
                if self.security_groups.is_empty() {
                    // AWS would take the VPC's default group, which nobody declared.
                    problem("security_groups", "an interface endpoint needs at least one security group");
                }
            }
        }
        if self.policy.as_ref().is_some_and(|policy| policy.get("Statement").is_none()) {
            problem("policy", "a policy document is an object with a Statement");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let names = |endpoint: &Self| endpoint.private_dns.then(|| (endpoint.vpc.clone(), endpoint.service.clone()));
        let told = |service| format!("another endpoint of this VPC has the private names of {service}");
        repeats(all, names).into_iter().map(|(index, (_, service))| (index, told(service))).collect()
    }

    fn paused(&self) -> OnPause<Self> {
        match self.access {
            EndpointAccess::Gateway => OnPause::Keep,
            EndpointAccess::Interface => OnPause::Delete,
        }
    }

    fn cost(&self) -> Vec<Charge> {
        match self.access {
            EndpointAccess::Gateway => Vec::new(),
            EndpointAccess::Interface => {
                let zones = u32::try_from(self.subnets.len()).unwrap_or(u32::MAX);
                vec![Charge::hourly("ec2.vpc_endpoint.interface", f64::from(zones))]
            }
        }
    }
}

impl Provider for VpcEndpoint {
    async fn find(context: &Context, _inputs: &VpcEndpoint<Resolved>) -> Result<Option<String>, Error> {
        let found = list(context, ownership_filters(context)).await?;
        let own = found.iter().find(|endpoint| exists(endpoint) && owned(context, endpoint.tags()));
        Ok(own.and_then(|endpoint| endpoint.vpc_endpoint_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &VpcEndpoint<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .create_vpc_endpoint()
            .client_token(context.identity.token())
            .vpc_id(inputs.vpc.as_str())
            .service_name(full_name(&inputs.service, context.aws.region()))
            .set_policy_document(inputs.policy.as_ref().map(Value::to_string))
            .tag_specifications(specification(context, ResourceType::VpcEndpoint, &inputs.tags));
        let request = match inputs.access {
            EndpointAccess::Gateway => request
                .vpc_endpoint_type(VpcEndpointType::Gateway)
                .set_route_table_ids(texts(&inputs.route_tables, RouteTableId::as_str)),
            EndpointAccess::Interface => request
                .vpc_endpoint_type(VpcEndpointType::Interface)
                .set_subnet_ids(texts(&inputs.subnets, SubnetId::as_str))
                .set_security_group_ids(texts(&inputs.security_groups, SecurityGroupId::as_str))
                .private_dns_enabled(inputs.private_dns),
        };
        let created = request.send().await.named("ec2:CreateVpcEndpoint")?;
        let id = created.vpc_endpoint().and_then(|endpoint| endpoint.vpc_endpoint_id());
        Ok(id.unwrap_or_default().to_owned())
    }

    async fn read(context: &Context, id: &str, last: &VpcEndpoint<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_vpc_endpoints().vpc_endpoint_ids(id);
        let Some(found) = request.send().await.named("ec2:DescribeVpcEndpoints").optional()? else { return Ok(None) };
        let Some(endpoint) = found.vpc_endpoints().iter().find(|endpoint| exists(endpoint)) else { return Ok(None) };
        let inputs = read_inputs(endpoint, context.aws.region(), last);
        let dns_name = endpoint.dns_entries().first().and_then(|entry| entry.dns_name()).unwrap_or_default().to_owned();
        let outputs = VpcEndpointOutputs::<Resolved> { vpc_endpoint_id: VpcEndpointId::from(id), dns_name };
        Ok(Some(Reading { readiness: readiness(endpoint), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &VpcEndpoint<Resolved>,
        to: &VpcEndpoint<Resolved>,
    ) -> Result<(), Error> {
        modify(context, id, from, to).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &VpcEndpoint<Resolved>) -> Result<(), Error> {
        let request = context.aws.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id);
        let Some(answer) = request.send().await.named("ec2:DeleteVpcEndpoints").optional()? else { return Ok(()) };
        // This call succeeds as a whole and tells failures one by one.
        let Some(refused) = answer.unsuccessful().first().and_then(|item| item.error()) else { return Ok(()) };
        let (code, message) = (refused.code().unwrap_or_default(), refused.message().unwrap_or_default());
        let kind = kind_of(code, message, 400);
        if kind == ErrorKind::NotFound {
            return Ok(());
        }
        let error = Error::new(kind, message);
        Err(Error { call: Some("ec2:DeleteVpcEndpoints".to_owned()), code: Some(code.to_owned()), ..error })
    }
}

async fn list(context: &Context, filters: Vec<Filter>) -> Result<Vec<Found>, Error> {
    let request = context.aws.ec2().describe_vpc_endpoints().set_filters(Some(filters));
    let found: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
    found.named("ec2:DescribeVpcEndpoints")
}

fn texts<T>(ids: &[T], text: impl Fn(&T) -> &str) -> Option<Vec<String>> {
    (!ids.is_empty()).then(|| ids.iter().map(|id| text(id).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway() -> VpcEndpoint {
        VpcEndpoint::gateway("vpc-1", "s3", vec!["rtb-1".into()])
    }

    fn interface() -> VpcEndpoint {
        let subnets = vec!["subnet-1".into(), "subnet-2".into()];
        VpcEndpoint::interface("vpc-1", "sagemaker.runtime", subnets, vec!["sg-1".into()])
    }

    #[test]
    fn a_pause_deletes_what_bills_by_the_hour_only() {
        assert_eq!((gateway().paused(), gateway().cost()), (OnPause::Keep, Vec::new()));
        assert_eq!(interface().paused(), OnPause::Delete);
        assert_eq!(interface().cost(), [Charge::hourly("ec2.vpc_endpoint.interface", 2.0)]);
    }

    #[test]
    fn what_aws_would_refuse_is_found_at_plan_time() {
        let cases = [
            (gateway(), vec![]),
            (interface(), vec![]),
            (VpcEndpoint { service: "sagemaker.api".into(), ..gateway() }, vec!["access"]),
            (VpcEndpoint { service: "sage maker".into(), ..interface() }, vec!["service"]),
            (VpcEndpoint { private_dns: true, ..gateway() }, vec!["private_dns"]),
            (VpcEndpoint { route_tables: vec!["rtb-1".into()], ..interface() }, vec!["route_tables"]),
            (
                VpcEndpoint { subnets: vec![], security_groups: vec![], ..interface() },
                vec!["subnets", "security_groups"],
            ),
            (VpcEndpoint { subnets: vec!["subnet-1".into(), "subnet-1".into()], ..interface() }, vec!["subnets"]),
            (VpcEndpoint { policy: Some(serde_json::json!({})), ..gateway() }, vec!["policy"]),
        ];
        for (endpoint, fields) in cases {
            let mut problems = Problems::new();
            endpoint.validate(&mut problems);
            assert_eq!(problems.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), fields, "{problems:?}");
        }
    }

    #[test]
    fn private_names_lead_to_one_endpoint() {
        assert_eq!(VpcEndpoint::conflicts(&[gateway(), gateway(), interface()]), []);
        assert_eq!(VpcEndpoint::conflicts(&[interface(), interface()])[0].0, 1);
    }
}
