//! The registry of providers that the executor is given, with the kinds that the planner is given.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::cloud_control::CloudControlled;
use super::dynamic::Typed;
use super::{DynProvider, Provider};
use ebbtide::resource::cloud_control::{AnyKind, CloudControl};
use ebbtide::resource::{Kind, Registry, TypedKind};

/// A kind together with its provider.
#[derive(Clone)]
pub struct Implementation {
    /// The pure half.
    pub kind: Arc<dyn Kind>,
    /// The half that talks to AWS.
    pub provider: Arc<dyn DynProvider>,
}

impl Implementation {
    /// Returns the name of the kind.
    pub fn name(&self) -> &str {
        &self.kind.info().name
    }
}

type Fallback = Arc<dyn Fn(&str) -> Option<Implementation> + Send + Sync>;

/// The kinds that a program can plan and execute, by name.
#[derive(Clone, Default)]
pub struct Providers {
    kinds: Registry,
    implementations: BTreeMap<String, Implementation>,
    fallback: Option<Fallback>,
}

impl Providers {
    /// Creates an empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a typed kind. A kind of the same name is replaced.
    #[must_use]
    pub fn with<R: Provider>(self) -> Self {
        self.with_implementation(Implementation {
            kind: Arc::new(TypedKind::<R>::new()),
            provider: Arc::new(Typed::<R>::NEW),
        })
    }

    /// Adds a typed kind that Cloud Control manages, for which there is one provider. A kind of the same name is replaced.
    #[must_use]
    pub fn with_cloud_control<R: CloudControl>(self) -> Self {
        self.with_implementation(Implementation {
            kind: Arc::new(TypedKind::<R>::new()),
            provider: Arc::new(CloudControlled::of::<R>()),
        })
    }

    /// Adds a kind. A kind of the same name is replaced.
    #[must_use]
    pub fn with_implementation(mut self, implementation: Implementation) -> Self {
        self.kinds = self.kinds.with_kind(Arc::clone(&implementation.kind));
        self.implementations.insert(implementation.name().to_owned(), implementation);
        self
    }

    /// Adds the kinds of any type that Cloud Control manages, which are made by their names.
    #[must_use]
    pub fn with_any_type(self) -> Self {
        self.with_fallback(|name| {
            let kind = AnyKind::of(name)?;
            let provider = Arc::new(CloudControlled::any(&kind));
            Some(Implementation { kind: Arc::new(kind), provider })
        })
    }

    /// Adds a function that makes kinds that are not registered, such as those whose properties come from a schema. It is asked
    /// before those that were added earlier.
    #[must_use]
    pub fn with_fallback(mut self, fallback: impl Fn(&str) -> Option<Implementation> + Send + Sync + 'static) -> Self {
        let earlier = self.fallback.take();
        let fallback: Fallback = Arc::new(move |name| fallback(name).or_else(|| earlier.as_ref()?(name)));
        let kinds = Arc::clone(&fallback);
        self.kinds = self.kinds.with_fallback(move |name| kinds(name).map(|found| found.kind));
        self.fallback = Some(fallback);
        self
    }

    /// Returns the kinds, as the planner needs them.
    pub fn kinds(&self) -> &Registry {
        &self.kinds
    }

    /// Returns a kind together with its provider.
    pub fn get(&self, name: &str) -> Option<Implementation> {
        self.implementations.get(name).cloned().or_else(|| self.fallback.as_ref()?(name))
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.implementations.keys()).finish()
    }
}
