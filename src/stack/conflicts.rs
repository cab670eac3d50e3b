//! The declared resources of one kind beside each other.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::resource::{Address, Resource};
use crate::stack::Problem;

/// All declared resources by their kinds, as they were declared: reading them from data again would take as long as all
/// the rest of declaring.
#[derive(Debug, Default)]
pub(super) struct Alike(BTreeMap<&'static str, Box<dyn Conflicts>>);

impl Alike {
    pub(super) fn add<R: Resource>(&mut self, address: &Address, resource: R) {
        let kind: &mut dyn Any = self.0.entry(R::KIND).or_insert_with(|| Box::new(OfKind::<R>::default())).as_mut();
        // The name of a kind belongs to one type.
        if let Some(of_kind) = kind.downcast_mut::<OfKind<R>>() {
            of_kind.addresses.push(address.clone());
            of_kind.resources.push(resource);
        }
    }

    /// What is wrong between resources of a kind.
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
    addresses: Vec<Address>,
    resources: Vec<R>,
}

impl<R> Default for OfKind<R> {
    fn default() -> Self {
        Self { addresses: Vec::new(), resources: Vec::new() }
    }
}

impl<R: Resource> Conflicts for OfKind<R> {
    fn conflicts(&self) -> Vec<Problem> {
        let problem = |(index, message): (usize, String)| {
            Some(Problem { at: self.addresses.get(index)?.to_string(), field: None, message })
        };
        R::conflicts(&self.resources).into_iter().filter_map(problem).collect()
    }
}
