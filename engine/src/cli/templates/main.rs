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

fn app() -> App {
    App::new().stack("NAME", "my first stack", declare)
}

fn main() -> ExitCode {
    app().main()
}

#[cfg(test)]
mod tests {
    use super::app;

    #[test]
    fn the_network_has_the_range_of_the_settings() {
        let declared = app().declare("NAME", "cidr = '10.7.0.0/16'").unwrap();
        assert_eq!(declared.get("ec2_vpc.main").unwrap().inputs["cidr"], "10.7.0.0/16");
        assert_eq!(declared.resources.len(), 1);
    }

    #[test]
    fn a_range_that_is_none_is_refused() {
        let problems = app().declare("NAME", "cidr = '10.7.0.0/99'").unwrap_err();
        assert!(problems[0].to_string().contains("cidr"), "{problems:?}");
    }
}
