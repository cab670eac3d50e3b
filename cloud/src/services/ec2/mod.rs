//! Amazon EC2: the networking part.
//!
//! One file for each family of resources. Calls make records; everything that follows from them (states, network
//! interfaces, associations of addresses, routes of endpoints) is computed when a call needs it.

mod account;
mod address;
mod cidr;
mod client_token;
mod endpoint;
mod endpoint_change;
mod endpoint_links;
mod endpoint_service;
mod filter;
mod group_text;
mod in_use;
mod instant;
mod internet_gateway;
mod kind;
mod lingering;
mod listing;
mod nat_gateway;
mod network_acl;
mod network_interface;
mod operations;
mod prefix_list;
mod records;
mod route;
mod route_association;
mod route_table;
mod rule;
mod rule_change;
mod security_group;
mod service;
mod service_name;
mod store;
mod subnet;
mod tags;
mod unsupported;
mod uses;
mod vpc;
mod vpc_attribute;
mod zone;

pub use service::Ec2;
pub(crate) use tags::resource_type;
