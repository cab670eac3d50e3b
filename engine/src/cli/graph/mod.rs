//! `ebb graph`: a stack as a drawing. What runs, what sleeps and what holds data differ in colour and shape.

mod dot;
mod layout;
mod mermaid;
mod model;
mod svg;

use crate::cli::arguments::{Graph, GraphFormat};
use crate::cli::context;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use ebbtide::plan::Target;
use model::Drawing;

pub(super) async fn run(context: &Context, arguments: &Graph) -> Result<u8, CommandError> {
    let environment = context.environment()?;
    let stack = context.declared_stack(arguments.stack.as_deref())?;
    let declarations = context.declare(&environment, &stack, "")?;
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
    context.output.result(&match arguments.format {
        GraphFormat::Svg => svg::draw(&drawing),
        GraphFormat::Dot => dot::draw(&drawing),
        GraphFormat::Mermaid => mermaid::draw(&drawing),
    })?;
    Ok(DONE)
}
