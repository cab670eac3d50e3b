//! Directed graphs of indices: order, release of free nodes, longest paths, cycles. All graph work of planner and executor.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;

/// A directed graph over `0..n`, with an edge from each node to every node that waits for it.
#[derive(Clone, Debug)]
pub struct Dag {
    graph: DiGraph<(), ()>,
}

impl Dag {
    /// Builds the graph of nodes that wait for others; `before[node]` are the nodes that come before it.
    pub fn new<'a, B: IntoIterator<Item = &'a usize>>(before: impl ExactSizeIterator<Item = B>) -> Self {
        let mut graph = DiGraph::with_capacity(before.len(), before.len());
        for _ in 0..before.len() {
            graph.add_node(());
        }
        for (node, before) in before.enumerate() {
            for other in before {
                graph.add_edge(NodeIndex::new(*other), NodeIndex::new(node), ());
            }
        }
        Self { graph }
    }

    /// Returns the number of nodes.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Returns whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes a node wait for another one as well.
    pub fn add_edge(&mut self, before: usize, node: usize) {
        self.graph.add_edge(NodeIndex::new(before), NodeIndex::new(node), ());
    }

    /// Returns the nodes that wait for a node directly.
    pub fn dependents(&self, node: usize) -> impl Iterator<Item = usize> {
        self.graph.neighbors(NodeIndex::new(node)).map(NodeIndex::index)
    }

    /// Returns the nodes that wait for a node, directly or not.
    pub fn transitive_dependents(&self, node: usize) -> BTreeSet<usize> {
        let mut walk = Dfs::new(&self.graph, NodeIndex::new(node));
        let all = std::iter::from_fn(|| walk.next(&self.graph).map(NodeIndex::index));
        all.filter(|other| *other != node).collect()
    }

    /// Returns the nodes in an order in which each comes after all it waits for, the least key first among those that are
    /// free. Nodes on a cycle, and those behind one, are missing.
    pub fn order_by_key<K: Ord>(&self, key: impl Fn(usize) -> K) -> Vec<usize> {
        let mut release = Release::new(self);
        let mut free: BTreeSet<(K, usize)> = release.free().map(|node| (key(node), node)).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some((_, node)) = free.pop_first() {
            order.push(node);
            free.extend(release.complete(self, node).into_iter().map(|node| (key(node), node)));
        }
        order
    }

    /// Returns the weight of the heaviest path from each node to the end, its own weight included. The graph must have no
    /// cycle.
    pub fn longest_paths(&self, weights: &[u64]) -> Vec<u64> {
        let mut longest = weights.to_vec();
        let order = toposort(&self.graph, None).unwrap_or_default();
        for node in order.into_iter().rev() {
            let behind = self.dependents(node.index()).map(|other| longest[other]).max().unwrap_or(0);
            longest[node.index()] += behind;
        }
        longest
    }

    /// Returns the nodes of one cycle, each before the one that waits for it, the first one repeated at the end. Starts at
    /// the node with the least key.
    pub fn cycle<K: Ord>(&self, key: impl Fn(usize) -> K) -> Option<Vec<usize>> {
        let is_cyclic = |component: &&Vec<NodeIndex>| {
            component.len() > 1 || component.iter().any(|node| self.graph.contains_edge(*node, *node))
        };
        let components = kosaraju_scc(&self.graph);
        let component: BTreeSet<NodeIndex> = components.iter().find(is_cyclic)?.iter().copied().collect();
        let start = component.iter().copied().min_by_key(|node| key(node.index()))?;
        // Inside a strongly connected component every walk comes back to a node it has visited.
        let (mut path, mut places, mut here) = (vec![start], BTreeMap::from([(start, 0)]), start);
        loop {
            let inside = self.graph.neighbors(here).filter(|node| component.contains(node));
            here = inside.min_by_key(|node| key(node.index()))?;
            path.push(here);
            if let Some(first) = places.insert(here, path.len() - 1) {
                return Some(path[first..].iter().map(|node| node.index()).collect());
            }
        }
    }
}

/// Releases nodes once everything that they wait for is complete.
#[derive(Clone, Debug)]
pub struct Release {
    waits: Vec<usize>,
}

impl Release {
    /// Starts with no node complete.
    pub fn new(dag: &Dag) -> Self {
        let mut waits = vec![0; dag.len()];
        for edge in dag.graph.raw_edges() {
            waits[edge.target().index()] += 1;
        }
        Self { waits }
    }

    /// Returns the nodes that wait for nothing.
    pub fn free(&self) -> impl Iterator<Item = usize> {
        self.waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(node, _)| node)
    }

    /// Completes a node and returns the nodes that are free now.
    pub fn complete(&mut self, dag: &Dag, node: usize) -> Vec<usize> {
        let mut free = Vec::new();
        for other in dag.dependents(node) {
            self.waits[other] -= 1;
            if self.waits[other] == 0 {
                free.push(other);
            }
        }
        free
    }

    /// Makes a node wait for so many more.
    pub fn delay(&mut self, node: usize, more: usize) {
        self.waits[node] += more;
    }

    /// Returns whether a node waits for nothing.
    pub fn is_free(&self, node: usize) -> bool {
        self.waits[node] == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dag(before: &[&[usize]]) -> Dag {
        Dag::new(before.iter().map(|before| before.iter()))
    }

    #[test]
    fn nodes_come_after_all_they_wait_for_and_by_key_among_free_ones() {
        // 3 and 1 are free at once; 0 waits for both, 2 for 0.
        let dag = dag(&[&[1, 3], &[], &[0], &[]]);
        assert_eq!(dag.order_by_key(|node| node), [1, 3, 0, 2]);
        assert_eq!(dag.order_by_key(std::cmp::Reverse), [3, 1, 0, 2]);
        assert_eq!(dag.transitive_dependents(3), BTreeSet::from([0, 2]));
        assert_eq!(dag.cycle(|node| node), None);
    }

    #[test]
    fn a_cycle_is_found_and_nodes_behind_it_are_never_free() {
        let dag = dag(&[&[], &[2], &[1], &[2]]);
        assert_eq!(dag.order_by_key(|node| node), [0]);
        assert_eq!(dag.cycle(|node| node), Some(vec![1, 2, 1]));
        assert_eq!(self::dag(&[&[0]]).cycle(|node| node), Some(vec![0, 0]));
    }

    #[test]
    fn the_longest_path_counts_its_own_weight_and_the_heaviest_way_behind() {
        let dag = dag(&[&[], &[0], &[0], &[1, 2]]);
        assert_eq!(dag.longest_paths(&[1, 10, 20, 5]), [26, 15, 25, 5]);
    }
}
