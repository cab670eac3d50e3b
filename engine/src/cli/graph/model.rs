//! The contents of a drawing, whatever its format.

use std::collections::BTreeMap;

use serde::Serialize;

use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, OnPause, Persistence, Registry};
use ebbtide::stack::Declarations;

/// The condition of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Condition {
    /// The resource exists and holds no data.
    Runs,
    /// A pause deleted or reduced the resource; a resume brings it back.
    Sleeps,
    /// The resource is durable: it holds data, or is needed by what does. A pause leaves it alone.
    HoldsData,
}

impl Condition {
    pub(super) const ALL: [Self; 3] = [Self::Runs, Self::Sleeps, Self::HoldsData];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Sleeps => "sleeps",
            Self::HoldsData => "holds data",
        }
    }

    /// Returns the colours of the area and of the line.
    pub(super) fn colors(self) -> (&'static str, &'static str) {
        match self {
            Self::Runs => ("#dcf5e3", "#1a7f37"),
            Self::Sleeps => ("#eaeef2", "#57606a"),
            Self::HoldsData => ("#fff3d6", "#9a6700"),
        }
    }
}

/// A resource in the drawing.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Node {
    pub(super) address: Address,
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
        let mut indices = BTreeMap::new();
        for (address, declaration) in &declarations.resources {
            let durable = kinds.get(address.kind()).is_some_and(|kind| kind.info().persistence == Persistence::Durable);
            let on_pause = kinds
                .get(address.kind())
                .and_then(|kind| kind.paused(&declaration.inputs).ok())
                .unwrap_or(OnPause::Keep);
            let deleted = match recorded.and_then(|document| document.resources.get(address)) {
                Some(entry) => entry.is_asleep(),
                None => target == Target::Paused && on_pause == OnPause::Delete,
            };
            let reduced = target == Target::Paused && matches!(on_pause, OnPause::Reduce(_));
            let condition = match (deleted, durable) {
                (true, _) => Condition::Sleeps,
                (false, true) => Condition::HoldsData,
                (false, false) if reduced => Condition::Sleeps,
                (false, false) => Condition::Runs,
            };
            indices.insert(address, nodes.len());
            nodes.push(Node { address: address.clone(), condition });
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
}
