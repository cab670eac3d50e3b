//! `ebb validate [STACK]`: environments and stacks, without asking AWS.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::count;
use ebbtide::planner::dependency_order;

#[derive(Serialize)]
struct Validated {
    format: u32,
    environment: String,
    stacks: Vec<ValidatedStack>,
}

#[derive(Serialize)]
struct ValidatedStack {
    stack: String,
    resources: usize,
    outputs: usize,
}

pub(super) fn run(context: &Context, stack: Option<&str>) -> Result<u8, CommandError> {
    let environment = context.environment()?;
    let names = match stack {
        Some(name) => vec![context.declared_stack(Some(name))?],
        None => context.names(),
    };
    let mut stacks = Vec::new();
    for name in names {
        let declared = context.declare(&environment, &name, "")?;
        dependency_order(&declared).map_err(|cycle| {
            let problem = ebbtide::stack::Problem { at: name.clone(), field: None, message: cycle.to_string() };
            CommandError::problems(&name, &[problem])
        })?;
        stacks.push(ValidatedStack {
            stack: name,
            resources: declared.resources.len(),
            outputs: declared.outputs.len(),
        });
    }
    if context.output.is_json() {
        let environment = environment.name().to_owned();
        context.output.json(&Validated { format: crate::cli::output::OUTPUT_FORMAT, environment, stacks })?;
    } else {
        let mut text = format!("Environment {} is valid.\n", environment.name());
        for ValidatedStack { stack, resources, outputs } in &stacks {
            let (resources, outputs) = (count(*resources, "resource"), count(*outputs, "output"));
            text.push_str(&format!("Stack {stack} is valid: {resources}, {outputs}.\n"));
        }
        context.output.result(&text)?;
    }
    Ok(DONE)
}
