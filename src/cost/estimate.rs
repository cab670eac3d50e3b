//! The estimate of a stack: running and paused, and between the bounds of its scaling.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Amount, Capacity, Costs, Line, Pricing, Standing, Total, component_of};
use crate::resource::{Address, Registry};

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
                monthly_paused: while_paused(&paused, line),
            })
            .collect();
        lines.sort_by(|one, two| (&one.component, &one.line.address).cmp(&(&two.component, &two.line.address)));
        Self { hours_per_month: pricing.hours, lines, least: least.total, most: most.total, running: declared, paused }
    }

    /// Returns the components with their sums: running, and paused. The dearest comes first.
    pub fn components(&self) -> Vec<(&str, Total, Amount)> {
        let mut components: Vec<(&str, Total, Amount)> = Vec::new();
        for one in &self.lines {
            if components.last().is_none_or(|(name, ..)| *name != one.component) {
                components.push((&one.component, Total::default(), Amount::ZERO));
            }
            if let Some((_, total, paused)) = components.last_mut() {
                total.hourly += one.line.hourly;
                total.monthly += one.line.monthly;
                *paused += one.monthly_paused;
            }
        }
        components.sort_by(|(_, one, _), (_, two, _)| two.monthly.known().total_cmp(&one.monthly.known()));
        components
    }
}

/// Returns the amount of the same charge while paused.
fn while_paused(paused: &Costs, line: &Line) -> Amount {
    let is_same =
        |other: &&Line| (&other.address, &other.item, &other.variant) == (&line.address, &line.item, &line.variant);
    paused.lines.iter().find(is_same).map_or(Amount::ZERO, |line| line.monthly)
}
