//! The component that a resource belongs to, by its name.

use std::collections::BTreeSet;

use super::Address;

/// Returns the component of a resource: the shortest name of the stack that its own name is, or begins with before a `-`. A
/// component declares its resources as `NAME` and `NAME-…`.
pub fn component_of<'a>(address: &'a Address, names: &BTreeSet<&str>) -> &'a str {
    let name = address.name();
    let ends = name.match_indices('-').map(|(index, _)| index);
    ends.map(|end| &name[..end]).find(|beginning| names.contains(beginning)).unwrap_or(name)
}

/// Returns the components of resources that are all that a stack has.
pub fn components_of<'a>(addresses: &[&'a Address]) -> BTreeSet<&'a str> {
    let names = addresses.iter().map(|address| address.name()).collect();
    addresses.iter().map(|address| component_of(address, &names)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_belong_to_the_component_that_their_names_begin_with() {
        let names = BTreeSet::from(["main", "main-nat-a", "query-enhancer", "query-enhancer-slow", "query"]);
        let of = |address: &str| component_of(&address.parse().unwrap(), &names).to_owned();
        assert_eq!(of("ec2_vpc.main"), "main");
        assert_eq!(of("ec2_nat_gateway.main-nat-a"), "main");
        assert_eq!(of("cloudwatch_alarm.query-enhancer-slow"), "query");
        assert_eq!(of("sns_topic.alone"), "alone");
    }
}
