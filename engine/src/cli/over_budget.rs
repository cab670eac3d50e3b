//! The refusal of an apply that raises spending while a budget blocks that.

use jiff::Timestamp;

use crate::cli::context::CommandContext;
use crate::cli::dollars::plan_costs;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::control::{accounts, evaluate};
use crate::environment::Environment;
use ebbtide::plan::{Plan, Target};
use ebbtide::record::StateDocument;

/// A difference of an hour's dollars below this is none.
const NONE: f64 = 0.000_05;

/// Refuses a plan of `ebb apply` that raises the dollars of an hour, or runs a job, while a rule of a budget blocks that, or while it is not known
/// whether one does. `reason` overrides it.
pub(super) async fn check(
    context: &CommandContext,
    environment: &Environment,
    (command, reason): (&str, Option<&str>),
    document: &StateDocument,
    plan: &Plan,
) -> Result<(), CommandError> {
    if command != "apply" || plan.target != Target::Running || !environment.has_budgets() {
        return Ok(());
    }
    let costs = plan_costs(context, environment, document, plan);
    let (before, after) = (costs.before.total.hourly, costs.after.total.hourly);
    let raise = costs.change().hourly;
    let once = costs.once_total().filter(|once| once.known() >= NONE || once.at_least);
    let is_raised = raise.known >= NONE || raise.may_be_more;
    if !is_raised && once.is_none() {
        return Ok(());
    }
    let clients = environment.state_clients().await?;
    let now = Timestamp::now();
    let (accounts, unreadable) = accounts(environment, &context.providers, clients.as_ref(), now).await?;
    let budgets = evaluate(environment, context.providers.kinds(), (&accounts, &unreadable), now);
    let hourly = is_raised.then(|| format!("raises {} an hour to {}", before.shown(4), after.shown(4)));
    let once = once.map(|once| format!("runs jobs for {}", once.shown(2)));
    let raises: Vec<String> = hourly.into_iter().chain(once).collect();
    let raises = format!("this apply {}", raises.join(" and "));
    let stack = &plan.scope.stack;
    let (refusal, hint) = match (budgets.blocks(stack), budgets.may_block(stack)) {
        (Some(why), _) => (
            format!("the budget blocks that ({why})"),
            "`--over-budget REASON` applies it all the same, and the history keeps the reason; `ebb budget status` shows the figures",
        ),
        (None, Some(why)) => (
            format!("it is not known whether the budget blocks that: {why}"),
            "`ebb status STACK` of the stack that is named says how to restore its record; `--over-budget REASON` applies this one all the same, and the history keeps the reason",
        ),
        (None, None) => return Ok(()),
    };
    if reason.is_some() {
        context.output.warn(&format!("warning: {raises}, although {refusal}"));
        return Ok(());
    }
    Err(CommandError::new(CommandErrorKind::Refused, format!("{raises}, and {refusal}")).hint(hint))
}
