//! A stack of one's own. `cargo run --example own_stack -- apply --yes` brings it up in the embedded cloud.

use std::process::ExitCode;

use ebbtide::App;
use ebbtide::aws::ec2::Cidr;
use ebbtide::components::network::{Nat, Network};
use ebbtide::stack::Stack;
use schemars::JsonSchema;
use serde::Deserialize;

/// What differs between environments: `[stacks.own]` in `environments/*.toml`; all of it may be left out.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Settings {
    /// How private subnets reach the internet.
    nat: Nat,
}

fn declare(stack: &mut Stack, settings: &Settings) {
    let Ok(cidr) = "10.20.0.0/16".parse::<Cidr>() else { return };
    let network = Network { nat: settings.nat, ..Network::new(cidr) }.declare(stack, "main");
    stack.output("VPC_ID", &network.vpc_id);
}

fn main() -> ExitCode {
    App::new().stack("own", "a network of one's own", declare).main()
}
