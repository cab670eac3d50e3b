//! The check of zones: whether the account has those that a plan puts subnets into.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Check, Finding, Severity};
use super::planned::Planned;
use crate::sdk::{Aws, CallName as _, ErrorKind};
use ebbtide::aws::ec2::Subnet;
use ebbtide::resource::{Address, Resource as _};

/// Returns the findings about the zones of subnets that a plan creates.
pub(super) async fn check(aws: &Aws, planned: Planned<'_>) -> Vec<Finding> {
    let wanted = wanted(planned);
    if wanted.is_empty() {
        return Vec::new();
    }
    // Those that the account may use, local zones that were opted into among them.
    let described = aws.ec2().describe_availability_zones().send().await.named("ec2:DescribeAvailabilityZones");
    let zones: BTreeSet<String> = match described {
        Ok(described) => described.availability_zones().iter().filter_map(|zone| zone.zone_name.clone()).collect(),
        Err(error) => {
            let finding = Finding::unchecked(Check::Zone, &error);
            let is_denied = error.kind == ErrorKind::Denied;
            return vec![if is_denied { finding.remedy("allow `ec2:DescribeAvailabilityZones`") } else { finding }];
        }
    };
    compare(wanted, &zones, &planned.plan.scope.region)
}

/// Returns the zones of created subnets, with the subnets.
fn wanted(planned: Planned<'_>) -> BTreeMap<String, Vec<Address>> {
    let mut wanted: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for operation in planned.plan.operations.iter().filter(|operation| operation.creates()) {
        let zone = operation.upsert().and_then(|upsert| upsert.inputs["zone"].as_str());
        if let Some(zone) = zone.filter(|_| operation.address.kind() == Subnet::KIND) {
            wanted.entry(zone.to_owned()).or_default().push(operation.address.clone());
        }
    }
    wanted
}

fn compare(wanted: BTreeMap<String, Vec<Address>>, zones: &BTreeSet<String>, region: &str) -> Vec<Finding> {
    let listed = zones.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let missing = wanted.into_iter().filter(|(zone, _)| !zones.contains(zone));
    let finding = |(zone, addresses): (String, Vec<Address>)| {
        let message = format!("the account has no zone {zone} in {region}: it has {listed}");
        Finding::new(Check::Zone, Severity::Error, addresses, message).remedy("declare a zone that is there")
    };
    missing.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_the_account_lacks_is_an_error() {
        let wanted = ["eu-west-1a", "eu-west-1z"].map(|zone| (zone.to_owned(), vec!["ec2_subnet.a".parse().unwrap()]));
        let zones = ["eu-west-1a", "eu-west-1b"].map(str::to_owned).into();
        let found = compare(wanted.into(), &zones, "eu-west-1");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the account has no zone eu-west-1z in eu-west-1: it has eu-west-1a, eu-west-1b");
    }
}
