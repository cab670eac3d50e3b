//! Providers of EC2 networking: one file for each kind, of the same name as its declaration.

mod default_security_group;
mod elastic_ip;
mod endpoint_change;
mod endpoint_policy;
mod endpoint_reading;
mod gone;
mod internet_gateway;
mod nat_gateway;
mod ownership;
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
