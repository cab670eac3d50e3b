//! `ebb plan`: what would be done. Takes no lock and changes nothing.

use crate::apply::{Goal, Shutdown};
use crate::cli::change::{include_data, show};
use crate::cli::context::Context;
use crate::cli::deploy::deployment;
use crate::cli::error::{CHANGES, CommandError, DONE};
use crate::cli::progress::Progress;
use crate::cli::{arguments, plan_file};
use ebbtide::plan::Target;

pub(super) async fn run(context: &Context, arguments: &arguments::Plan) -> Result<u8, CommandError> {
    let target = Target::from(arguments.target);
    let environment = context.environment()?;
    let stack = context.stack(&environment, arguments.stack.as_deref()).await?;
    // Problems with the declaration are reported before credentials are needed.
    let declare = |account: &str| match target {
        Target::Running => context.declare(&environment, &stack, account).map(Some),
        Target::Paused | Target::Destroyed => Ok(None),
    };
    declare("")?;
    let progress = Progress::for_plan(context.output);
    progress.phase(&format!("connecting to {}", environment.aws().region));
    let connection = environment.connect().await?;
    let declarations = declare(&connection.account)?;
    let state = environment.state(&stack, Some(&connection.clients)).await?;
    let include_data = include_data(&state, &arguments.include_data).await?;
    let on_event = |event| progress.event(event);
    let deployment = deployment(context, &connection, &state, &on_event, Shutdown::default(), None);
    progress.phase("reading what is there");
    let scope = environment.scope(&stack, &connection.account);
    let prepared = deployment
        .plan(Goal { scope: &scope, target, declarations: declarations.as_ref(), include_data: &include_data })
        .await?;
    progress.clear();
    show(context, &prepared.plan)?;
    if let Some(path) = &arguments.out {
        let name = path.display();
        plan_file::write(path, &prepared.plan).map_err(|error| CommandError::io("save the plan", &error))?;
        context.output.note(&format!("Saved. Carry it out with `ebb apply {name}`."));
    }
    if context.output.is_verbose()
        && let Some(calls) = connection.clients.calls()
    {
        context.output.note(&format!("{calls} calls to AWS"));
    }
    Ok(if arguments.detailed_exitcode && !prepared.plan.is_empty() { CHANGES } else { DONE })
}
