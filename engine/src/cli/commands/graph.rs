//! `ebb graph`: draws a stack.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::common::{StackArg, TargetName};
use crate::cli::context::{self, CommandContext};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::graph::{Drawing, to_dot, to_mermaid, to_svg};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::runtime;
use ebbtide::plan::Target;

/// Draws a stack: running resources, sleeping ones, and those that hold data
#[derive(Debug, Args)]
pub(in crate::cli) struct GraphArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The format of the drawing
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg)]
    format: GraphFormat,
    /// Draws the stack as it is with this target; the recorded one if left out
    #[arg(long, value_enum)]
    target: Option<TargetName>,
    /// Writes the drawing into this file
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// An image
    Svg,
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
}

/// A drawing as `--json` prints it.
#[derive(Serialize)]
struct GraphView {
    format: u32,
    stack: String,
    environment: String,
    target: Target,
    #[serde(flatten)]
    drawing: Drawing,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &GraphArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(graph(context, arguments))
}

async fn graph(context: &CommandContext, arguments: &GraphArgs) -> Result<u8, CommandError> {
    let prints_image = arguments.format == GraphFormat::Svg && arguments.out.is_none() && !context.output.is_json();
    if prints_image && context.output.prints_on_terminal() {
        return Err(CommandError::new(CommandErrorKind::Usage, "an image cannot be shown on a terminal")
            .hint("write it into a file with `--out FILE.svg`, or choose `--format dot` or `--format mermaid`"));
    }
    let environment = context.environment()?;
    let stack = context.declared_stack(arguments.stack.stack.as_deref())?;
    let declarations = context.declare_offline(&environment, &stack)?;
    let recorded = match arguments.target {
        Some(_) => None,
        None => {
            let state = environment.state(&stack, None).await?;
            context::recorded(&state).await?.filter(|document| document.target != Target::Destroyed)
        }
    };
    let target = arguments.target.map(Target::from);
    let target = target.or_else(|| recorded.as_ref().map(|document| document.target)).unwrap_or(Target::Running);
    let drawing = Drawing::new(&declarations, recorded.as_ref(), target, context.providers.kinds());
    let text = if context.output.is_json() {
        let environment = environment.name().to_owned();
        let view = GraphView { format: OUTPUT_FORMAT, stack, environment, target, drawing };
        serde_json::to_string(&view).map_err(|error| CommandError::failed("write the drawing", error))? + "\n"
    } else {
        match arguments.format {
            GraphFormat::Svg => to_svg(&drawing),
            GraphFormat::Dot => to_dot(&drawing),
            GraphFormat::Mermaid => to_mermaid(&drawing),
        }
    };
    match &arguments.out {
        None => context.output.result(&text)?,
        Some(path) => {
            fs_err::write(path, text).map_err(|error| CommandError::failed("write the drawing", error))?;
            context.output.note(&format!("Wrote {}.", path.display()));
        }
    }
    Ok(DONE)
}
