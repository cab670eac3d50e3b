//! The contents of a drawing, whatever its format.

use std::collections::BTreeMap;

use serde::Serialize;

use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, OnPause, Persistence, Registry, component_of};
use ebbtide::stack::Declarations;

/// The condition of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Condition {
    /// The resource exists and holds no data.
    Runs,
    /// The stack is paused, and the resource stays: it is free, and what holds data or sleeps needs it.
    Kept,
    /// A pause deleted or reduced the resource; a resume brings it back.
    Sleeps,
    /// The resource holds data that is lost with it. A pause leaves it alone.
    HoldsData,
}

impl Condition {
    pub(super) const ALL: [Self; 4] = [Self::Runs, Self::Kept, Self::Sleeps, Self::HoldsData];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Kept => "kept",
            Self::Sleeps => "sleeps",
            Self::HoldsData => "holds data",
        }
    }

    /// Returns the name of the class of such resources in a style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Kept => "kept",
            Self::Sleeps => "sleeps",
            Self::HoldsData => "data",
        }
    }

    /// Returns the colours of the area and of the line. Only data is amber.
    pub(super) fn colors(self) -> (&'static str, &'static str) {
        match self {
            Self::Runs => ("#dcf5e3", "#1a7f37"),
            Self::Kept => ("#ddf4ff", "#0969da"),
            Self::Sleeps => ("#eaeef2", "#57606a"),
            Self::HoldsData => ("#fff3d6", "#9a6700"),
        }
    }

    /// Returns the colours on a dark ground.
    pub(super) fn dark_colors(self) -> (&'static str, &'static str) {
        match self {
            Self::Runs => ("#12261e", "#3fb950"),
            Self::Kept => ("#121d2f", "#58a6ff"),
            Self::Sleeps => ("#21262d", "#8b949e"),
            Self::HoldsData => ("#341a00", "#d29922"),
        }
    }
}

/// A resource in the drawing.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Node {
    pub(super) address: Address,
    /// The component that it belongs to, by its name.
    pub(super) component: String,
    pub(super) condition: Condition,
}

/// The resources of a stack and their dependencies.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct Drawing {
    pub(super) title: String,
    pub(super) nodes: Vec<Node>,
    /// Pairs of indices: a resource, and one that it depends on.
    pub(super) edges: Vec<(usize, usize)>,
}

impl Drawing {
    /// Returns the drawing of a stack as it is recorded, or without a record as it is with this target.
    pub(in crate::cli) fn new(
        declarations: &Declarations,
        recorded: Option<&StateDocument>,
        target: Target,
        kinds: &Registry,
    ) -> Self {
        let mut nodes = Vec::new();
        let names = declarations.resources.keys().map(Address::name).collect();
        let mut indices = BTreeMap::new();
        for (address, declaration) in &declarations.resources {
            let kind = kinds.get(address.kind());
            let durable = kind.as_ref().is_some_and(|kind| kind.info().persistence == Persistence::Durable);
            let data = kind.as_ref().is_some_and(|kind| kind.holds_data(&declaration.inputs));
            let on_pause = kind.and_then(|kind| kind.paused(&declaration.inputs).ok()).unwrap_or(OnPause::Keep);
            let deleted = match recorded.and_then(|document| document.resources.get(address)) {
                Some(entry) => entry.is_asleep(),
                None => target == Target::Paused && on_pause == OnPause::Delete,
            };
            let reduced = target == Target::Paused && matches!(on_pause, OnPause::Reduce(_));
            let condition = match deleted {
                true => Condition::Sleeps,
                false if data => Condition::HoldsData,
                false if reduced && !durable => Condition::Sleeps,
                false if durable && target == Target::Paused => Condition::Kept,
                false => Condition::Runs,
            };
            indices.insert(address, nodes.len());
            let component = component_of(address, &names).to_owned();
            nodes.push(Node { address: address.clone(), component, condition });
        }
        let edges = declarations
            .resources
            .iter()
            .flat_map(|(address, declaration)| declaration.depends_on.iter().map(move |other| (address, other)))
            .filter_map(|(address, other)| Some((*indices.get(address)?, *indices.get(other)?)))
            .collect();
        let scope = &declarations.scope;
        Self { title: format!("{} in {}: {target}", scope.stack, scope.environment), nodes, edges }
    }

    /// Returns the components, those first on which nothing depends, each with its nodes.
    pub(super) fn components(&self) -> Vec<(&str, Vec<usize>)> {
        let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            found.entry(&node.component).or_default().push(index);
        }
        // The share of edges that lead into a component from others.
        let used = |members: &Vec<usize>| {
            let into = self.edges.iter().filter(|(from, to)| members.contains(to) && !members.contains(from)).count();
            let out = self.edges.iter().filter(|(from, to)| members.contains(from) && !members.contains(to)).count();
            (100 * into).checked_div(into + out).map_or(0, |share| 1 + share)
        };
        let mut components: Vec<_> = found.into_iter().collect();
        components.sort_by_key(|(name, members)| (used(members), *name));
        components
    }
}
