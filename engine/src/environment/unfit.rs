//! Values of a file that do not fit: those that its schema refuses, and those that could not be read.

use serde_json::Value;

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use crate::environment::reserved::is_reserved;
use crate::environment::values::refused_values;
use ebbtide::program::Reply;
use ebbtide::stack::SettingsFault;

/// Returns the faults of reading a file: the values that its schema refuses, and what made reading fail. Of two faults of one value, the
/// one that says what to write is returned.
pub(super) fn unfit_values(
    document: &Document,
    schema: &Value,
    unread: Option<&SettingsFault>,
    reply: Option<&Reply>,
) -> Vec<Fault> {
    let described = reply.into_iter().flat_map(|reply| &reply.stacks);
    let stacks = described.filter_map(|stack| Some((path_to(&["stacks", &stack.name]), stack.fault.as_ref()?)));
    let failures: Vec<(Vec<String>, &SettingsFault)> =
        unread.map(|fault| (Vec::new(), fault)).into_iter().chain(stacks).collect();
    let mut refused = refused_values(document, schema, |path| {
        // Reserved tables of a stack are read by themselves.
        let is_reserved =
            path.first().is_some_and(|first| first == "stacks") && path.get(2).is_some_and(|key| is_reserved(key));
        !is_reserved && failures.iter().any(|(table, _)| path.starts_with(table))
    });
    let mut faults = Vec::new();
    for (table, fault) in failures {
        let path = [table.clone(), fault.path.clone()].concat();
        let vague = ["data did not match any variant", "invalid type", "invalid value"];
        let is_vague = vague.iter().any(|beginning| fault.message.starts_with(beginning));
        if is_vague && refused.iter().any(|one| one.path.starts_with(&path)) {
            continue;
        }
        refused.retain(|one| one.path != path);
        faults.push(located(document, table, fault));
    }
    faults.extend(refused.iter().map(|one| one.fault(document)));
    faults.sort();
    faults.dedup();
    faults
}

/// Returns the faults that are of other places than some others.
pub(super) fn unlike(faults: Vec<Fault>, others: &[Fault]) -> Vec<Fault> {
    faults.into_iter().filter(|fault| others.iter().all(|other| other.location != fault.location)).collect()
}

/// Returns a fault of settings with its place in the document.
fn located(document: &Document, mut path: Vec<String>, fault: &SettingsFault) -> Fault {
    path.extend(fault.path.iter().cloned());
    let shown = if path.is_empty() { String::new() } else { format!("{}: ", path.join(".")) };
    Fault { location: document.of_value(&path), message: format!("{shown}{}", fault.message) }
}
