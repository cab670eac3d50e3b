//! The dollars of a plan, for people and as JSON.

use serde::Serialize;

use super::book::lenient_book;
use super::notes::{RATE_HOURS, age_line, is_old, once_lines, rate, unknown_lines};
use crate::cli::context::CommandContext;
use crate::environment::Environment;
use ebbtide::cost::{OneTime, PlanCosts, PriceDate, Pricing, Remaining, Total, UnknownPart, UnpricedUse};
use ebbtide::plan::Plan;
use ebbtide::record::StateDocument;

/// The dollars of a plan as `--json` prints them.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct CostView<'a> {
    hours_per_month: f64,
    before: Total,
    after: Total,
    paused: Option<Total>,
    /// The prices of the jobs that the plan runs; absent if it runs none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    once: &'a [OneTime],
    /// The resources that a pause leaves and AWS goes on billing by time; absent unless the plan pauses.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    remaining: &'a [Remaining],
    unknown: Vec<UnknownPart>,
    by_use: &'a [UnpricedUse],
    oldest_price: Option<PriceDate>,
    old: bool,
}

impl<'a> CostView<'a> {
    pub(in crate::cli) fn new(costs: &'a PlanCosts) -> Self {
        let oldest_price = costs.oldest_price();
        Self {
            hours_per_month: costs.hours_per_month,
            before: costs.before.total,
            after: costs.after.total,
            paused: costs.paused.as_ref().map(|paused| paused.total),
            once: &costs.once,
            remaining: &costs.remaining,
            unknown: costs.unknown(),
            by_use: &costs.after.by_use,
            oldest_price,
            old: is_old(oldest_price),
        }
    }
}

/// Prices a plan that was made from a document.
pub(in crate::cli) fn plan_costs(
    context: &CommandContext,
    environment: &Environment,
    document: &StateDocument,
    plan: &Plan,
) -> PlanCosts {
    let book = lenient_book(context, &plan.scope.region);
    let usage = [environment.usage(&plan.scope.stack)];
    let pricing = Pricing { usage: &usage, ..Pricing::new(&book, &plan.scope.region) };
    PlanCosts::new(document, plan, context.providers.kinds(), &pricing)
}

/// Returns the line of the resources of a kind that are billed while the stack is paused.
fn remaining_line(remaining: &Remaining) -> String {
    let which = match remaining.resources.as_slice() {
        [one] => one.to_string(),
        several => format!("{} × {}", several.len(), several.first().map_or("", |one| one.kind())),
    };
    let because = remaining.because.as_deref().map(|because| format!(": {because}")).unwrap_or_default();
    format!("Still billed: {which}, {} a month{because}.", remaining.total.monthly)
}

/// Returns the dollars of a plan as text: the first line is the sum, others say more.
pub(in crate::cli) fn plan_text(costs: &PlanCosts) -> Vec<String> {
    let (before, after) = (costs.before.total, costs.after.total);
    let by_use = if costs.after.by_use.is_empty() { "" } else { ", and what is billed by use" };
    let same = |one: &str, two: &str| if one == two { one.to_owned() } else { format!("{one} → {two}") };
    let hourly = same(&rate(before.hourly), &rate(after.hourly));
    let monthly = same(&before.monthly.to_string(), &after.monthly.to_string());
    let mut lines = vec![format!("Cost: {hourly} an hour, {monthly} a month of {RATE_HOURS} hours{by_use}.")];
    if let Some(paused) = &costs.paused {
        let Total { hourly, monthly } = paused.total;
        lines.push(format!("While paused: {} an hour, {monthly} a month.", rate(hourly)));
    }
    lines.extend(costs.remaining.iter().map(remaining_line));
    lines.extend(once_lines(&costs.once));
    lines.extend(unknown_lines(&costs.unknown()));
    lines.extend(age_line(costs.oldest_price()));
    lines
}
