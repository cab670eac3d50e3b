//! EC2 networking: one file for each kind.

mod cidr;
mod default_security_group;
mod elastic_ip;
mod endpoint_service;
mod internet_gateway;
mod nat_gateway;
mod route;
mod route_table;
mod security_group;
mod security_rule;
mod security_text;
mod subnet;
mod vpc;
mod vpc_endpoint;

pub use cidr::{Cidr, CidrError};
pub use default_security_group::{DefaultSecurityGroup, DefaultSecurityGroupOutputs};
pub use elastic_ip::{ElasticIp, ElasticIpOutputs};
#[doc(hidden)]
pub use endpoint_service::endpoint_service_name;
pub use internet_gateway::{InternetGateway, InternetGatewayOutputs};
pub use nat_gateway::{NatGateway, NatGatewayOutputs};
pub use route::{Route, RouteTarget};
pub use route_table::{RouteTable, RouteTableOutputs};
pub use security_group::{SecurityGroup, SecurityGroupOutputs};
pub use security_rule::{Peer, Ports, SecurityRule, Traffic};
pub use subnet::{Subnet, SubnetOutputs};
pub use vpc::{Vpc, VpcOutputs};
pub use vpc_endpoint::{EndpointAccess, VpcEndpoint, VpcEndpointOutputs};
