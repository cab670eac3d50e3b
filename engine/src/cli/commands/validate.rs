//! `ebb validate`: checks environments and stacks without calling AWS.

use clap::Args;
use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::apply::{Event, Pushed, Warning, warnings};
use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::dollars::{PriceWarning, book, price_warnings};
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count};
use crate::cli::progress::Progress;
use crate::environment::{Environment, scaled_endpoints};
use ebbtide::planner::dependency_order;
use ebbtide::schedule::lint;
use ebbtide::stack::Problem;

/// Checks environments and stacks without calling AWS
#[derive(Debug, Args)]
pub(in crate::cli) struct ValidateArgs {
    #[command(flatten)]
    stack: StackArg,
}

#[derive(Serialize)]
struct ValidationView {
    format: u32,
    environment: String,
    stacks: Vec<StackView>,
    /// The stacks that need settings, where the environment has none.
    left_out: Vec<String>,
    /// The schedules that are valid and probably not meant so.
    schedules: Vec<ScheduleWarning>,
    /// The prices of the project that probably count nowhere.
    prices: Vec<PriceWarning>,
}

#[derive(Serialize)]
struct ScheduleWarning {
    /// Null for the schedule of the environment.
    stack: Option<String>,
    /// The place of the schedule in the file.
    place: String,
    message: String,
}

#[derive(Serialize)]
struct StackView {
    stack: String,
    resources: usize,
    outputs: usize,
    warnings: Vec<Warning>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ValidateArgs) -> Result<u8, CommandError> {
    let environment = context.environment()?;
    let names = match &arguments.stack.stack {
        Some(name) => vec![context.declared_stack(Some(name))?],
        None => context.names(),
    };
    let schedules = schedule_warnings(&environment, &names);
    let prices = price_warnings(context, &book(context, &environment.aws().region)?);
    let (mut stacks, mut left_out) = (Vec::new(), Vec::new());
    let mut has_zones = false;
    for name in names {
        let declared = context.declare_offline(&environment, &name);
        let declared = match arguments.stack.stack {
            Some(_) => declared?,
            None => match context.unless_unsettled(&environment, &name, declared)? {
                Some(declared) => declared,
                None => {
                    left_out.push(name);
                    continue;
                }
            },
        };
        dependency_order(&declared).map_err(|cycle| {
            let problem = Problem { at: name.clone(), field: None, message: cycle.to_string() };
            CommandError::problems(&name, &[problem])
        })?;
        environment.check_capacities(&name, &scaled_endpoints(declared.resources.keys()))?;
        let pushed = Pushed { schedule: environment.schedule(&name), reduce: false }.problems(&declared);
        if !pushed.is_empty() {
            return Err(CommandError::problems(&name, &pushed));
        }
        has_zones |= declared.resources.keys().any(|address| address.kind() == "ec2_subnet");
        let warnings = warnings(&context.providers, &declared, Timestamp::now());
        let (resources, outputs) = (declared.resources.len(), declared.outputs.len());
        stacks.push(StackView { stack: name, resources, outputs, warnings });
    }
    let progress = Progress::for_plan(context.output);
    let warned = stacks.iter().flat_map(|stack| &stack.warnings);
    warned.for_each(|warning| progress.event(Event::Warning(warning.clone())));
    for ScheduleWarning { place, message, .. } in &schedules {
        context.output.warn(&format!("{} {place}: {message}", "warning:".yellow().bold()));
    }
    if context.output.is_json() {
        let environment = environment.name().to_owned();
        context.output.json(&ValidationView {
            format: OUTPUT_FORMAT,
            environment,
            stacks,
            left_out,
            schedules,
            prices,
        })?;
    } else {
        let mut text = format!("Environment {} is valid.\n", environment.name());
        for StackView { stack, resources, outputs, .. } in &stacks {
            let (resources, outputs) = (count(*resources, "resource"), count(*outputs, "output"));
            text.push_str(&format!("Stack {stack} is valid: {resources}, {outputs}.\n"));
        }
        context.output.result(&text)?;
        if has_zones {
            let region = &environment.aws().region;
            context.output.note(&format!(
                "AWS was not asked: a number of zones is taken to mean {region}a, {region}b, …; `ebb plan` looks them up."
            ));
        }
    }
    Ok(DONE)
}

/// Returns the warnings about the schedules of stacks over the year to come. A schedule that several stacks share is looked at
/// once.
fn schedule_warnings(environment: &Environment, stacks: &[String]) -> Vec<ScheduleWarning> {
    let own: Vec<&String> = environment.scheduled_stacks().filter(|own| stacks.contains(own)).collect();
    let common = stacks.iter().any(|stack| !own.contains(&stack)).then(|| environment.common_schedule()).flatten();
    let own = own.into_iter().filter_map(|stack| Some((Some(stack), environment.schedule(stack)?)));
    let mut warnings = Vec::new();
    for (stack, schedule) in common.map(|schedule| (None, schedule)).into_iter().chain(own) {
        let place = environment.schedule_place(stack.map(String::as_str), &[]).to_string();
        warnings.extend(lint(schedule, Timestamp::now()).into_iter().map(|message| ScheduleWarning {
            stack: stack.cloned(),
            place: place.clone(),
            message,
        }));
    }
    warnings
}
