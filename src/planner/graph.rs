//! The graph of declared dependencies: its order, and the path of addresses that forms a cycle.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::resource::Address;

/// Resources that wait for each other in a circle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these resources depend on each other in a circle: {}; break it by removing one of these references",
    .cycle.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → "))]
pub struct GraphError {
    /// The addresses, in the order of dependency; the first one is repeated at the end.
    pub cycle: Vec<Address>,
}

/// A graph of addresses: an edge from each resource to each of its direct dependencies.
#[derive(Debug)]
pub struct Graph<'a> {
    graph: DiGraph<&'a Address, ()>,
}

impl<'a> Graph<'a> {
    /// Builds the graph; dependencies that are not nodes themselves are left out.
    pub fn new(nodes: impl Iterator<Item = (&'a Address, &'a BTreeSet<Address>)>) -> Self {
        let mut graph = DiGraph::new();
        let nodes: Vec<_> = nodes.collect();
        let own: Vec<NodeIndex> = nodes.iter().map(|(address, _)| graph.add_node(*address)).collect();
        let indices: HashMap<&Address, NodeIndex> =
            nodes.iter().map(|(address, _)| *address).zip(own.iter().copied()).collect();
        for ((_, dependencies), node) in nodes.iter().zip(own) {
            for dependency in dependencies.iter().filter_map(|dependency| indices.get(dependency)) {
                graph.add_edge(node, *dependency, ());
            }
        }
        Self { graph }
    }

    /// All addresses, dependencies first.
    pub fn order(&self) -> Result<Vec<&'a Address>, GraphError> {
        match toposort(&self.graph, None) {
            Ok(order) => Ok(order.into_iter().rev().map(|index| self.graph[index]).collect()),
            Err(_) => Err(GraphError { cycle: self.cycle() }),
        }
    }

    /// The addresses of one cycle, the first one repeated at the end.
    fn cycle(&self) -> Vec<Address> {
        let component = kosaraju_scc(&self.graph)
            .into_iter()
            .find(|component| {
                component.len() > 1 || component.iter().any(|node| self.graph.contains_edge(*node, *node))
            })
            .unwrap_or_default();
        let within: BTreeSet<NodeIndex> = component.iter().copied().collect();
        let Some(start) = component.iter().copied().min_by_key(|node| self.graph[*node]) else { return Vec::new() };
        // Inside a strongly connected component every walk comes back to a node it has seen.
        let (mut path, mut places, mut here) = (vec![start], BTreeMap::from([(start, 0)]), start);
        loop {
            let Some(next) =
                self.graph.neighbors(here).filter(|node| within.contains(node)).min_by_key(|n| self.graph[*n])
            else {
                return Vec::new();
            };
            path.push(next);
            if let Some(seen) = places.insert(next, path.len() - 1) {
                return path[seen..].iter().map(|node| self.graph[*node].clone()).collect();
            }
            here = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(name: &str) -> Address {
        Address::new("ec2_vpc", name).unwrap()
    }

    #[test]
    fn a_cycle_is_told_as_the_path_that_forms_it() {
        let edges: Vec<(Address, BTreeSet<Address>)> =
            [("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b"]), ("d", vec![])]
                .into_iter()
                .map(|(from, to)| (address(from), to.into_iter().map(address).collect()))
                .collect();
        let error = Graph::new(edges.iter().map(|(a, d)| (a, d))).order().unwrap_err();
        assert_eq!(error.cycle, [address("b"), address("c"), address("b")]);
        assert!(error.to_string().contains("ec2_vpc.b → ec2_vpc.c → ec2_vpc.b"));
    }

    #[test]
    fn dependencies_come_first() {
        let edges = [(address("a"), BTreeSet::from([address("b")])), (address("b"), BTreeSet::new())];
        let order =
            Graph::new(edges.iter().map(|(a, d)| (a, d))).order().unwrap().into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(order, [address("b"), address("a")]);
    }
}
