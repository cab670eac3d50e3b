//! The hint that a plan creates what is recorded under another address.

use crate::cli::context::CommandContext;
use crate::cli::output::count;
use ebbtide::plan::Plan;
use ebbtide::planner::{Renaming, renamings};
use ebbtide::record::StateDocument;

/// Prints the commands that keep resources instead of creating them anew under another address.
pub(super) fn note_renamings(context: &CommandContext, plan: &Plan, document: &StateDocument) {
    let found = renamings(plan, document, context.providers.kinds());
    if found.is_empty() {
        return;
    }
    let commands = match component(&found) {
        Some((old, new)) => format!("  ebb state rename {old} {new}"),
        None => {
            let commands = found.iter().map(|renaming| format!("  ebb state rename {} {}", renaming.old, renaming.new));
            commands.collect::<Vec<_>>().join("\n")
        }
    };
    let stack = &plan.scope.stack;
    context.output.warn(&format!(
        "hint: {} of this plan looks like one that is recorded under another address. If it is the same, keep it before you \
         apply, with `--stack {stack}`:\n{commands}",
        count(found.len(), "resource"),
    ));
}

/// Returns the old and the new name of a component that explain all renamings, if there are more than one.
fn component(found: &[Renaming]) -> Option<(String, String)> {
    let shortest = found.iter().min_by_key(|renaming| renaming.old.name().len()).filter(|_| found.len() > 1)?;
    let (mut old, mut new) = (shortest.old.name(), shortest.new.name());
    loop {
        let explains = |renaming: &Renaming| {
            let rest = renaming.old.name().strip_prefix(old);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/']))
                && rest == renaming.new.name().strip_prefix(new)
        };
        if found.iter().all(explains) {
            return Some((old.to_owned(), new.to_owned()));
        }
        let (shorter_old, end) = old.rsplit_once(['-', '/'])?;
        let (shorter_new, new_end) = new.rsplit_once(['-', '/'])?;
        if end != new_end {
            return None;
        }
        (old, new) = (shorter_old, shorter_new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renaming(old: &str, new: &str) -> Renaming {
        Renaming { old: old.parse().unwrap(), new: new.parse().unwrap() }
    }

    #[test]
    fn a_renamed_component_is_one_command() {
        let subnet = renaming("ec2_subnet.main-public-a", "ec2_subnet.core-public-a");
        let table = renaming("ec2_route_table.main-public", "ec2_route_table.core-public");
        let names = |found: &[Renaming]| component(found).map(|(old, new)| format!("{old} {new}"));
        assert_eq!(names(&[subnet.clone(), table.clone()]).as_deref(), Some("main-public core-public"));
        let vpc = renaming("ec2_vpc.main", "ec2_vpc.core");
        assert_eq!(names(&[subnet.clone(), table, vpc]).as_deref(), Some("main core"));
        assert_eq!(names(std::slice::from_ref(&subnet)), None);
        assert_eq!(names(&[subnet, renaming("s3_bucket.data", "s3_bucket.store")]), None);
    }
}
