//! The stack NAME, and the program that brings it up and down.

use std::process::ExitCode;

use ebbtide::App;
use ebbtide::aws::ec2::{Cidr, Vpc};
use ebbtide::stack::Stack;
use schemars::JsonSchema;
use serde::Deserialize;

/// What differs between environments: `[stacks.NAME]` in environments/*.toml.
#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The network's range of addresses, such as 10.0.0.0/16.
    cidr: Cidr,
}

fn declare(stack: &mut Stack, settings: &Settings) {
    let network = stack.add("main", Vpc::new(settings.cidr));
    stack.output("VPC_ID", &network.vpc_id);
}

fn main() -> ExitCode {
    App::new().stack("NAME", "my first stack", declare).main()
}
