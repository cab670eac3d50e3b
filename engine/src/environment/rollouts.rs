//! The roll-outs of the stacks of an environment.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::environment::budgets::Budgets;
use crate::environment::document::{Document, path_to};
use crate::environment::error::{Fault, Location};
use crate::environment::reserved::tables;
use crate::environment::schedules::fault;
use ebbtide::rollout::{Rules, Settings, Trigger};
use ebbtide::schedule::Problem;

/// The validated roll-outs of an environment's file.
#[derive(Clone, Debug, Default)]
pub(super) struct Rollouts {
    stacks: BTreeMap<String, (Settings, Rules)>,
}

impl Rollouts {
    /// Validates the roll-outs of a file. `stacks` are the tables `[stacks.NAME]`.
    pub(super) fn read(
        document: &Document,
        stacks: &BTreeMap<String, Value>,
        budgets: &Budgets,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut rollouts = Self::default();
        for (stack, settings) in tables::<Settings>(document, stacks, "rollout", faults) {
            let problems = match Rules::new(&settings) {
                Ok(rules) => {
                    let problems = without_budget(&settings, budgets.of(&stack).is_some());
                    rollouts.stacks.insert(stack.clone(), (settings, rules));
                    problems
                }
                Err(problems) => problems,
            };
            let path = path_to(&["stacks", &stack, "rollout"]);
            faults.extend(problems.into_iter().map(|problem| fault(document, &path, problem)));
        }
        rollouts
    }

    /// Returns the roll-out of a stack.
    pub(super) fn of(&self, stack: &str) -> Option<&(Settings, Rules)> {
        self.stacks.get(stack)
    }

    /// Returns the stacks with a roll-out.
    pub(super) fn stacks(&self) -> impl Iterator<Item = &String> {
        self.stacks.keys()
    }
}

/// Returns a problem for each cost that is a share of a budget which the stack does not have.
fn without_budget(settings: &Settings, has_budget: bool) -> Vec<Problem> {
    if has_budget {
        return Vec::new();
    }
    let costs = settings.rollback.iter().enumerate().filter(|(_, trigger)| trigger.cost.is_some());
    let problem = |(index, _): (usize, _)| {
        let message =
            "is a share of the stack's budget, and it has none: add `[stacks.NAME.budget]` with `monthly = DOLLARS`";
        Problem::new(&["rollback", &index.to_string(), "cost"], message)
    };
    costs.map(problem).collect()
}

/// A setting of a roll-out that names something of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolloutPlace {
    /// The whole table.
    Whole,
    /// `of`.
    Of,
    /// `to`.
    To,
    /// The first setting that names this alarm.
    Alarm(String),
}

/// Returns the place of a setting in the file.
pub(super) fn place_of(document: &Document, stack: &str, rules: &Rules, place: &RolloutPlace) -> Location {
    let path = match place {
        RolloutPlace::Whole => Vec::new(),
        RolloutPlace::Of if rules.of.is_none() => Vec::new(),
        RolloutPlace::Of => path_to(&["of"]),
        RolloutPlace::To => path_to(&["to"]),
        RolloutPlace::Alarm(name) => path_of_alarm(rules, name),
    };
    document.of_value(&[path_to(&["stacks", stack, "rollout"]), path].concat())
}

/// Returns the path of the first setting that names an alarm.
fn path_of_alarm(rules: &Rules, name: &str) -> Vec<String> {
    let gate = rules.gates.iter().position(|gate| gate == name);
    let trigger = rules
        .rollback
        .iter()
        .position(|trigger| matches!(trigger, Trigger::Alarm { name: alarm, .. } if alarm == name));
    match (gate, trigger) {
        (Some(index), _) => path_to(&["gates", &index.to_string()]),
        (None, Some(index)) => path_to(&["rollback", &index.to_string(), "alarm"]),
        (None, None) => Vec::new(),
    }
}
