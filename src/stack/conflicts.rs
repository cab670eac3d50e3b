//! The check for conflicts between the declared resources of one kind.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::resource::{Conflict, Resource};
use crate::stack::Problem;

/// All declared resources by kind, as they were declared. To read them from data again would take as long as all the rest of
/// declaring.
#[derive(Debug, Default)]
pub(super) struct ConflictChecks(BTreeMap<&'static str, Box<dyn Conflicts>>);

impl ConflictChecks {
    /// Adds a resource under the name that its problems are reported with.
    pub(super) fn add<R: Resource>(&mut self, name: String, resource: R) {
        let kind: &mut dyn Any = self.0.entry(R::KIND).or_insert_with(|| Box::new(OfKind::<R>::default())).as_mut();
        // The name of a kind belongs to one type.
        if let Some(of_kind) = kind.downcast_mut::<OfKind<R>>() {
            of_kind.names.push(name);
            of_kind.resources.push(resource);
        }
    }

    /// Returns the conflicts of all kinds.
    pub(super) fn conflicts(&self) -> Vec<Problem> {
        self.0.values().flat_map(|of_kind| of_kind.conflicts()).collect()
    }
}

trait Conflicts: Any + Debug + Send + Sync {
    fn conflicts(&self) -> Vec<Problem>;
}

/// The resources of a kind in the order of their declaration.
#[derive(Debug)]
struct OfKind<R> {
    names: Vec<String>,
    resources: Vec<R>,
}

impl<R> Default for OfKind<R> {
    fn default() -> Self {
        Self { names: Vec::new(), resources: Vec::new() }
    }
}

impl<R: Resource> Conflicts for OfKind<R> {
    fn conflicts(&self) -> Vec<Problem> {
        let problem =
            |Conflict { index, message }| Some(Problem { at: self.names.get(index)?.clone(), field: None, message });
        R::conflicts(&self.resources).into_iter().filter_map(problem).collect()
    }
}
