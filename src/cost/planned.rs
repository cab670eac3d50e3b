//! The dollars of a plan: before, after, and what stays when paused.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Amount, Costs, OneTime, PriceDate, Pricing, Standing, Total, TotalDifference, UnknownPart};
use crate::plan::{Operation, OperationKind, Plan, Target};
use crate::record::StateDocument;
use crate::resource::{Address, Registry};

/// The dollars of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanCosts {
    /// The hours of a month.
    pub hours_per_month: f64,
    /// Before the plan, as recorded.
    pub before: Costs,
    /// Once the plan is carried out.
    pub after: Costs,
    /// While the stack is paused after that; `None` if the plan pauses or destroys it.
    pub paused: Option<Costs>,
    /// The prices of the jobs that the plan runs.
    pub once: Vec<OneTime>,
    /// The resources that a pause leaves and AWS goes on billing by time, by kind: the dearest first. Nothing unless the plan pauses.
    pub remaining: Vec<Remaining>,
    /// The resources that the plan leaves as they are.
    pub unchanged: BTreeSet<Address>,
}

/// The resources of a kind that a pause keeps and AWS goes on billing by time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remaining {
    /// The resources.
    pub resources: Vec<Address>,
    /// Their sum, without charges by use.
    pub total: Total,
    /// Why they are kept, if their kind says so.
    pub because: Option<String>,
}

/// The dollars of the resource of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OperationCost {
    /// Before the operation.
    pub before: Total,
    /// After the operation.
    pub after: Total,
    /// The dollars that are paid once, if it runs a job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub once: Option<Amount>,
}

fn of(totals: &BTreeMap<&Address, Total>, address: &Address) -> Total {
    totals.get(address).copied().unwrap_or_default()
}

/// Returns the resources that are billed by time, by kind: the dearest first.
fn remaining(costs: &Costs, kinds: &Registry) -> Vec<Remaining> {
    let mut by_kind: BTreeMap<&str, Remaining> = BTreeMap::new();
    for line in costs.lines.iter().filter(|line| line.hourly != Amount::ZERO) {
        let kind = line.address.kind();
        let because = || kinds.get(kind).and_then(|kind| kind.info().billed_while_paused.clone());
        let new = || Remaining { resources: Vec::new(), total: Total::default(), because: because() };
        let of_kind = by_kind.entry(kind).or_insert_with(new);
        of_kind.total.add(line);
        if of_kind.resources.last() != Some(&line.address) {
            of_kind.resources.push(line.address.clone());
        }
    }
    let mut remaining: Vec<_> = by_kind.into_values().collect();
    let dollars = |one: &Remaining| one.total.monthly.usd.unwrap_or(f64::INFINITY);
    remaining.sort_by(|one, other| dollars(other).total_cmp(&dollars(one)));
    remaining
}

impl PlanCosts {
    /// Prices a plan that was made from a document.
    pub fn new(document: &StateDocument, plan: &Plan, kinds: &Registry, pricing: &Pricing<'_>) -> Self {
        let costs = |standing: &Standing| {
            let rates = standing.rates(kinds).at(super::Capacity::Declared);
            Costs::of(&rates, pricing)
        };
        let after = Standing::after(document, plan);
        let paused = (plan.target == Target::Running).then(|| costs(&after.paused(kinds)));
        let before = Standing::before(document, plan);
        let unchanged = before.same_as(&after);
        let (before, after) = (costs(&before), costs(&after));
        let runs = plan.operations.iter().filter(|operation| operation.kind() == OperationKind::Run);
        let runs: BTreeSet<&Address> = runs.map(|operation| &operation.address).collect();
        let once = after.once.iter().filter(|one| runs.contains(&one.address)).cloned().collect();
        let remaining = if plan.target == Target::Paused { remaining(&after, kinds) } else { Vec::new() };
        Self { hours_per_month: pricing.hours, before, after, paused, once, remaining, unchanged }
    }

    /// Returns the dollars that the plan adds.
    pub fn change(&self) -> TotalDifference {
        self.after.less(&self.before, &self.unchanged)
    }

    /// Returns the dollars that the plan adds for one resource.
    pub fn change_of(&self, address: &Address) -> TotalDifference {
        self.after.less_of(address, &self.before, &self.unchanged)
    }

    /// Returns the dollars of the resource of each operation, by id. The old half of a replacement has none of its own.
    pub fn by_operation(&self, plan: &Plan) -> Vec<Option<OperationCost>> {
        let (before, after) = (self.before.by_resource(), self.after.by_resource());
        let cost = |operation: &Operation| OperationCost {
            before: of(&before, &operation.address),
            after: of(&after, &operation.address),
            once: self.once_of(operation),
        };
        let operations = plan.operations.iter();
        operations.map(|operation| (!operation.is_superseded()).then(|| cost(operation))).collect()
    }

    /// Returns the dollars that are paid once for the jobs that the plan runs; `None` if it runs none.
    pub fn once_total(&self) -> Option<Amount> {
        (!self.once.is_empty()).then(|| self.once.iter().map(|one| one.usd).sum())
    }

    fn once_of(&self, operation: &Operation) -> Option<Amount> {
        let of = |one: &&OneTime| operation.kind() == OperationKind::Run && one.address == operation.address;
        let mut own = self.once.iter().filter(of).peekable();
        own.peek()?;
        Some(own.map(|one| one.usd).sum())
    }

    /// Returns the parts of all sums that are not known.
    pub fn unknown(&self) -> Vec<UnknownPart> {
        let mut parts: Vec<_> = self.before.unknown.iter().chain(&self.after.unknown).cloned().collect();
        parts.sort();
        parts.dedup();
        parts
    }

    /// Returns the oldest date among the prices that were used.
    pub fn oldest_price(&self) -> Option<PriceDate> {
        [&self.before, &self.after].into_iter().filter_map(|costs| costs.oldest_price).min()
    }
}
