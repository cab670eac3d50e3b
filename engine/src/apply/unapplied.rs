//! The changes of code and settings that a paused stack waits for: a plan that keeps it paused makes none of them.

use std::collections::BTreeSet;

use super::Failure;
use super::deployment::{Deployment, Goal, with_prepared_inputs};
use super::warnings::{Remarks, Warning};
use ebbtide::plan::{Operation, Plan, Target, Upsert};
use ebbtide::planner::{Components, Jobs, Observation, RecordChanges, Request, plan, present_capacity};
use ebbtide::record::StateDocument;
use ebbtide::stack::Declarations;

/// What an apply would do besides bringing back what sleeps.
#[derive(Clone, Debug, Default)]
pub struct Unapplied {
    /// The operations that a resume would not do, or do otherwise.
    pub operations: Vec<Operation>,
    /// The changes of the record.
    pub record: RecordChanges,
    /// Warnings about declared resources.
    pub warnings: Vec<Warning>,
}

impl Unapplied {
    /// Returns whether code and settings are as recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of changes.
    pub fn len(&self) -> usize {
        self.operations.len() + self.record.len()
    }
}

impl Deployment<'_> {
    /// Compares the declared stack with the recorded one, by the plans that lead to each of them with nothing asleep. What the plan
    /// does itself is left out. Calls nothing in AWS: changes outside of Ebbtide are not looked for.
    pub fn unapplied(&self, goal: Goal<'_>, document: &StateDocument, planned: &Plan) -> Result<Unapplied, Failure> {
        let Some(declared) = goal.declarations else { return Ok(Unapplied::default()) };
        let goal = Goal { components: Components { asleep: Some(&BTreeSet::new()), only: None }, ..goal };
        let mut declared = with_prepared_inputs(&self.access, declared, document)?;
        if let Some(pushed) = goal.pushed {
            pushed.put_into(&mut declared).map_err(Failure::Problems)?;
        }
        let remarks = Remarks::on(&self.access.providers, &declared, (self.clock)());
        let mut wanted = self.plan_from_record(goal, document, &declared)?;
        while let Some(rest) = remarks.without_over(&declared, &wanted) {
            wanted = self.plan_from_record(goal, document, &rest)?;
            declared = rest;
        }
        let resumed = self.plan_from_record(goal, document, &document.declarations())?;
        let mut record = RecordChanges::between(document, &wanted);
        for known in [&resumed, planned].map(|plan| RecordChanges::between(document, plan)) {
            record.resources.retain(|change| !known.resources.contains(change));
            record.outputs.retain(|change| !known.outputs.contains(change));
        }
        let known = resumed.operations.iter().chain(&planned.operations);
        let changes = |one: &Operation| !one.is_superseded() && !known.clone().any(|other| is_same(one, other));
        let operations = wanted.operations.into_iter().filter(changes).collect();
        Ok(Unapplied { operations, record, warnings: remarks.warnings })
    }

    /// Plans a running stack from the record alone: every recorded resource counts as it is recorded.
    fn plan_from_record(
        &self,
        goal: Goal<'_>,
        document: &StateDocument,
        declarations: &Declarations,
    ) -> Result<Plan, Failure> {
        let kinds = self.access.providers.kinds();
        Ok(plan(&Request {
            kinds,
            declarations: Some(declarations),
            scope: goal.scope,
            document,
            observation: &Observation::default(),
            observation_hash: "",
            target: Target::Running,
            include_data: goal.include_data,
            capacity: &present_capacity(document, kinds),
            jobs: Jobs::default(),
            components: goal.components,
        })?)
    }
}

/// Returns whether two operations do the same to the same resource.
fn is_same(one: &Operation, other: &Operation) -> bool {
    let declared = |operation: &Operation| operation.upsert().map(Upsert::declaration).cloned();
    (&one.address, one.kind()) == (&other.address, other.kind()) && declared(one) == declared(other)
}
