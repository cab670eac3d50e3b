//! The stack NAME, as a program that `ebb` runs.

use ebbtide::prelude::*;

/// The differences between environments: `[stacks.NAME]` in environments/*.toml.
#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The network's range of addresses, such as 10.0.0.0/16.
    cidr: Cidr,
}

fn declare(stack: &mut Stack, settings: &Settings) {
    let network = stack.add("main", ec2::Vpc::new(settings.cidr));
    stack.output("VPC_ID", &network.vpc_id);
}

fn main() -> ExitCode {
    App::new().stack("NAME", "my first stack", declare).main()
}
