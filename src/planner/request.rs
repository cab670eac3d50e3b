//! The inputs of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Observation, PlanError};
use crate::plan::Target;
use crate::record::StateDocument;
use crate::resource::{Address, Kind, Registry, Scope};
use crate::schedule::Bounds;
use crate::stack::Declarations;

/// The jobs that a command asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jobs<'a> {
    /// The jobs to run, although they were run before.
    pub run: Option<&'a BTreeSet<Address>>,
    /// Whether to wait for the end of jobs that are running.
    pub watch: bool,
}

impl Jobs<'_> {
    /// Returns whether a job is to be run, although it was run before.
    pub(super) fn runs(&self, address: &Address) -> bool {
        self.run.is_some_and(|run| run.contains(address))
    }
}

/// The components that a command puts to sleep or wakes while their stack runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Components<'a> {
    /// Those that are asleep once the plan is carried out; `None` for those that the record names.
    pub asleep: Option<&'a BTreeSet<String>>,
    /// The components that the plan is about, if it leaves all else as it is.
    pub only: Option<&'a BTreeSet<String>>,
}

/// The inputs of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The kinds that are known.
    pub kinds: &'a Registry,
    /// The declared stack. Needed for [`Target::Running`] only: a pause acts on the record, and a destroyed stack needs none.
    pub declarations: Option<&'a Declarations>,
    /// Environment, stack, region, account.
    pub scope: &'a Scope,
    /// The recorded stack.
    pub document: &'a StateDocument,
    /// The observation of AWS.
    pub observation: &'a Observation,
    /// The hash of the observation as it was read, which binds the plan to it. See [`Observation::hash`].
    pub observation_hash: &'a str,
    /// The target to reach.
    pub target: Target,
    /// The resources whose data may be deleted with them.
    pub include_data: &'a BTreeSet<Address>,
    /// The bounds of capacity that take the place of declared ones while the stack runs. The record keeps the declared ones.
    pub capacity: &'a BTreeMap<Address, Bounds>,
    /// The jobs to run again, and whether to wait for those that are running.
    pub jobs: Jobs<'a>,
    /// The components that fall asleep or wake.
    pub components: Components<'a>,
}

impl Request<'_> {
    /// Returns the components that are asleep once the plan is carried out.
    pub(super) fn asleep(&self) -> &BTreeSet<String> {
        self.components.asleep.unwrap_or(&self.document.asleep)
    }

    /// Returns the kind of an address.
    pub(super) fn kind(&self, address: &Address) -> Result<Arc<dyn Kind>, PlanError> {
        self.kinds.get(address.kind()).ok_or_else(|| PlanError::UnknownKind(address.clone()))
    }
}
