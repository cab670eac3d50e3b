//! Amazon EC2: the networking part.
//!
//! One file for each family of things. Records are what calls made; all that follows from them (states, network
//! interfaces, associations of addresses, routes of endpoints) is worked out when somebody asks.

mod account;
mod address;
mod cidr;
mod client_token;
mod endpoint;
mod endpoint_change;
mod endpoint_links;
mod endpoint_service;
mod filter;
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
mod route;
mod route_association;
mod route_table;
mod rule;
mod rule_change;
mod security_group;
mod store;
mod subnet;
mod tags;
mod unsupported;
mod vpc;
mod vpc_attribute;
mod zone;

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::World;
use crate::service::{Fault, Service};
use crate::wire::query::{Parameters, answer_ec2};

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ec2;

impl Service for Ec2 {
    fn name(&self) -> &'static str {
        "ec2"
    }

    fn call(&self, request: &MockRequest, world: &mut World<'_>) -> MockResponse {
        let parameters = Parameters::of(request);
        let before = world.own.clone();
        let result = run(&parameters, world);
        if result.is_err() {
            // A refused call leaves no trace, also when it was refused half-way (a dry run is refused at its end).
            *world.own = before;
        }
        answer_ec2(parameters.operation(), result)
    }
}

fn run(parameters: &Parameters, world: &mut World<'_>) -> Result<Value, Fault> {
    let operation = parameters.operation();
    let handler = operations::handler(operation).ok_or_else(|| {
        Fault::new("InvalidAction", format!("The action {operation} is not valid for this web service."))
    })?;
    unsupported::check(parameters)?;
    nat_gateway::forget_ended(world)?;
    endpoint::forget_gone(world)?;
    lingering::forget_gone(world);
    let answer = handler(parameters, world)?;
    if parameters.get("DryRun") == Some("true") {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(Fault { status: 412, ..Fault::new("DryRunOperation", message) });
    }
    Ok(answer)
}
