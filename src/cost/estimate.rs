//! The estimate of a stack: running and paused, and between the bounds of its scaling.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Amount, AmountRange, Capacity, Costs, Line, Pricing, Scheduled, Standing, Total};
use crate::resource::{Address, Registry, component_of};

/// The estimate of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The hours of a month.
    pub hours_per_month: f64,
    /// The resources and their charges, by component.
    pub lines: Vec<EstimatedLine>,
    /// While the stack runs, with the instances that are declared.
    pub running: Costs,
    /// While the stack runs with the least instances that scaling leaves.
    pub least: Total,
    /// While the stack runs with the most instances that scaling adds.
    pub most: Total,
    /// While the stack is paused.
    pub paused: Costs,
    /// While the stack follows its schedule; `None` without one.
    pub scheduled: Option<Scheduled>,
}

/// The sums of a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentCost<'a> {
    /// The name of the component.
    pub name: &'a str,
    /// While the stack runs, with the instances that are declared.
    pub running: Total,
    /// The dollars of a month while the stack is paused.
    pub paused: Amount,
    /// The dollars of a month in which the stack follows its schedule.
    pub scheduled: AmountRange,
}

/// One charge in an estimate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EstimatedLine {
    /// The component that the resource belongs to, by its name.
    pub component: String,
    /// The charge while the stack runs.
    #[serde(flatten)]
    pub line: Line,
    /// The dollars of a month with the least instances that scaling leaves.
    pub monthly_least: Amount,
    /// The dollars of a month with the most instances that scaling adds.
    pub monthly_most: Amount,
    /// The dollars of a month while the stack is paused.
    pub monthly_paused: Amount,
    /// The dollars of a month in which the stack follows its schedule; `None` without one.
    pub monthly_scheduled: Option<AmountRange>,
}

impl Estimate {
    /// Estimates a stack from the resources that exist while it runs.
    pub fn new(running: &Standing, kinds: &Registry, pricing: &Pricing<'_>) -> Self {
        let rates = running.rates(kinds);
        let paused = Costs::of(&running.paused(kinds).rates(kinds), pricing);
        let [declared, least, most] = [Capacity::Declared, Capacity::Least, Capacity::Most]
            .map(|capacity| Costs::of(&rates.at(capacity), pricing));
        let names: BTreeSet<&str> = rates.resources.keys().map(Address::name).collect();
        // Another number of instances changes quantities only, so the lines are those of the same charges.
        let bounds = least.lines.iter().zip(&most.lines);
        let mut lines: Vec<_> = declared
            .lines
            .iter()
            .zip(bounds)
            .map(|(line, (least, most))| EstimatedLine {
                component: component_of(&line.address, &names).to_owned(),
                line: line.clone(),
                monthly_least: least.monthly,
                monthly_most: most.monthly,
                monthly_paused: same_charge(&paused, line),
                monthly_scheduled: None,
            })
            .collect();
        lines.sort_by(|one, two| (&one.component, &one.line.address).cmp(&(&two.component, &two.line.address)));
        let (least, most) = (least.total, most.total);
        Self { hours_per_month: pricing.hours, lines, least, most, running: declared, paused, scheduled: None }
    }

    /// Adds the month of a stack that follows its schedule.
    #[must_use]
    pub fn with_schedule(mut self, scheduled: Scheduled) -> Self {
        // A recorded stack that is paused now has charges in its schedule that it does not have at the moment.
        let is_covered = |line: &Line| self.lines.iter().any(|one| is_same(&one.line, line));
        if scheduled.most.lines.iter().all(is_covered) {
            for at in 0..self.lines.len() {
                let (before, line) = (&self.lines[..at], &self.lines[at].line);
                // Charges of an earlier generation are the same once more.
                let is_first = !before.iter().any(|one| is_same(&one.line, line));
                let of = |costs| if is_first { same_charge(costs, line) } else { Amount::ZERO };
                let range = AmountRange { low: of(&scheduled.least), high: of(&scheduled.most) };
                self.lines[at].monthly_scheduled = Some(range);
            }
        }
        self.scheduled = Some(scheduled);
        self
    }

    /// Returns the components with their sums. The dearest comes first.
    pub fn components(&self) -> Vec<ComponentCost<'_>> {
        let mut components: Vec<ComponentCost<'_>> = Vec::new();
        for one in &self.lines {
            if components.last().is_none_or(|last| last.name != one.component) {
                let (running, paused) = (Total::default(), Amount::ZERO);
                components.push(ComponentCost { name: &one.component, running, paused, scheduled: AmountRange::ZERO });
            }
            if let Some(last) = components.last_mut() {
                last.running.hourly += one.line.hourly;
                last.running.monthly += one.line.monthly;
                last.paused += one.monthly_paused;
                last.scheduled += one.monthly_scheduled.unwrap_or(AmountRange::ZERO);
            }
        }
        components.sort_by(|one, two| two.running.monthly.known().total_cmp(&one.running.monthly.known()));
        components
    }
}

/// Returns the amount of the same charge in other sums.
fn same_charge(costs: &Costs, line: &Line) -> Amount {
    costs.lines.iter().find(|other| is_same(other, line)).map_or(Amount::ZERO, |line| line.monthly)
}

fn is_same(one: &Line, other: &Line) -> bool {
    (&one.address, &one.item, &one.variant) == (&other.address, &other.item, &other.variant)
}
