//! `ebb state move`: moves the state of all stacks of an environment, with all its history, to another place.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::shared::lock_owner;
use crate::cli::confirm::confirm;
use crate::cli::context::{self, CommandContext};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::runtime;
use crate::environment::{Clients, Environment};
use crate::state::{StateBucket, StateLocation, StateStore};

/// Moves the state of all stacks of the environment, with all its history, to another place
#[derive(Debug, Args)]
pub(super) struct MoveArgs {
    /// The new place: s3://BUCKET/PREFIX, or a directory, relative to the project's
    #[arg(long, value_name = "PLACE")]
    to: String,
}

/// The state of one stack at both places.
struct Move {
    stack: String,
    from: StateStore,
    to: StateStore,
}

/// The state of one stack that was moved.
#[derive(Serialize)]
struct Moved {
    stack: String,
    from: String,
    to: String,
    /// The number of serials; `None` if an earlier, interrupted move brought it there.
    serials: Option<usize>,
}

pub(super) fn run(context: &CommandContext, stack: Option<&str>, arguments: &MoveArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(relocate(context, stack, &arguments.to))
}

async fn relocate(context: &CommandContext, stack: Option<&str>, named: &str) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let clients = environment.clients().await?;
    let place = environment.other_place(named, &clients)?;
    let from = environment.state_place().await?.to_string();
    if from == place.to_string() {
        let message = format!("the state of environment {} is in {place} already", environment.name());
        return Err(CommandError::new(CommandErrorKind::Refused, message));
    }
    let moves = moves(context, &environment, &clients, stack, &place).await?;
    let names = moves.iter().map(|one| one.stack.as_str()).collect::<Vec<_>>().join(", ");
    confirm(context, "state move", &format!("Move the state of {names} and all its history to {place}?")).await?;
    let moved = carry_out(moves).await?;
    let settings = settings(&place, environment.state_directory_setting(named));
    let mut notes = Vec::new();
    if environment.aws().embedded {
        drop(clients);
        notes.extend(move_cloud(&environment, &place)?);
    }
    if context.output.is_json() {
        let to = place.to_string();
        context.output.json(&json!({ "from": from, "to": to, "stacks": moved, "settings": settings }))?;
    } else {
        context.output.result(&rendered(&moved, &notes, &settings, environment.name()))?;
    }
    Ok(DONE)
}

/// Returns the stacks to move, after a check of each: a move that is refused half-way leaves two places in use. `[state]` is a
/// setting of the environment, so that a stack that stayed would seem to be gone.
async fn moves(
    context: &CommandContext,
    environment: &Environment,
    clients: &Clients,
    named: Option<&str>,
    place: &StateLocation,
) -> Result<Vec<Move>, CommandError> {
    let recorded = context::recorded_stacks(environment).await?;
    let stacks = match named {
        None if recorded.is_empty() => vec![context.stack(environment, None).await?],
        None => recorded,
        Some(name) => {
            let name = context.stack(environment, Some(name)).await?;
            if recorded.iter().any(|other| *other != name) {
                let message = format!(
                    "the state of {} is in the same place, and `ebb state move` moves the state of all stacks of an environment",
                    recorded.iter().filter(|other| **other != name).cloned().collect::<Vec<_>>().join(", "),
                );
                return Err(CommandError::new(CommandErrorKind::Refused, message)
                    .hint("leave out --stack: [state] in the environment's file is the place of all its stacks"));
            }
            vec![name]
        }
    };
    let mut moves = Vec::new();
    for stack in stacks {
        let from = environment.state(&stack, Some(clients)).await?;
        let to = environment.state_in(place, &stack, clients)?;
        from.check_move(&to).await?;
        moves.push(Move { stack, from, to });
    }
    Ok(moves)
}

async fn carry_out(moves: Vec<Move>) -> Result<Vec<Moved>, CommandError> {
    let mut moved = Vec::new();
    for Move { stack, from, to } in moves {
        let serials = match from.check_move(&to).await? {
            true => None,
            false => Some(from.move_to(&to, lock_owner("state move")).await?),
        };
        moved.push(Moved { stack, from: from.location(), to: to.location(), serials });
    }
    Ok(moved)
}

/// Moves the embedded cloud, which is kept beside the state, to where the new settings look for it. Returns a note of it.
fn move_cloud(environment: &Environment, place: &StateLocation) -> Result<Option<String>, CommandError> {
    let (old, new) = (environment.cloud_directory(), environment.cloud_directory_with(place));
    if old == new || !old.exists() || new.exists() {
        return Ok(None);
    }
    let failed = |error| {
        CommandError::failed("move the embedded cloud", error).hint(format!(
            "the state is moved; move the directory {} to {} by hand",
            old.display(),
            new.display()
        ))
    };
    if let Some(folder) = new.parent() {
        fs_err::create_dir_all(folder).map_err(failed)?;
    }
    fs_err::rename(&old, &new).map_err(failed)?;
    Ok(Some(format!("Moved the embedded cloud to {}.\n", new.display())))
}

fn rendered(moved: &[Moved], notes: &[String], settings: &str, environment: &str) -> String {
    let line = |moved: &Moved| match moved.serials {
        Some(serials) => format!("Moved {serials} serials to {}.\n", moved.to),
        None => format!("{} was moved there before.\n", moved.to),
    };
    let lines: String = moved.iter().map(line).chain(notes.iter().cloned()).collect();
    format!(
        "{lines}Write this into environments/{environment}.toml, for all its stacks, in place of the former; `keep` and [state.encryption] stay:\n\n{settings}"
    )
}

/// Returns the table that makes an environment use a place.
fn settings(place: &StateLocation, directory: String) -> String {
    match place {
        StateLocation::Directory(_) => format!("[state]\ndirectory = {}\n", toml::Value::String(directory)),
        StateLocation::Bucket(StateBucket { aws, name, prefix, kms_key }) => {
            let mut text = format!("[state]\nbackend = \"s3\"\nbucket = \"{name}\"\n");
            if !prefix.is_empty() {
                text.push_str(&format!("prefix = {}\n", toml::Value::String(prefix.clone())));
            }
            text.push_str(&format!("region = \"{}\"\n", aws.region()));
            if let Some(key) = kms_key {
                text.push_str(&format!("kms_key = \"{key}\"\n"));
            }
            text
        }
    }
}
