//! `ebb validate`: checks environments and stacks without calling AWS.

mod check;
mod sarif;

use clap::{Args, ValueEnum};
use owo_colors::OwoColorize as _;
use serde::Serialize;

use self::check::{Checked, check};
use self::sarif::sarif;
use crate::apply::Event;
use crate::cli::common::StacksArg;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE, FAILED};
use crate::cli::output::{OUTPUT_FORMAT, count};
use crate::cli::progress::Progress;

/// Checks environments and stacks without calling AWS
#[derive(Debug, Args)]
pub(in crate::cli) struct ValidateArgs {
    #[command(flatten)]
    stack: StacksArg,
    /// Checks every environment of the project
    #[arg(long)]
    all: bool,
    /// The format
    #[arg(long, value_enum, default_value_t = ValidateFormat::Text)]
    format: ValidateFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ValidateFormat {
    /// Lines, for people
    Text,
    /// One JSON object, as --json
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Serialize)]
struct AllView<'a> {
    format: u32,
    environments: Vec<EnvironmentView<'a>>,
}

#[derive(Serialize)]
struct EnvironmentView<'a> {
    #[serde(flatten)]
    checked: &'a Checked,
    /// The errors, each with its advice.
    errors: Vec<FaultView<'a>>,
}

#[derive(Serialize)]
struct FaultView<'a> {
    message: String,
    hint: Option<&'a str>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ValidateArgs) -> Result<u8, CommandError> {
    let named = arguments.stack.stack.as_deref();
    let names = match arguments.all {
        true => context.project()?.environments(),
        false => vec![context.common.environment()],
    };
    let all: Vec<Checked> = names.into_iter().map(|name| check(context, name, named)).collect();
    let format = if context.output.is_json() { ValidateFormat::Json } else { arguments.format };
    match format {
        ValidateFormat::Sarif => context.output.result(&format!("{:#}\n", sarif(context, &all)))?,
        ValidateFormat::Json if arguments.all => json(context, &all)?,
        ValidateFormat::Json | ValidateFormat::Text => return each(context, all, format),
    }
    Ok(if all.iter().any(|checked| !checked.errors.is_empty()) { FAILED } else { DONE })
}

fn json(context: &CommandContext, all: &[Checked]) -> Result<(), CommandError> {
    let mut environments = Vec::new();
    for checked in all {
        let errors = checked.errors.iter();
        let errors = errors.map(|error| FaultView { message: error.to_string(), hint: error.hint.as_deref() });
        environments.push(EnvironmentView { checked, errors: errors.collect() });
    }
    context.output.json(&AllView { format: OUTPUT_FORMAT, environments })
}

/// Prints environments one after the other. The last error is that of the command.
fn each(context: &CommandContext, all: Vec<Checked>, format: ValidateFormat) -> Result<u8, CommandError> {
    let mut last: Option<CommandError> = None;
    for mut checked in all {
        warn(context, &checked);
        let errors = std::mem::take(&mut checked.errors);
        if errors.is_empty() {
            match format {
                ValidateFormat::Json => context.output.json(&checked)?,
                _ => text(context, &checked)?,
            }
        }
        for error in errors {
            if let Some(earlier) = last.replace(error) {
                context.output.error(&earlier);
            }
        }
    }
    last.map_or(Ok(DONE), Err)
}

fn warn(context: &CommandContext, checked: &Checked) {
    let progress = Progress::for_plan(context.output);
    let warned = checked.stacks.iter().flat_map(|stack| &stack.warnings);
    warned.for_each(|warning| progress.event(Event::Warning(warning.clone())));
    for warning in &checked.schedules {
        context.output.warn(&format!("{} {}: {}", "warning:".yellow().bold(), warning.place, warning.message));
    }
}

fn text(context: &CommandContext, checked: &Checked) -> Result<(), CommandError> {
    let mut text = format!("Environment {} is valid.\n", checked.environment);
    for stack in &checked.stacks {
        let (resources, outputs) = (count(stack.resources, "resource"), count(stack.outputs, "output"));
        text.push_str(&format!("Stack {} is valid: {resources}, {outputs}.\n", stack.stack));
    }
    context.output.result(&text)?;
    if let Some(region) = &checked.zones_of {
        context.output.note(&format!(
            "AWS was not asked: a number of zones is taken to mean {region}a, {region}b, …; `ebb plan` looks them up."
        ));
    }
    Ok(())
}
