//! Declaring a stack in a test.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{App, Exchange, PROGRAM_FORMAT};
use crate::stack::{Declarations, Problem, RegionZones};

impl App {
    /// Declares a stack for a test, as `ebb` has it declared: environment `test`, account `123456789012`, region `eu-west-1` with
    /// three zones. `settings` is the text of `[stacks.NAME]`. An error lists everything that is wrong, violations of
    /// mandatory policies among it.
    ///
    /// ```
    /// use ebbtide::prelude::*;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Settings {
    ///     cidr: Cidr,
    /// }
    ///
    /// fn declare(stack: &mut Stack, settings: &Settings) {
    ///     stack.add("main", ec2::Vpc::new(settings.cidr));
    /// }
    ///
    /// let app = App::new().stack("shop", "a network", declare);
    /// let declared = app.declare("shop", "cidr = '10.0.0.0/16'").unwrap();
    /// assert_eq!(declared.get("ec2_vpc.main").unwrap().inputs["cidr"], "10.0.0.0/16");
    /// assert!(app.declare("shop", "cidr = '10.0.0.0/99'").is_err());
    /// ```
    pub fn declare(&self, stack: &str, settings: &str) -> Result<Declarations, Vec<Problem>> {
        let problem = |field: Option<String>, message: String| vec![Problem { at: stack.to_owned(), field, message }];
        let settings: Value = toml::from_str(settings).map_err(|error| problem(None, error.to_string()))?;
        let region = "eu-west-1".to_owned();
        let exchange = Exchange {
            format: PROGRAM_FORMAT,
            environment: "test".to_owned(),
            account: "123456789012".to_owned(),
            zones: RegionZones {
                names: ["a", "b", "c"].map(|zone| format!("{region}{zone}")).into(),
                endpoints: BTreeMap::new(),
            },
            region,
            tags: BTreeMap::new(),
            settings: BTreeMap::from([(stack.to_owned(), settings)]),
            declare: Some(stack.to_owned()),
        };
        let reply = self.respond(&exchange);
        let described = reply.stacks.into_iter().find(|described| described.name == stack);
        if let Some(fault) = described.and_then(|described| described.fault) {
            let field = (!fault.path.is_empty()).then(|| fault.path.join("."));
            return Err(problem(field, fault.message));
        }
        let declared = reply.declarations.ok_or(reply.problems)?.checked()?;
        let violations: Vec<_> = declared
            .refused()
            .map(|found| Problem {
                at: found.at.clone(),
                field: None,
                message: format!("{} (policy {})", found.message, found.policy),
            })
            .collect();
        if violations.is_empty() { Ok(declared) } else { Err(violations) }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::aws::ec2::{Cidr, Vpc};
    use crate::components::Network;
    use crate::stack::{Definition, Policy, Stack};

    #[derive(Deserialize, schemars::JsonSchema)]
    struct Settings {
        cidr: Cidr,
        again: Option<bool>,
    }

    fn declare(stack: &mut Stack, settings: &Settings) {
        let network = Network::new(settings.cidr).declare(stack, "main");
        stack.output("VPC_ID", &network.vpc_id);
        if settings.again.is_some() {
            stack.add("main", Vpc::new(settings.cidr));
        }
    }

    #[test]
    fn a_mandatory_policy_is_kept_to_in_a_test() {
        let policy = Policy::new("no-networks", |declared, violations| {
            for (address, _) in declared.of::<Vpc>() {
                violations.add(address, "is a network", "do without");
            }
        });
        let declared = |policy: Policy| {
            let app = App::new().with(Definition::new("shop", "a network", declare).policy(policy));
            app.declare("shop", "cidr = '10.0.0.0/16'")
        };
        assert!(declared(policy).unwrap_err()[0].to_string().contains("is a network (policy no-networks)"));
        let advisory = Policy::new("no-networks", |_, violations| violations.add("shop", "has one", "do without"));
        assert_eq!(declared(advisory.advisory()).unwrap().violations.len(), 1);
    }

    fn declared(stack: &str, settings: &str) -> Result<Declarations, String> {
        let app = App::new().stack("shop", "a network", declare);
        app.declare(stack, settings).map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_stack_is_declared_with_its_zones() {
        let declared = declared("shop", "cidr = '10.0.0.0/16'").unwrap();
        assert_eq!(declared.get("ec2_vpc.main").unwrap().inputs["cidr"], "10.0.0.0/16");
        let subnets = declared.resources.values().filter_map(|resource| resource.inputs["zone"].as_str());
        assert!(subnets.clone().count() > 0 && subnets.clone().all(|zone| zone.starts_with("eu-west-1")));
        assert!(declared.get("ec2_vpc.other").is_none() && declared.get("no address").is_none());
    }

    #[test]
    fn everything_that_is_wrong_is_an_error() {
        for (stack, settings, expected) in [
            ("shop", "cidr = '10.0.0.0/99'", "shop: cidr: "),
            ("shop", "", "missing field `cidr`"),
            ("shop", "cidr = ", "shop: "),
            ("shop", "cidr = '10.0.0.0/16'\nagain = true", "ec2_vpc.main"),
            ("other", "", "this program declares no such stack"),
        ] {
            let error = declared(stack, settings).unwrap_err();
            assert!(error.contains(expected), "{settings}: {error}");
        }
    }
}
