//! `ec2_vpc_endpoint`: a private connection from a VPC to a service of AWS.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::endpoint_service::endpoint_service_name;
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource, Since, Tags,
    fields, validate_tags,
};

/// The number of characters that the policy of an endpoint may have.
const MAX_POLICY: usize = 20_480;

/// A private connection from a VPC to a service of AWS.
///
/// ```
/// # use ebbtide::aws::ec2::{RouteTableOutputs, VpcEndpoint, VpcOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, vpc: &VpcOutputs<Declared>, table: &RouteTableOutputs<Declared>) {
/// let endpoint = stack.add("s3", VpcEndpoint::gateway(&vpc.vpc_id, "s3", vec![table.route_table_id.clone()]));
/// stack.output("S3_ENDPOINT_ID", &endpoint.vpc_endpoint_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VpcEndpoint<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// The service: `s3` or `sagemaker.runtime` of this region, or a full name such as `com.amazonaws.vpce.…`.
    pub service: String,
    /// The way that traffic gets to the endpoint.
    pub access: EndpointAccess,
    /// The route tables that lead to the endpoint; only for a gateway.
    #[serde(default = "Vec::new")]
    pub route_tables: Vec<P::Of<RouteTableId>>,
    /// The subnets in which the endpoint has an address, one for each zone; only for an interface.
    #[serde(default = "Vec::new")]
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups of the addresses; only for an interface.
    #[serde(default = "Vec::new")]
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
    /// Whether the service's usual name leads to the endpoint inside the VPC; only for an interface.
    #[serde(default)]
    pub private_dns: bool,
    /// The policy document, which may contain references. Without one, everything is allowed.
    #[serde(default)]
    pub policy: Option<Value>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The way that traffic gets to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointAccess {
    /// By routes. Free, and only offered by S3 and DynamoDB.
    Gateway,
    /// By addresses in the subnets. Billed by the hour and zone, and deleted by a pause.
    Interface,
}

impl VpcEndpoint {
    /// Creates a gateway endpoint, which is free and kept by a pause.
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

    /// Creates an interface endpoint with private names.
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

impl<P: Phase> VpcEndpoint<P> {
    /// Returns the full name of the service in a region.
    #[doc(hidden)]
    pub fn full_service_name(&self, region: &str) -> String {
        endpoint_service_name(&self.service, region, self.access == EndpointAccess::Interface)
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
    /// The prefix list of a gateway's service, `pl-…`: the peer of security rules for traffic to the service. Empty for an
    /// interface.
    pub prefix_list_id: P::Of<String>,
}

impl Resource for VpcEndpoint {
    const KIND: &'static str = "ec2_vpc_endpoint";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(VpcEndpoint: vpc, service, access);
    const TYPICAL_SECONDS: u32 = 60;
    type Resolved = VpcEndpoint<Resolved>;
    type Outputs<P: Phase> = VpcEndpointOutputs<P>;

    /// "You will be billed for each hour that your VPC endpoint remains provisioned in each Availability Zone", "such hourly billing
    /// […] will stop when you delete it", and "each partial VPC endpoint-hour consumed is billed as a full hour" (AWS PrivateLink
    /// pricing).
    fn billing(&self) -> Billing {
        match self.access {
            EndpointAccess::Gateway => Billing::free("AWS bills no gateway endpoint"),
            EndpointAccess::Interface => {
                let zones = u32::try_from(self.subnets.len()).unwrap_or(u32::MAX);
                Billing::Charges(vec![
                    Charge::by_begun_hour("vpc.endpoint.interface.hour", f64::from(zones), Since::Accepted),
                    Charge::by_use("vpc.endpoint.interface.data", "processed_gb"),
                ])
            }
        }
    }

    fn validate(&self, problems: &mut Problems) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        if self.service.is_empty() || !self.service.chars().all(is_name) {
            problems.refuse("service", "write the name of a service, such as s3 or sagemaker.runtime");
        }
        if has_repeats(&self.route_tables) {
            problems.refuse("route_tables", "a route table is listed twice");
        }
        if has_repeats(&self.subnets) {
            problems.refuse("subnets", "a subnet is listed twice");
        }
        if has_repeats(&self.security_groups) {
            problems.refuse("security_groups", "a security group is listed twice");
        }
        match self.access {
            EndpointAccess::Gateway => validate_gateway(self, problems),
            EndpointAccess::Interface => validate_interface(self, problems),
        }
        if let Some(message) = self.policy.as_ref().and_then(policy_problem) {
            problems.refuse("policy", message);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message = |service| format!("another endpoint of this VPC has the private names of {service}");
        repeat_conflicts(
            all,
            |endpoint| endpoint.private_dns.then_some((&endpoint.vpc, &endpoint.service)),
            |(_, service)| message(service),
        )
    }

    fn paused(&self) -> OnPause<Self> {
        match self.access {
            EndpointAccess::Gateway => OnPause::Keep,
            EndpointAccess::Interface => OnPause::Delete,
        }
    }
}

/// Returns what is wrong with a policy. Source: "Control access to VPC endpoints using endpoint policies" in AWS's guide to
/// PrivateLink.
fn policy_problem(policy: &Value) -> Option<String> {
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => return Some("a policy document is an object with a Statement".to_owned()),
    };
    let names_principal =
        |statement: &Value| ["Principal", "NotPrincipal"].iter().any(|key| statement.get(key).is_some());
    if !statements.iter().all(names_principal) {
        return Some("each statement of an endpoint's policy has a Principal, such as \"*\"".to_owned());
    }
    let length = policy.to_string().chars().count();
    (length > MAX_POLICY).then(|| format!("the policy has {length} characters, and AWS takes {MAX_POLICY}"))
}

fn validate_gateway(endpoint: &VpcEndpoint, problems: &mut Problems) {
    if !has_gateways(&endpoint.service) {
        let message = "only s3 and dynamodb have gateway endpoints; this service needs an interface";
        problems.refuse("access", message);
    }
    if !endpoint.subnets.is_empty() {
        problems.refuse("subnets", "a gateway endpoint has route tables, not subnets");
    }
    if !endpoint.security_groups.is_empty() {
        problems.refuse("security_groups", "a gateway endpoint has no security groups");
    }
    if endpoint.private_dns {
        problems.refuse("private_dns", "a gateway endpoint has no private names");
    }
}

fn validate_interface(endpoint: &VpcEndpoint, problems: &mut Problems) {
    if !endpoint.route_tables.is_empty() {
        problems.refuse("route_tables", "an interface endpoint has subnets, not route tables");
    }
    if endpoint.subnets.is_empty() {
        problems.refuse("subnets", "an interface endpoint needs at least one subnet");
    }
    if endpoint.security_groups.is_empty() {
        // AWS would use the VPC's default group, which is not declared.
        problems.refuse("security_groups", "an interface endpoint needs at least one security group");
    }
}

/// Returns whether a service has gateway endpoints.
fn has_gateways(service: &str) -> bool {
    matches!(service.rsplit('.').next(), Some("s3" | "dynamodb"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gateway() -> VpcEndpoint {
        VpcEndpoint::gateway("vpc-1", "s3", vec!["rtb-1".into()])
    }

    fn interface() -> VpcEndpoint {
        let subnets = vec!["subnet-1".into(), "subnet-2".into()];
        VpcEndpoint::interface("vpc-1", "sagemaker.runtime", subnets, vec!["sg-1".into()])
    }

    #[test]
    fn a_pause_deletes_interface_endpoints_only() {
        assert_eq!(gateway().paused(), OnPause::Keep);
        assert!(matches!(gateway().billing(), Billing::Free { .. }));
        assert_eq!(interface().paused(), OnPause::Delete);
        let Billing::Charges(charges) = interface().billing() else { panic!("it is billed") };
        assert_eq!(charges[0], Charge::by_begun_hour("vpc.endpoint.interface.hour", 2.0, Since::Accepted));
    }

    #[test]
    fn invalid_vpc_endpoints_are_refused() {
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
            (VpcEndpoint { policy: Some(json!({})), ..gateway() }, vec!["policy"]),
            (VpcEndpoint { policy: Some(json!({"Statement": {"Effect": "Allow"}})), ..gateway() }, vec!["policy"]),
            (
                VpcEndpoint { policy: Some(json!({"Statement": [], "Id": "x".repeat(20_480)})), ..gateway() },
                vec!["policy"],
            ),
            (VpcEndpoint { policy: Some(json!({"Statement": {"Principal": "*"}})), ..gateway() }, vec![]),
        ];
        for (endpoint, fields) in cases {
            let mut problems = Problems::new();
            endpoint.validate(&mut problems);
            assert_eq!(problems.fields(), fields, "{problems:?}");
        }
    }

    #[test]
    fn private_names_lead_to_one_endpoint() {
        assert_eq!(VpcEndpoint::conflicts(&[gateway(), gateway(), interface()]), []);
        assert_eq!(VpcEndpoint::conflicts(&[interface(), interface()])[0].index, 1);
    }

    #[test]
    fn only_two_services_have_gateways() {
        assert!(has_gateways("com.amazonaws.eu-west-1.s3") && has_gateways("dynamodb"));
        assert!(!has_gateways("sagemaker.api"));
    }
}
