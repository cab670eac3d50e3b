//! Dollars on the status page: of an hour, and against a budget.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::board::{BudgetBoard, CostBoard};
use super::chart::chart;
use super::html::escaped;
use super::picture::time;
use crate::control::{reconciliation_words, spike_words};
use ebbtide::budget::Spend;

/// Renders the dollars of an hour.
pub(super) fn render_cost(html: &mut String, cost: Option<CostBoard>) {
    if let Some(cost) = cost {
        // A few resources cost less than a cent.
        let digits = if cost.hourly.known() > 0.0 { 4 } else { 2 };
        // Writing into text cannot fail.
        let _ = write!(html, "<p>Costs {} an hour now</p>", cost.hourly.shown(digits));
    }
}

/// Renders a budget: its chart, its figures and its rules.
pub(super) fn render_budget(html: &mut String, budget: Option<&BudgetBoard>) {
    let Some(budget) = budget else { return };
    html.push_str(&chart(budget));
    let share = budget.spent.low / budget.monthly * 100.0;
    let _ = write!(
        html,
        "<p>Spent {} this month, {share:.0} % of {}; the forecast is {}</p>",
        budget.spent,
        Spend::exactly(budget.monthly),
        budget.forecast
    );
    for words in reconciliation_words(&budget.reconciled) {
        let _ = write!(html, "<p class=\"note\">{}</p>", escaped(&words));
    }
    if budget.reconciled.iter().any(|one| one.excess() > 0.0) && !budget.course.is_empty() {
        html.push_str("<p class=\"dim\">The chart shows the ledger alone</p>");
    }
    if let Some(spike) = &budget.spike {
        let _ = write!(html, "<p class=\"note\">Today has cost {}</p>", escaped(&spike_words(spike)));
    }
    for rule in budget.rules.iter().filter(|rule| rule.state != "not_reached") {
        let (name, threshold) = (escaped(&rule.rule), Spend::exactly(rule.threshold));
        let state = match (rule.since, rule.acts) {
            (Some(since), Some(acts)) if rule.state == "announced" => {
                format!("reached {}, takes effect {}", time(since, &TimeZone::UTC), time(acts, &TimeZone::UTC))
            }
            (Some(since), _) => format!("reached {}", time(since, &TimeZone::UTC)),
            (None, _) => escaped(&rule.words()),
        };
        let _ = write!(html, "<p class=\"note\">Rule: {name} ({threshold}): {state}</p>");
    }
    let since = match budget.since {
        Some(since) => format!("The ledger begins {}", since.strftime("%Y-%m-%d %H:%M UTC")),
        None if budget.incomplete => "Not all of the spending can be read".to_owned(),
        None => "The ledger is empty".to_owned(),
    };
    let _ = write!(html, "<p class=\"dim\">{since}; months are those of UTC</p>");
}
