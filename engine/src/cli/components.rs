//! Components that a command line names: `--only`.

use std::collections::BTreeSet;

use super::error::{CommandError, CommandErrorKind};
use crate::environment::{did_you_mean, nearest};
use ebbtide::plan::Target;
use ebbtide::planner::asleep;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, components_of};

/// Returns the components of a stack of which a pause puts something to sleep.
pub(super) fn pausing_components(document: &StateDocument, kinds: &Registry) -> BTreeSet<String> {
    let addresses: Vec<&Address> = document.resources.keys().collect();
    let components = components_of(&addresses).into_iter().map(str::to_owned);
    components.filter(|name| !asleep(document, &BTreeSet::from([name.clone()]), kinds).is_empty()).collect()
}

/// Returns the components that are asleep after a pause or a resume of the named ones. Without names, a resume wakes all of them.
pub(super) fn asleep_after(
    (command, target): (&str, Target),
    named: &BTreeSet<String>,
    document: &StateDocument,
    kinds: &Registry,
) -> Result<BTreeSet<String>, CommandError> {
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let scope = &document.scope;
    if document.target != Target::Running {
        let is = format!("{} in {} is {}", scope.stack, scope.environment, document.target);
        let message = format!("{is}, so that `--only` has nothing to {command}");
        return Err(CommandError::new(CommandErrorKind::Refused, message).hint(match document.target {
            Target::Paused => format!("`ebb resume {}` wakes all of it", scope.stack),
            Target::Running | Target::Destroyed => format!("`ebb apply {}` creates it again", scope.stack),
        }));
    }
    let known = &pausing_components(document, kinds) | &document.asleep;
    if let Some(unknown) = named.iter().find(|name| !known.contains(*name)) {
        let near = did_you_mean(nearest(unknown, known.iter().map(String::as_str)));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let message = format!("a pause puts nothing to sleep in a component `{unknown}` of {}{near}", scope.stack);
        return Err(CommandError::new(CommandErrorKind::Usage, message).hint(match known.is_empty() {
            true => "nothing of this stack bills by the hour".to_owned(),
            false => format!("components that can sleep: {}", known.join(", ")),
        }));
    }
    Ok(match target {
        Target::Running => &document.asleep - named,
        Target::Paused | Target::Destroyed => &document.asleep | named,
    })
}

/// Returns a target in words, with the components that are asleep beside it.
pub(super) fn with_asleep(target: Target, asleep: &BTreeSet<String>) -> String {
    let names: Vec<&str> = asleep.iter().map(String::as_str).collect();
    match target {
        Target::Running if !names.is_empty() => format!("{target}, without {}", names.join(", ")),
        Target::Running | Target::Paused | Target::Destroyed => target.to_string(),
    }
}

/// Returns the flags that name components.
pub(super) fn only_flags<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| format!(" --only {name}")).collect()
}
