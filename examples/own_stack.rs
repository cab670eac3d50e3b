//! A stack of one's own: a network. In a project of its own this is `src/main.rs`, and `ebb` runs it.

use ebbtide::prelude::*;

/// The range of addresses; an invalid constant does not compile.
const CIDR: Cidr = Cidr::new([10, 20, 0, 0], 16);

/// The differences between environments: `[stacks.own]` in `environments/*.toml`; all of it may be left out.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Settings {
    /// How private subnets reach the internet.
    nat: Nat,
}

fn declare(stack: &mut Stack, settings: &Settings) {
    let network = Network { nat: settings.nat, ..Network::new(CIDR) }.declare(stack, "main");
    stack.output("VPC_ID", &network.vpc_id);
}

fn main() -> ExitCode {
    App::new().stack("own", "a network of one's own", declare).main()
}
