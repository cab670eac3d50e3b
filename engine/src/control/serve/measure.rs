//! From the data that is shown to metrics.

use jiff::Timestamp;

use super::board::{BudgetBoard, StackBoard};
use super::catalog::{
    BUDGET_UNKNOWN, DECIDED, DECISIONS, FAILURES, FORECAST, HOLD, HOURLY, HOURLY_UNKNOWN, MONTHLY, NEXT, READABLE,
    RESOURCES, RULE, SPENT, TARGET, WITH_BUFFER,
};
use super::metrics::{Label, Metrics};
use ebbtide::plan::Target;

/// Measures a stack.
pub(super) fn stack(metrics: &Metrics, environment: &str, stack: &StackBoard) {
    let labels = [("environment", environment), ("stack", stack.stack.as_str())];
    for target in [Target::Running, Target::Paused, Target::Destroyed] {
        let text = target.to_string();
        let labels = [labels[0], labels[1], ("target", text.as_str())];
        metrics.set(&TARGET, &labels, flag(stack.target == Some(target)));
        let decided = stack.decision.as_ref().is_some_and(|decision| decision.target == target);
        metrics.set(&DECIDED, &labels, flag(decided));
    }
    if let Some(decision) = &stack.decision {
        metrics.add(&DECISIONS, &[labels[0], labels[1], ("cause", &decision.cause)], 1.0);
    }
    let at = |instant: Option<Timestamp>| instant.map(|instant| instant.as_second() as f64);
    let cost = stack.cost.map(|cost| cost.hourly);
    for (metric, value) in [
        (&NEXT, at(stack.next.as_ref().map(|next| next.at))),
        (&HOLD, at(stack.hold.as_ref().map(|hold| hold.until))),
        (&HOURLY, cost.and_then(|hourly| hourly.usd)),
        (&HOURLY_UNKNOWN, cost.map(|hourly| flag(hourly.at_least))),
    ] {
        match value {
            Some(value) => metrics.set(metric, &labels, value),
            None => metrics.forget(metric, &labels),
        }
    }
    for (status, count) in [("exists", stack.resources), ("asleep", stack.asleep)] {
        metrics.set(&RESOURCES, &[labels[0], labels[1], ("status", status)], count as f64);
    }
    metrics.set(&FAILURES, &labels, f64::from(stack.failures));
    metrics.set(&READABLE, &labels, flag(stack.target.is_some()));
    budget(metrics, environment, Some(&stack.stack), stack.budget.as_ref());
}

/// Measures a budget: that of a stack, or that of all stacks together, whose metrics have no label `stack`.
pub(super) fn budget(metrics: &Metrics, environment: &str, stack: Option<&str>, budget: Option<&BudgetBoard>) {
    let of = if stack.is_some() { "stack" } else { "environment" };
    let labels: Vec<Label<'_>> =
        [("environment", environment), ("of", of)].into_iter().chain(stack.map(|stack| ("stack", stack))).collect();
    // Rules come and go with the settings.
    for metric in [&MONTHLY, &WITH_BUFFER, &SPENT, &FORECAST, &BUDGET_UNKNOWN, &RULE] {
        metrics.forget(metric, &labels);
    }
    let Some(budget) = budget else { return };
    metrics.set(&MONTHLY, &labels, budget.monthly);
    metrics.set(&WITH_BUFFER, &labels, budget.with_buffer);
    metrics.set(&BUDGET_UNKNOWN, &labels, flag(budget.incomplete));
    let with =
        |name: &'static str, value| -> Vec<Label<'_>> { labels.iter().copied().chain([(name, value)]).collect() };
    for (metric, spend) in [(&SPENT, budget.spent), (&FORECAST, budget.forecast)] {
        // What cannot be read has no figures: 0 would end an alert.
        if !budget.incomplete || spend.low > 0.0 {
            metrics.set(metric, &with("bound", "low"), spend.low);
        }
        if !budget.incomplete {
            metrics.set(metric, &with("bound", "high"), spend.high);
        }
    }
    for rule in &budget.rules {
        let is_reached = matches!(rule.state, "announced" | "reached");
        if is_reached || !budget.incomplete {
            metrics.set(&RULE, &with("rule", &rule.rule), flag(is_reached));
        }
    }
}

/// Forgets the gauges of stacks that are no longer there: their state was moved away.
pub(super) fn forget_others(metrics: &Metrics, environment: &str, before: &[StackBoard], now: &[StackBoard]) {
    for gone in before.iter().filter(|before| !now.iter().any(|stack| stack.stack == before.stack)) {
        metrics.forget_gauges(&[("environment", environment), ("stack", &gone.stack)]);
    }
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}
