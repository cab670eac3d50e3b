//! The registry of kinds that planner and executor are given.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::cloud_control::CloudControl;
use super::{Kind, Resource, TypedKind};

type Fallback = Arc<dyn Fn(&str) -> Option<Arc<dyn Kind>> + Send + Sync>;

/// The kinds that a program knows, by name. A fallback makes kinds from data, such as the schema of a type.
#[derive(Clone, Default)]
pub struct Registry {
    kinds: BTreeMap<String, Arc<dyn Kind>>,
    fallback: Option<Fallback>,
}

impl Registry {
    /// Creates an empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a typed kind. A kind of the same name is replaced.
    #[must_use]
    pub fn with<R: Resource>(self) -> Self {
        self.with_kind(Arc::new(TypedKind::<R>::new()))
    }

    /// Adds a typed kind that Cloud Control manages. A kind of the same name is replaced.
    #[must_use]
    pub fn with_cloud_control<R: CloudControl>(self) -> Self {
        self.with::<R>()
    }

    /// Adds a kind. A kind of the same name is replaced.
    #[must_use]
    pub fn with_kind(mut self, kind: Arc<dyn Kind>) -> Self {
        self.kinds.insert(kind.info().name.clone(), kind);
        self
    }

    /// Adds a function that makes kinds that are not registered. It is asked before those that were added earlier.
    #[must_use]
    pub fn with_fallback(mut self, fallback: impl Fn(&str) -> Option<Arc<dyn Kind>> + Send + Sync + 'static) -> Self {
        let earlier = self.fallback.take();
        self.fallback = Some(Arc::new(move |name| fallback(name).or_else(|| earlier.as_ref()?(name))));
        self
    }

    /// Returns the kind of a name.
    pub fn get(&self, name: &str) -> Option<Arc<dyn Kind>> {
        self.kinds.get(name).cloned().or_else(|| self.fallback.as_ref()?(name))
    }

    /// Returns the registered kinds, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.kinds.values()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.kinds.keys()).finish()
    }
}
