//! `ebb cost estimate`: what a stack costs, from its declaration or its record, and as its schedule has it run. Calls nothing in
//! AWS.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use crate::cli::common::{ReportFormat, StackArg};
use crate::cli::context::{self, CommandContext};
use crate::cli::dollars::{EstimateView, book, estimate_markdown, estimate_table};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::runtime;
use crate::cli::schedule_times::beginning;
use crate::control::{expected_resume_time, resume_time};
use crate::environment::Environment;
use ebbtide::cost::{Book, Estimate, Levels, Pricing, Rates, Scheduled, Standing};
use ebbtide::plan::Target;

/// Estimates what a stack costs, running, paused and as scheduled, or every stack of the project
#[derive(Debug, Args)]
pub(in crate::cli) struct EstimateArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Estimates the recorded resources instead of the declared ones
    #[arg(long)]
    recorded: bool,
    /// The hours of a month; AWS's calculators use 730
    #[arg(long, value_name = "HOURS", default_value_t = ebbtide::cost::HOURS_PER_MONTH, value_parser = hours)]
    hours: f64,
    /// The beginning of the 52 weeks in which the schedule is followed, as of `ebb schedule preview`; now if left out
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    format: ReportFormat,
}

fn hours(text: &str) -> Result<f64, String> {
    let hours: f64 = text.parse().map_err(|_| "write a number of hours, such as 720".to_owned())?;
    if (1.0..=744.0).contains(&hours) { Ok(hours) } else { Err("a month has 1 to 744 hours".to_owned()) }
}

#[derive(Serialize)]
struct EstimatesView<'a> {
    format: u32,
    environment: &'a str,
    stacks: &'a [EstimateView],
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &EstimateArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(estimate(context, arguments))
}

async fn estimate(context: &CommandContext, arguments: &EstimateArgs) -> Result<u8, CommandError> {
    let environment = if arguments.recorded { context.recorded_environment()? } else { context.environment()? };
    let name = arguments.stack.stack.as_deref();
    let stacks = match name {
        Some(name) => vec![context.stack(&environment, Some(name)).await?],
        None if arguments.recorded => context.known_stacks(&environment).await?,
        None => context.names(),
    };
    let book = book(context, &environment.aws().region)?;
    let mut views = Vec::new();
    let mut together = Rates::default();
    for stack in &stacks {
        let estimated = one(context, &environment, stack, arguments, &book).await;
        let Some((view, rates)) = context.unless_unsettled(&environment, (name, stack), estimated)? else { continue };
        views.push(view);
        if let Some(usage) = environment.own_usage(stack) {
            for fault in usage.unused(&rates) {
                context.output.warn(&format!("warning: {}", environment.usage_fault(Some(stack), &fault)));
            }
        } else {
            together.add(rates);
        }
    }
    // An entry is of use if one stack uses it.
    if stacks.len() == context.names().len() {
        for fault in environment.common_usage().unused(&together) {
            context.output.warn(&format!("warning: {}", environment.usage_fault(None, &fault)));
        }
    }
    match arguments.format.or_json(context.output) {
        ReportFormat::Json => match (name, views.as_slice()) {
            (Some(_), [view]) => context.output.json(view)?,
            _ => {
                let environment = environment.name();
                context.output.json(&EstimatesView { format: OUTPUT_FORMAT, environment, stacks: &views })?;
            }
        },
        ReportFormat::Table => {
            context.output.result(&views.iter().map(estimate_table).collect::<Vec<_>>().join("\n"))?;
        }
        ReportFormat::Markdown => {
            context.output.result(&views.iter().map(estimate_markdown).collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(DONE)
}

/// Estimates one stack, and returns the rates of its resources.
async fn one(
    context: &CommandContext,
    environment: &Environment,
    stack: &str,
    arguments: &EstimateArgs,
    book: &Book,
) -> Result<(EstimateView, Rates), CommandError> {
    let is_declared = !arguments.recorded && context.names().iter().any(|name| name == stack);
    let kinds = context.providers.kinds();
    let mut remains = None;
    let (standing, running, lead) = if is_declared {
        let declarations = context.declare_offline(environment, stack)?;
        // How long creations took stands in the record, which may be out of reach here.
        let lead = expected_resume_time(&declarations, &BTreeMap::new(), kinds);
        let standing = Standing::declared(&declarations);
        (standing.clone(), standing, lead)
    } else {
        let recorded = context::recorded(&environment.state(stack, None).await?).await?;
        let mut document = recorded.ok_or_else(|| {
            CommandError::nothing_recorded(CommandErrorKind::State, stack, environment.name())
                .hint(format!("`ebb cost estimate {stack}` estimates what its code declares"))
        })?;
        document.migrate_inputs(kinds, &mut []);
        remains = (document.target == Target::Destroyed).then_some(document.resources.len());
        let running = Standing::declared(&document.declarations());
        (Standing::recorded(&document), running, resume_time(&document, kinds))
    };
    let usage = [environment.usage(stack)];
    let region = &environment.aws().region;
    let pricing = Pricing { hours: arguments.hours, usage: &usage, ..Pricing::new(book, region) };
    let mut estimate = Estimate::new(&standing, kinds, &pricing);
    // No schedule brings back a stack that was destroyed.
    if let Some(schedule) = environment.schedule(stack).filter(|_| remains.is_none()) {
        let from = beginning(arguments.from.as_deref(), schedule)?;
        let scheduled = Scheduled::new(&Levels::new(&running, kinds), schedule, (from, lead), &pricing);
        estimate = estimate.with_schedule(scheduled);
    }
    let view = EstimateView::new(&environment.scope(stack, ""), (!is_declared, remains), estimate);
    Ok((view, standing.rates(kinds)))
}
