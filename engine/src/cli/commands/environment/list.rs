//! `ebb environment list`: lists the environments of the project.

use clap::Args;
use serde::Serialize;

use crate::cli::context::CommandContext;
use crate::cli::dollars::{Align, table};
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;

/// Lists the environments of the project
#[derive(Debug, Args)]
pub(super) struct ListArgs {}

#[derive(Serialize)]
struct ListView {
    format: u32,
    environments: Vec<EnvironmentView>,
}

#[derive(Default, Serialize)]
struct EnvironmentView {
    environment: String,
    /// Whether it is the one that commands work in.
    chosen: bool,
    region: Option<String>,
    /// The account guard.
    account: Option<String>,
    embedded: bool,
    /// The place of the state.
    state: Option<String>,
    /// The reason why the file is invalid.
    error: Option<String>,
}

pub(super) fn run(context: &CommandContext, _arguments: &ListArgs) -> Result<u8, CommandError> {
    let chosen = context.common.environment();
    let names = context.project()?.environments();
    let environments: Vec<EnvironmentView> = names.into_iter().map(|name| view(context, name, &chosen)).collect();
    if context.output.is_json() {
        context.output.json(&ListView { format: OUTPUT_FORMAT, environments })?;
        return Ok(DONE);
    }
    let mut rows = vec![["", "ENVIRONMENT", "REGION", "ACCOUNT", "STATE"].map(str::to_owned)];
    for view in environments {
        let mark = if view.chosen { "*" } else { "" }.to_owned();
        let account = if view.embedded { Some("embedded".to_owned()) } else { view.account };
        let place = match view.error {
            Some(_) => format!("invalid: `ebb validate -e {}` says why", view.environment),
            None => view.state.unwrap_or_default(),
        };
        rows.push([
            mark,
            view.environment,
            view.region.unwrap_or_default(),
            account.unwrap_or_else(|| "any".to_owned()),
            place,
        ]);
    }
    context.output.result(&table([Align::Left; 5], &rows))?;
    Ok(DONE)
}

fn view(context: &CommandContext, name: String, chosen: &str) -> EnvironmentView {
    let found = context.recorded_environment_named(&name);
    let named = EnvironmentView { chosen: name == chosen, environment: name, ..EnvironmentView::default() };
    match found {
        Ok(environment) => EnvironmentView {
            region: Some(environment.aws().region.clone()),
            account: environment.aws().account.clone(),
            embedded: environment.aws().embedded,
            state: Some(environment.state_place_with(None).to_string()),
            ..named
        },
        Err(error) => EnvironmentView { error: Some(error.to_string()), ..named },
    }
}
