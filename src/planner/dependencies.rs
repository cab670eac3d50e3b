//! The graph of declared dependencies.

use std::collections::BTreeMap;

use super::{CycleError, Dag};
use crate::resource::Address;
use crate::stack::Declarations;

/// Returns the declared addresses, dependencies first, or the addresses that form a cycle.
pub fn dependency_order(declarations: &Declarations) -> Result<Vec<&Address>, CycleError> {
    let addresses: Vec<&Address> = declarations.resources.keys().collect();
    let indices: BTreeMap<&Address, usize> =
        addresses.iter().enumerate().map(|(index, address)| (*address, index)).collect();
    let before: Vec<Vec<usize>> = declarations
        .resources
        .values()
        .map(|declaration| declaration.depends_on.iter().filter_map(|other| indices.get(other).copied()).collect())
        .collect();
    let dag = Dag::new(before.iter().map(|before| before.iter()));
    // Addresses are sorted, so their indices are as good a key.
    let order = dag.order_by_key(|node| node);
    if order.len() == addresses.len() {
        return Ok(order.into_iter().map(|index| addresses[index]).collect());
    }
    let mut cycle = dag.cycle(|node| node).unwrap_or_default();
    // Readers follow references: from a resource to the one it refers to.
    cycle.reverse();
    Err(CycleError { cycle: cycle.into_iter().map(|index| addresses[index].clone()).collect() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::resource::Scope;
    use crate::stack::Declaration;

    fn address(name: &str) -> Address {
        Address::new("ec2_vpc", name).unwrap()
    }

    fn declarations(edges: &[(&str, &[&str])]) -> Declarations {
        let scope =
            Scope { environment: "test".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() };
        let resource = |(from, to): &(&str, &[&str])| {
            let depends_on: BTreeSet<_> = to.iter().map(|name| address(name)).collect();
            (address(from), Declaration { inputs: Value::Null, depends_on, protect: false })
        };
        Declarations {
            scope,
            resources: edges.iter().map(resource).collect(),
            outputs: Vec::new(),
            violations: Vec::new(),
        }
    }

    #[test]
    fn a_cycle_is_reported_as_the_path_that_forms_it() {
        let declarations = declarations(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"]), ("d", &[])]);
        let error = dependency_order(&declarations).unwrap_err();
        assert_eq!(error.cycle, [address("b"), address("c"), address("b")]);
        assert!(error.to_string().contains("ec2_vpc.b → ec2_vpc.c → ec2_vpc.b"));
    }

    #[test]
    fn dependencies_come_first() {
        let declarations = declarations(&[("a", &["b"]), ("b", &[])]);
        let order: Vec<_> = dependency_order(&declarations).unwrap().into_iter().cloned().collect();
        assert_eq!(order, [address("b"), address("a")]);
    }
}
