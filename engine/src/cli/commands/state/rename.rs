//! `ebb state rename`: records resources under other addresses, and writes their ownership tags.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use crate::apply::Shutdown;
use crate::cli::confirm::{self, confirm};
use crate::cli::context::CommandContext;
use crate::cli::deploy::deployment;
use crate::cli::error::{CommandError, CommandErrorKind, DONE, FAILED};
use crate::cli::output::count;
use crate::cli::progress::Progress;
use crate::cli::runtime;
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// Records a resource, or all resources of a component, under another address, as the code declares them by now
#[derive(Debug, Args)]
pub(super) struct RenameArgs {
    /// The old address KIND.NAME, or the old name of a component
    old: String,
    /// The new address of the same kind, or the new name of the component
    new: String,
}

pub(super) fn run(context: &CommandContext, stack: Option<&str>, arguments: &RenameArgs) -> Result<u8, CommandError> {
    runtime::on_all_threads(rename(context, stack, arguments))
}

async fn rename(context: &CommandContext, stack: Option<&str>, arguments: &RenameArgs) -> Result<u8, CommandError> {
    confirm::check(context, "state rename")?;
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, stack).await?;
    let connection = environment.connect().await?;
    let state = environment.state(&stack, Some(&connection.clients)).await?;
    let progress = Progress::for_plan(context.output);
    let on_event = |event| progress.event(event);
    let scope = environment.scope(&stack, &connection.account);
    let why = format!("ebb state rename {} {}", arguments.old, arguments.new);
    let deployment = deployment(context, &connection, &state, &on_event, Shutdown::default(), Some(why));
    let mut locked = deployment.lock("state rename", &scope).await?;
    let renamed = async {
        let moves = moves(locked.document(), arguments)?;
        let lines: Vec<_> = moves.iter().map(|(old, new)| format!("  {old} → {new}")).collect();
        if !moves.is_empty() {
            if !context.output.is_json() {
                context.output.note(&lines.join("\n"));
            }
            confirm(context, "state rename", &format!("Rename {}?", count(moves.len(), "resource"))).await?;
        }
        let failed = locked.rename(&moves).await?;
        Ok::<_, CommandError>((moves, failed))
    };
    let renamed = renamed.await;
    locked.release().await;
    let (moves, failed) = renamed?;
    progress.clear();
    if context.output.is_json() {
        let renamed: BTreeMap<String, &Address> = moves.iter().map(|(old, new)| (old.to_string(), new)).collect();
        context.output.json(&json!({ "place": state.location(), "renamed": renamed, "untagged": failed }))?;
    } else if failed == 0 {
        context.output.result(&done(&moves, &arguments.new))?;
    }
    if failed > 0 {
        context.output.warn(&format!(
            "The record is renamed; the ownership tags of {} could not be written. Run the same command again, or let the \
             next apply write them.",
            count(failed, "resource")
        ));
    }
    Ok(if failed == 0 { DONE } else { FAILED })
}

fn done(moves: &BTreeMap<Address, Address>, new: &str) -> String {
    match moves.len() {
        0 => format!("{new} is recorded under this name already, with its ownership tags.\n"),
        number => format!("Renamed {}: nothing was replaced.\n", count(number, "resource")),
    }
}

/// Returns the addresses to rename; none if that was done already.
fn moves(document: &StateDocument, arguments: &RenameArgs) -> Result<BTreeMap<Address, Address>, CommandError> {
    let RenameArgs { old, new } = arguments;
    let renamed = |address: &Address, from: &str, to: &str| -> Result<Option<Address>, CommandError> {
        let Some(name) = renamed_name(address.name(), from, to) else { return Ok(None) };
        Address::new(address.kind(), &name).map(Some).map_err(usage)
    };
    let pairs = |from: &str, to: &str| -> Result<BTreeMap<Address, Address>, CommandError> {
        let pair = |address: &Address| Ok(renamed(address, from, to)?.map(|new| (address.clone(), new)));
        document.resources.keys().filter_map(|address| pair(address).transpose()).collect()
    };
    match (old.contains('.'), new.contains('.')) {
        (true, true) => {
            let (old, new) = (old.parse::<Address>().map_err(usage)?, new.parse::<Address>().map_err(usage)?);
            let recorded = |address: &Address| document.resources.contains_key(address);
            if !recorded(&old) && recorded(&new) {
                return Ok(BTreeMap::new());
            }
            Ok([(old, new)].into())
        }
        (false, false) => {
            let moves = pairs(old, new)?;
            // Cut off after the record was renamed: there are tags left to write at most.
            if moves.is_empty() && pairs(new, old)?.is_empty() {
                let message = format!("no recorded resource is named {old}, {old}-… or {old}/…");
                return Err(CommandError::new(CommandErrorKind::UnknownName, message)
                    .hint("`ebb state list` shows the recorded addresses"));
            }
            Ok(moves)
        }
        _ => Err(CommandError::new(
            CommandErrorKind::Usage,
            "name two addresses (ec2_vpc.main ec2_vpc.core) or two names of a component (main core)",
        )),
    }
}

/// Returns the new name of a resource that belongs to a component: its name, or its name with more behind a hyphen or slash.
fn renamed_name(name: &str, from: &str, to: &str) -> Option<String> {
    let rest = name.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with(['-', '/'])).then(|| format!("{to}{rest}"))
}

fn usage(error: impl ToString) -> CommandError {
    CommandError::new(CommandErrorKind::Usage, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_its_name_and_the_names_below_it() {
        let renamed = |name| renamed_name(name, "main", "core");
        assert_eq!(renamed("main").as_deref(), Some("core"));
        assert_eq!(renamed("main-public-a").as_deref(), Some("core-public-a"));
        assert_eq!(renamed("main/a").as_deref(), Some("core/a"));
        assert_eq!(renamed("mainly"), None);
        assert_eq!(renamed("the-main"), None);
    }
}
