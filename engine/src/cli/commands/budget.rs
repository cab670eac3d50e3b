//! `ebb budget`: budgets, and what is spent of them. Calls nothing in AWS, except for state that is kept there: Cost Explorer's
//! answers are in the records.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::runtime;
use crate::control::{Evaluated, Reconciliation, RuleState, accounts, evaluate, reconciliation_words, spike_words};
use ebbtide::budget::{Spend, Spike};

/// Said where no budget is reconciled.
const LEDGER_ALONE: &str = "computed from the ledger alone: AWS's bill, which comes a day later, was not asked";

/// Said where a budget is reconciled.
const RECONCILED: &str = "computed from the ledger, and raised by what Cost Explorer has beyond it for days that have been over for 48 hours";

/// Shows budgets, and what is spent of them
#[derive(Debug, Args)]
pub(in crate::cli) struct BudgetArgs {
    #[command(subcommand)]
    command: BudgetCommand,
}

#[derive(Debug, Subcommand)]
enum BudgetCommand {
    /// Shows the spending of the month, its forecast, and the rules that are reached
    Status {
        #[command(flatten)]
        stack: StackArg,
    },
}

#[derive(Serialize)]
struct StatusView {
    format: u32,
    environment: String,
    at: Timestamp,
    /// Where the figures come from, in words.
    source: &'static str,
    faults: Vec<String>,
    budgets: Vec<BudgetView>,
}

#[derive(Serialize)]
struct BudgetView {
    /// The stack; `None` for the budget of all stacks together.
    stack: Option<String>,
    monthly: f64,
    with_buffer: f64,
    daily: Option<f64>,
    spent: Spend,
    forecast: Spend,
    /// The ledgers beside Cost Explorer, whose excess is part of the figures; empty unless the budget is reconciled.
    reconciled: Vec<Reconciliation>,
    since: Option<Timestamp>,
    /// Whether some record or ledger cannot be read.
    incomplete: bool,
    spike: Option<Spike>,
    rules: Vec<RuleState>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &BudgetArgs) -> Result<u8, CommandError> {
    let BudgetCommand::Status { stack } = &arguments.command;
    runtime::on_this_thread(status(context, stack.stack.as_deref()))
}

async fn status(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = match stack {
        Some(name) => Some(context.stack(&environment, Some(name)).await?),
        None => None,
    };
    let has_any = stack.as_ref().is_none_or(|stack| environment.budget(stack).is_some());
    if !environment.has_budgets() || !has_any && environment.common_budget().is_none() {
        let message = format!("environment {} has no budget", environment.name());
        return Err(CommandError::new(CommandErrorKind::Refused, message)
            .hint("add `[budget]` with `monthly = DOLLARS` to the environment's file"));
    }
    let clients = environment.state_clients().await?;
    let now = Timestamp::now();
    let (accounts, unreadable) = accounts(&environment, &context.providers, clients.as_ref(), now).await?;
    let budgets = evaluate(&environment, context.providers.kinds(), (&accounts, &unreadable), now);
    let own = budgets.stacks.iter().filter(|(name, _)| stack.as_ref().is_none_or(|stack| stack == *name));
    let common = budgets.environment.iter().map(|one| view(None, one, now));
    let budgets_shown: Vec<BudgetView> = own.map(|(name, one)| view(Some(name), one, now)).chain(common).collect();
    let view = StatusView {
        format: OUTPUT_FORMAT,
        environment: environment.name().to_owned(),
        at: now,
        source: if budgets_shown.iter().all(|one| one.reconciled.is_empty()) { LEDGER_ALONE } else { RECONCILED },
        budgets: budgets_shown,
        faults: budgets.faults.clone(),
    };
    let recorded = accounts.iter().map(|account| &account.stack).chain(unreadable.keys());
    context.warn_of_unknown_stacks(&environment, recorded.cloned());
    for fault in &view.faults {
        context.output.warn(&format!("warning: {fault}"));
    }
    match context.output.is_json() {
        true => context.output.json(&view)?,
        false => context.output.result(&text(&view))?,
    }
    Ok(DONE)
}

fn view(stack: Option<&String>, one: &Evaluated, now: Timestamp) -> BudgetView {
    BudgetView {
        stack: stack.cloned(),
        monthly: one.budget.monthly,
        with_buffer: one.budget.with_buffer,
        daily: one.budget.daily,
        spent: one.spending.actual,
        forecast: one.spending.forecast,
        reconciled: one.reconciled.clone(),
        since: one.since,
        incomplete: one.incomplete,
        spike: one.spike,
        rules: one.rules(now),
    }
}

/// Returns the status in words. Writing into text cannot fail.
fn text(view: &StatusView) -> String {
    let mut text = String::new();
    for budget in &view.budgets {
        let of = budget.stack.as_deref().unwrap_or("all stacks together");
        let monthly = Spend::exactly(budget.monthly);
        let _ = writeln!(text, "{of} in {}: {monthly} a month", view.environment);
        let share = budget.spent.low / budget.monthly * 100.0;
        let since = budget.since.map_or_else(
            || if budget.incomplete { "; not all of it can be read" } else { "; the ledger is empty" }.to_owned(),
            |since| format!("; the ledger begins {}", since.strftime("%Y-%m-%d %H:%M UTC")),
        );
        let _ = writeln!(text, "  spent     {} ({share:.0} %){since}", budget.spent);
        let _ = writeln!(text, "  forecast  {}", budget.forecast);
        for words in reconciliation_words(&budget.reconciled) {
            let _ = writeln!(text, "  billed    {words}");
        }
        if let Some(spike) = &budget.spike {
            let _ = writeln!(text, "  today     {}", spike_words(spike));
        }
        for rule in &budget.rules {
            let _ = writeln!(text, "  {} ({}): {}", rule.rule, Spend::exactly(rule.threshold), rule.words());
        }
        let _ = writeln!(text);
    }
    let _ = writeln!(text, "The figures are {}.", view.source);
    text
}
