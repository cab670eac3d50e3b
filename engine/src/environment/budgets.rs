//! The budgets of an environment and of its stacks.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use crate::environment::reserved::tables;
use crate::environment::schedules::fault;
use ebbtide::budget::{Budget, Settings};

/// The validated budgets of an environment's file.
#[derive(Clone, Debug, Default)]
pub(super) struct Budgets {
    /// That of all stacks together.
    environment: Option<Budget>,
    stacks: BTreeMap<String, Budget>,
}

impl Budgets {
    /// Validates the budgets of a file. `stacks` are the tables `[stacks.NAME]`.
    pub(super) fn read(
        document: &Document,
        environment: Option<&Settings>,
        stacks: &BTreeMap<String, Value>,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let own = tables::<Settings>(document, stacks, "budget", faults);
        let mut read = |path: &[String], settings: &Settings| match Budget::new(settings) {
            Ok(budget) => Some(budget),
            Err(problems) => {
                faults.extend(problems.into_iter().map(|problem| fault(document, path, problem)));
                None
            }
        };
        let environment = environment.and_then(|settings| read(&path_to(&["budget"]), settings));
        let own = own.iter().filter_map(|(stack, settings)| {
            Some((stack.clone(), read(&path_to(&["stacks", stack, "budget"]), settings)?))
        });
        Self { stacks: own.collect(), environment }
    }

    /// Returns the budget of a stack.
    pub(super) fn of(&self, stack: &str) -> Option<&Budget> {
        self.stacks.get(stack)
    }

    /// Returns the budget of all stacks together.
    pub(super) fn of_environment(&self) -> Option<&Budget> {
        self.environment.as_ref()
    }

    /// Returns the stacks with a budget of their own.
    pub(super) fn stacks(&self) -> impl Iterator<Item = &String> {
        self.stacks.keys()
    }

    /// Returns whether the ledger of a stack is reconciled with Cost Explorer: by its own budget, or by that of the environment.
    pub(super) fn reconciles(&self, stack: &str) -> bool {
        let says = |budget: Option<&Budget>| budget.and_then(|budget| budget.reconcile);
        says(self.of(stack)).or_else(|| says(self.of_environment())).unwrap_or(false)
    }

    /// Returns the same budgets, none of which is reconciled.
    #[cfg(feature = "embedded")]
    pub(super) fn unreconciled(mut self) -> Self {
        let all = self.environment.iter_mut().chain(self.stacks.values_mut());
        all.for_each(|budget| budget.reconcile = None);
        self
    }

    /// Returns whether there is no budget at all.
    pub(super) fn is_empty(&self) -> bool {
        self.environment.is_none() && self.stacks.is_empty()
    }
}
