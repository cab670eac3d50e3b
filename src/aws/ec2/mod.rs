//! EC2 networking: one file for each kind.

mod cidr;
mod elastic_ip;
mod endpoint_change;
mod endpoint_reading;
mod endpoint_service;
mod internet_gateway;
mod nat_gateway;
mod order;
mod route;
mod route_table;
mod security_group;
mod security_rule;
mod security_rules;
mod subnet;
mod tagging;
mod visibility;
mod vpc;
mod vpc_endpoint;

pub use cidr::{Cidr, CidrError};
pub use elastic_ip::{ElasticIp, ElasticIpOut};
pub use internet_gateway::{InternetGateway, InternetGatewayOut};
pub use nat_gateway::{NatGateway, NatGatewayOut};
pub use route::{Route, RouteTarget};
pub use route_table::{RouteTable, RouteTableOut};
pub use security_group::{SecurityGroup, SecurityGroupOut};
pub use security_rule::{Peer, Ports, SecurityRule, Traffic};
pub use subnet::{Subnet, SubnetOut};
pub use vpc::{Vpc, VpcOut};
pub use vpc_endpoint::{EndpointAccess, VpcEndpoint, VpcEndpointOut};
