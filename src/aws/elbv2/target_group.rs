//! `elbv2_target_group`: targets of load balancers, and how their health is checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::names::{derived_name, name_problem};
use super::protocol::{PROTOCOLS, Protocol, ProtocolVersion, VERSIONS};
use super::settings::{check_targets, target_default};
use super::target_health::HealthChecks;
use super::types::TargetType;
use crate::aws::lists::repeat_conflicts;
use crate::aws::{TargetGroupArn, VpcId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_plain_tags,
};

/// A group of targets: addresses, instances, a function, or an Application Load Balancer behind a Network Load Balancer.
///
/// It is free, so a pause keeps it with its targets. One load balancer at a time has it (AWS's quota), so a listener of another load balancer
/// takes it over only once the first listener is gone.
///
/// ```
/// # use ebbtide::aws::ec2::VpcOutputs;
/// # use ebbtide::aws::elbv2::{Target, TargetGroup, TargetType};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, vpc: &VpcOutputs<Declared>) {
/// let web = TargetGroup {
///     health_check_path: Some("/health".into()),
///     ..TargetGroup::http(&vpc.vpc_id, 8080).to(Target::at("10.0.1.20"))
/// };
/// stack.add("web", web.with("deregistration_delay.timeout_seconds", "30"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TargetGroup<P: Phase = Declared> {
    /// The name, up to 32 letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The sort of targets.
    pub target_type: TargetType,
    /// The protocol of the targets. Functions have none.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// The version of HTTP that targets get; HTTP/1.1 unless given.
    #[serde(default)]
    pub protocol_version: Option<ProtocolVersion>,
    /// The port of targets that have none of their own. Functions have none.
    #[serde(default)]
    pub port: Option<u16>,
    /// The VPC of the targets. Functions have none.
    #[serde(default)]
    pub vpc: Option<P::Of<VpcId>>,
    /// The sort of addresses of targets; IPv4 unless given.
    #[serde(default)]
    pub ip_addresses: Option<TargetAddresses>,
    /// Whether the health of targets is checked, which is for functions to choose.
    pub health_check_enabled: bool,
    /// The protocol of health checks: HTTP, HTTPS or TCP. Functions have none.
    #[serde(default)]
    pub health_check_protocol: Option<Protocol>,
    /// The port of health checks, `traffic-port` or a number. Functions have none.
    #[serde(default)]
    pub health_check_port: Option<String>,
    /// The path that health checks of HTTP ask for.
    #[serde(default)]
    pub health_check_path: Option<String>,
    /// The time between health checks, 5 to 300 seconds.
    pub health_check_interval_seconds: u32,
    /// The time within which a target has to reply, 2 to 120 seconds and less than the interval.
    pub health_check_timeout_seconds: u32,
    /// How many good replies in a row make a target healthy, 2 to 10.
    pub healthy_threshold: u32,
    /// How many bad ones make it unhealthy, 2 to 10.
    pub unhealthy_threshold: u32,
    /// The status codes of good replies, `200` or `200-299`.
    #[serde(default)]
    pub success_codes: Option<String>,
    /// The status codes of good replies of gRPC, `12` or `0-99`.
    #[serde(default)]
    pub grpc_success_codes: Option<String>,
    /// The targets. `None`: others register them, such as a controller in a cluster, and `ebb` leaves them alone.
    #[serde(default)]
    pub targets: Option<Vec<Target<P>>>,
    /// Settings under AWS's own keys, `deregistration_delay.timeout_seconds`. Those that are not declared are AWS's to choose.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The sort of addresses of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetAddresses {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// A target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Target<P: Phase = Declared> {
    /// The address, the id of the instance, or the ARN of the function or the load balancer.
    pub id: P::Of<String>,
    /// The port; that of the group unless given.
    #[serde(default)]
    pub port: Option<u16>,
    /// The zone of an address, or `all` for one outside of the VPC.
    #[serde(default)]
    pub zone: Option<String>,
}

impl Target {
    /// Creates a target.
    pub fn at(id: impl Into<<Declared as Phase>::Of<String>>) -> Self {
        Self { id: id.into(), port: None, zone: None }
    }
}

impl TargetGroup {
    fn of(target_type: TargetType, protocol: Protocol, vpc: Input<VpcId>, port: u16) -> Self {
        Self {
            name: None,
            target_type,
            protocol: Some(protocol),
            protocol_version: None,
            port: Some(port),
            vpc: Some(vpc),
            ip_addresses: None,
            health_check_enabled: true,
            health_check_protocol: Some(protocol),
            health_check_port: Some("traffic-port".to_owned()),
            health_check_path: protocol.is_http().then(|| "/".to_owned()),
            health_check_interval_seconds: 30,
            health_check_timeout_seconds: 6,
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            success_codes: protocol.is_http().then(|| "200".to_owned()),
            grpc_success_codes: None,
            targets: None,
            attributes: BTreeMap::new(),
            tags: Tags::new(),
        }
    }

    /// Creates a group of addresses that speak HTTP, for Application Load Balancers.
    pub fn http(vpc: impl Into<Input<VpcId>>, port: u16) -> Self {
        Self::of(TargetType::Ip, Protocol::Http, vpc.into(), port)
    }

    /// Creates a group of addresses that take connections, for Network Load Balancers.
    pub fn tcp(vpc: impl Into<Input<VpcId>>, port: u16) -> Self {
        Self { health_check_timeout_seconds: 10, ..Self::of(TargetType::Ip, Protocol::Tcp, vpc.into(), port) }
    }

    /// Creates a group with a function, for Application Load Balancers. A permission of the function has to let
    /// `elasticloadbalancing.amazonaws.com` call it.
    pub fn function(arn: impl Into<<Declared as Phase>::Of<String>>) -> Self {
        Self {
            protocol: None,
            port: None,
            vpc: None,
            health_check_enabled: false,
            health_check_protocol: None,
            health_check_port: None,
            health_check_interval_seconds: 35,
            health_check_timeout_seconds: 30,
            unhealthy_threshold: 5,
            targets: Some(vec![Target::at(arn)]),
            ..Self::of(TargetType::Lambda, Protocol::Http, Input::Value(VpcId(String::new())), 1)
        }
    }

    /// Adds a target.
    #[must_use]
    pub fn to(mut self, target: Target) -> Self {
        self.targets.get_or_insert_default().push(target);
        self
    }

    /// Declares a setting.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(key.into(), value.into());
        self
    }

    fn health_checks(&self) -> HealthChecks<'_> {
        HealthChecks {
            is_function: self.target_type == TargetType::Lambda,
            is_http: self.protocol.is_some_and(Protocol::is_http),
            is_grpc: self.protocol_version == Some(ProtocolVersion::Grpc),
            enabled: self.health_check_enabled,
            protocol: self.health_check_protocol,
            port: self.health_check_port.as_deref(),
            path: self.health_check_path.as_deref(),
            interval: self.health_check_interval_seconds,
            timeout: self.health_check_timeout_seconds,
            healthy: self.healthy_threshold,
            unhealthy: self.unhealthy_threshold,
            codes: self.success_codes.as_deref(),
            grpc_codes: self.grpc_success_codes.as_deref(),
        }
    }

    /// Reports problems with protocol, port, VPC and targets.
    fn validate_place(&self, problems: &mut Problems) {
        let is_function = self.target_type == TargetType::Lambda;
        for (field, is_given) in
            [("protocol", self.protocol.is_some()), ("port", self.port.is_some()), ("vpc", self.vpc.is_some())]
        {
            match (is_function, is_given) {
                (true, true) => problems.refuse(field, "is not for functions: leave it out"),
                (false, false) => problems.refuse(field, "is missing"),
                _ => {}
            }
        }
        if self.port == Some(0) {
            problems.refuse("port", "is 0; AWS takes 1 to 65535");
        }
        if self.target_type == TargetType::Alb && self.protocol.is_some_and(|protocol| protocol != Protocol::Tcp) {
            problems.refuse("protocol", "is not TCP, which a load balancer as a target has");
        }
        if self.protocol_version.is_some() && !self.protocol.is_some_and(Protocol::is_http) {
            problems.refuse("protocol_version", "is for HTTP and HTTPS: leave it out");
        }
        let most = matches!(self.target_type, TargetType::Lambda | TargetType::Alb).then_some(1);
        let targets = self.targets.as_deref().unwrap_or_default();
        if most.is_some_and(|most| targets.len() > most) {
            problems.refuse("targets", format!("has {} targets; a group of this type has one", targets.len()));
        }
        if is_function && targets.iter().any(|target| target.port.is_some()) {
            problems.refuse("targets", "has a port, which functions do not have");
        }
    }
}

impl<P: Phase> TargetGroup<P> {
    /// Returns the name that the group has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| derived_name(identity))
    }
}

/// The outputs of a target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TargetGroupOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<TargetGroupArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The end of the ARN, `targetgroup/NAME/ID`, by which CloudWatch's metrics name it.
    pub full_name: P::Of<String>,
}

impl Resource for TargetGroup {
    const KIND: &'static str = "elbv2_target_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] =
        fields!(TargetGroup: name, target_type, protocol, protocol_version, port, vpc, ip_addresses);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = TargetGroup<Resolved>;
    type Outputs<P: Phase> = TargetGroupOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills load balancers, and their target groups not")
    }

    fn validate(&self, problems: &mut Problems) {
        let name = self.name.as_deref().and_then(|name| name_problem(name, "target group"));
        name.into_iter().for_each(|problem| problems.refuse("name", problem));
        self.validate_place(problems);
        self.health_checks().check(problems);
        check_targets(self.target_type, self.protocol.is_some_and(Protocol::is_http), &self.attributes, problems);
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.clone(), |name| format!("another target group is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for TargetGroup {
    const TYPE: &'static str = "AWS::ElasticLoadBalancingV2::TargetGroup";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::words("target_type", "TargetType", TYPES),
        Property::words("protocol", "Protocol", PROTOCOLS),
        Property::words("protocol_version", "ProtocolVersion", VERSIONS),
        Property::plain("port", "Port"),
        Property::plain("vpc", "VpcId"),
        Property::words("ip_addresses", "IpAddressType", &[("ipv4", "ipv4"), ("ipv6", "ipv6")]),
        Property::plain("health_check_enabled", "HealthCheckEnabled"),
        Property::words("health_check_protocol", "HealthCheckProtocol", PROTOCOLS),
        Property::plain("health_check_port", "HealthCheckPort"),
        Property::plain("health_check_path", "HealthCheckPath"),
        Property::plain("health_check_interval_seconds", "HealthCheckIntervalSeconds"),
        Property::plain("health_check_timeout_seconds", "HealthCheckTimeoutSeconds"),
        Property::plain("healthy_threshold", "HealthyThresholdCount"),
        Property::plain("unhealthy_threshold", "UnhealthyThresholdCount"),
        Property::plain("success_codes", "Matcher/HttpCode"),
        Property::plain("grpc_success_codes", "Matcher/GrpcCode"),
        Property::list("targets", "Targets", TARGET),
        Property::settings("attributes", "TargetGroupAttributes", target_default),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "TargetGroupArn"), ("name", "TargetGroupName"), ("full_name", "TargetGroupFullName")];

    fn placed(inputs: &TargetGroup<Resolved>, identity: &Identity) -> Placed {
        let properties = Map::from_iter([("Name".to_owned(), json!(inputs.aws_name(identity)))]);
        Placed { identifier: None, properties, has_own_name: false }
    }
}

const TYPES: &[(&str, &str)] = &[("instance", "instance"), ("ip", "ip"), ("lambda", "lambda"), ("alb", "alb")];

const TARGET: &[Property] =
    &[Property::plain("id", "Id"), Property::plain("port", "Port"), Property::plain("zone", "AvailabilityZone")];

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> TargetGroup {
        TargetGroup::http("vpc-1", 80)
    }

    #[test]
    fn the_constructors_make_valid_groups() {
        for group in [group(), TargetGroup::tcp("vpc-1", 443), TargetGroup::function("arn")] {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
    }

    #[test]
    fn invalid_target_groups_are_refused() {
        let function = || TargetGroup::function("arn");
        let tcp = || TargetGroup::tcp("vpc-1", 80);
        let grpc = Some(ProtocolVersion::Grpc);
        let cases = [
            ("name", TargetGroup { name: Some("-web".into()), ..group() }),
            ("protocol", TargetGroup { target_type: TargetType::Alb, ..group() }),
            ("protocol", TargetGroup { protocol: None, ..tcp() }),
            ("protocol_version", TargetGroup { protocol_version: Some(ProtocolVersion::Http2), ..tcp() }),
            ("port", TargetGroup { port: Some(0), ..group() }),
            ("port", TargetGroup { port: Some(80), ..function() }),
            ("vpc", TargetGroup { vpc: None, ..group() }),
            ("health_check_enabled", TargetGroup { health_check_enabled: false, ..group() }),
            ("health_check_protocol", TargetGroup { health_check_protocol: None, ..tcp() }),
            ("health_check_protocol", TargetGroup { health_check_protocol: Some(Protocol::Udp), ..tcp() }),
            ("health_check_port", TargetGroup { health_check_port: Some("0".into()), ..group() }),
            ("health_check_path", TargetGroup { health_check_path: Some("health".into()), ..group() }),
            ("health_check_path", TargetGroup { health_check_path: Some("/".into()), ..tcp() }),
            ("health_check_interval_seconds", TargetGroup { health_check_interval_seconds: 301, ..group() }),
            ("health_check_timeout_seconds", TargetGroup { health_check_timeout_seconds: 30, ..group() }),
            ("healthy_threshold", TargetGroup { healthy_threshold: 1, ..group() }),
            ("unhealthy_threshold", TargetGroup { unhealthy_threshold: 11, ..group() }),
            ("success_codes", TargetGroup { success_codes: Some("2xx".into()), ..group() }),
            ("success_codes", TargetGroup { success_codes: None, ..group() }),
            ("grpc_success_codes", TargetGroup { protocol_version: grpc, success_codes: None, ..group() }),
            ("targets", function().to(Target::at("other"))),
            ("targets", TargetGroup { targets: Some(vec![Target { port: Some(1), ..Target::at("a") }]), ..function() }),
            ("attributes", group().with("deregistration_delay.timeout_seconds", "5000")),
            ("tags", TargetGroup { tags: Tags::from([("team".into(), "a,b".into())]), ..group() }),
        ];
        for (field, group) in cases {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
