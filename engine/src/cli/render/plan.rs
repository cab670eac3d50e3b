//! A plan as text for people.

use std::collections::{BTreeMap, BTreeSet};

use owo_colors::Style;

use super::entry::{Entry, common_tags, entries};
use super::groups::{Group, Item, folded_words, groups};
use super::page::{Lead, Page};
use super::shown::ShownPlan;
use super::width::columns;
use crate::apply::Unapplied;
use crate::cli::components::{only_flags, with_asleep};
use crate::cli::dollars::plan_text;
use crate::cli::output::count;
use ebbtide::plan::{Operation, OperationKind, Plan, Summary, Target};
use ebbtide::planner::{OutputChangeKind, RecordChanges};
use ebbtide::resource::Address;

/// Returns a plan as text, at most `width` columns wide, with colours. They are stripped on output where there is no terminal.
/// With `full`, each operation has a line of its own and all its fields.
pub(super) fn render(shown: &ShownPlan<'_>, width: usize, full: bool) -> String {
    let plan = shown.plan;
    let mut page = Page::new(width, full);
    let (scope, bold, dimmed) = (&plan.scope, Style::new().bold(), Style::new().dimmed());
    page.headline(
        &format!("{} in {} → {}", scope.stack, scope.environment, with_asleep(plan.target, &plan.asleep)),
        &format!("account {}, {}, state serial {}", scope.account, scope.region, plan.serial),
    );
    let tags = if full { common_tags(plan) } else { BTreeMap::new() };
    if !tags.is_empty() {
        let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        page.words(2, &format!("tags of all new resources: {}", tags.join(", ")), dimmed);
    }
    let groups = groups(entries(plan, full), shown.names, !full);
    if !groups.is_empty() {
        page.gap();
    }
    let column = column(&groups, width);
    let is_headed = groups.len() > 1 || groups.iter().any(|group| group.component.is_some());
    for group in &groups {
        if is_headed {
            page.words(0, group.component.as_deref().unwrap_or("others"), bold);
        }
        group.items.iter().for_each(|item| render_item(&mut page, item, column));
    }
    render_not_run(&mut page, plan);
    render_kept(&mut page, plan);
    render_record(&mut page, shown.record);
    render_unapplied(&mut page, shown);
    page.gap();
    page.words(0, &summary(shown), bold);
    for (index, line) in plan_text(shown.costs).into_iter().enumerate() {
        page.words(0, &line, if index == 0 { bold } else { dimmed });
    }
    page.into_text()
}

/// Returns the column of names: as wide as the longest, if that leaves half of the width to words.
fn column(groups: &[Group<'_>], width: usize) -> usize {
    let one = |item: &Item<'_>| match item {
        Item::One(entry) => columns(&entry.operation.address.to_string()),
        Item::Folded { .. } => 0,
    };
    let names = groups.iter().flat_map(|group| &group.items).map(one);
    names.filter(|name| *name <= width * 6 / 10).max().unwrap_or(0)
}

fn render_item(page: &mut Page, item: &Item<'_>, column: usize) {
    match item {
        Item::One(entry) => render_entry(page, entry, column),
        Item::Folded { first, kinds } => {
            let words = folded_words(first, kinds);
            page.entry(&Lead { sign: first.sign, style: first.style, name: "", column: 0 }, &words);
        }
    }
}

fn render_entry(page: &mut Page, entry: &Entry<'_>, column: usize) {
    let name = entry.operation.address.to_string();
    let lead = Lead { sign: entry.sign, style: entry.style, name: &name, column };
    if let [row] = entry.rows.as_slice()
        && entry.operation.kind() == OperationKind::Update
        && page.inline(&lead, row, &entry.words)
    {
        return;
    }
    page.entry(&lead, &entry.words);
    page.rows(&entry.rows);
}

/// Adds the heading of a section below the operations.
fn heading(page: &mut Page, title: &str, style: Style) {
    page.gap();
    page.words(0, title, style.bold());
}

/// Shows the jobs that are not run, and what waits for their results. Their reasons say what to do, so they are not shortened.
fn render_not_run(page: &mut Page, plan: &Plan) {
    if plan.not_run.is_empty() {
        return;
    }
    let style = Style::new().yellow();
    heading(page, &format!("Not run ({})", plan.not_run.len()), style);
    for one in &plan.not_run {
        let name = one.address.to_string();
        page.entry(&Lead { sign: "!", style, name: &name, column: 0 }, &one.to_string());
    }
}

fn render_kept(page: &mut Page, plan: &Plan) {
    if plan.kept.is_empty() {
        return;
    }
    let style = Style::new().cyan();
    heading(page, &format!("Keep ({})", plan.kept.len()), style);
    for kept in &plan.kept {
        let id = kept.id.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
        let name = kept.address.to_string();
        page.entry(&Lead { sign: "=", style, name: &name, column: 0 }, &format!("{id}{}", kept.reason));
    }
}

/// Returns the changes of the record in words: a sign, a name and the change.
pub(super) fn record_lines(record: &RecordChanges) -> Vec<(&'static str, String, String)> {
    let mut lines = Vec::new();
    for change in &record.resources {
        let protection = change.protection.map(|on| format!("protection: {}", if on { "on" } else { "off" }));
        let list = |what: &str, addresses: &BTreeSet<Address>| {
            let addresses = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (!addresses.is_empty()).then(|| format!("{what} {addresses}"))
        };
        let redeclared = change.redeclared.then(|| "declared in other words".to_owned());
        let (added, removed) = (list("depends on", &change.added), list("no longer depends on", &change.removed));
        let parts: Vec<String> = [protection, added, removed, redeclared].into_iter().flatten().collect();
        lines.push(("~", change.address.to_string(), parts.join("; ")));
    }
    let kinds = [
        (OutputChangeKind::Added, "+", "added"),
        (OutputChangeKind::Changed, "~", "changed"),
        (OutputChangeKind::Removed, "-", "removed"),
    ];
    for (kind, sign, done) in kinds {
        let names: Vec<&str> =
            record.outputs.iter().filter(|output| output.change == kind).map(|output| output.name.as_str()).collect();
        match names.as_slice() {
            [] => {}
            [name] => lines.push((sign, format!("output {name}: {done}"), String::new())),
            names => lines.push((sign, String::new(), format!("{} outputs {done}: {}", names.len(), names.join(", ")))),
        }
    }
    lines
}

/// Shows changes that need no operation.
fn render_record(page: &mut Page, record: &RecordChanges) {
    if record.is_empty() {
        return;
    }
    let style = Style::new().yellow();
    heading(page, &format!("Record ({})", record.len()), style);
    for (sign, name, words) in record_lines(record) {
        page.entry(&Lead { sign, style, name: &name, column: 0 }, &words);
    }
}

/// Shows what changed in code and settings while the stack is paused. A pause does none of it.
fn render_unapplied(page: &mut Page, shown: &ShownPlan<'_>) {
    let Some(unapplied) = shown.unapplied.filter(|unapplied| !unapplied.is_empty()) else { return };
    let style = Style::new().yellow();
    heading(page, &format!("Changed in code or settings, not applied yet ({})", unapplied.len()), style);
    for operation in &unapplied.operations {
        let (name, words) = (operation.address.to_string(), format!("{}: {}", operation.kind(), operation.reason));
        page.entry(&Lead { sign: "·", style, name: &name, column: 0 }, &words);
    }
    for (_, name, words) in record_lines(&unapplied.record) {
        page.entry(&Lead { sign: "·", style, name: &name, column: 0 }, &words);
    }
    let stack = &shown.plan.scope.stack;
    let next = match shown.plan.target {
        Target::Running => {
            let only = only_flags(&shown.plan.asleep);
            format!("They wait for components that are asleep. `ebb resume {stack}{only}` wakes these.")
        }
        Target::Paused | Target::Destroyed => format!(
            "The stack stays paused. `ebb plan {stack} --target running` shows the way to a running stack with these."
        ),
    };
    page.words(4, &next, Style::new().dimmed());
}

/// Returns the counts of a plan in one line, and of the changes that wait for an apply.
pub(super) fn summary(shown: &ShownPlan<'_>) -> String {
    let line = summary_line(shown.plan, shown.record);
    match shown.unapplied.map_or(0, Unapplied::len) {
        0 => line,
        waiting => format!("{} {} of code or settings not applied yet.", line, count(waiting, "change")),
    }
}

/// Returns the counts of a plan in one line.
fn summary_line(plan: &Plan, record: &RecordChanges) -> String {
    let Summary { create, run, watch, update, replace, sleep, delete, forget, unchanged } = plan.summary();
    let parts: Vec<String> = [
        (create, "to create"),
        (run, "to run"),
        (watch, "to watch"),
        (update, "to update"),
        (replace, "to replace"),
        (sleep, "to put to sleep"),
        (delete, "to delete"),
        (forget, "to forget"),
        (record.len(), "to record"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let not_run = if plan.not_run.is_empty() { String::new() } else { format!(", {} not run", plan.not_run.len()) };
    let kept = if plan.kept.is_empty() { String::new() } else { format!(", {} kept", plan.kept.len()) };
    match (parts.is_empty(), plan.is_empty()) {
        (true, true) => format!("Plan: no changes, {unchanged} unchanged{not_run}{kept}."),
        (true, false) => {
            let earlier = plan.operations.iter().filter(|operation: &&Operation| operation.is_superseded());
            let earlier = count(earlier.count(), "earlier generation");
            format!("Plan: {earlier} to delete, {unchanged} unchanged{not_run}{kept}.")
        }
        _ => format!("Plan: {}, {unchanged} unchanged{not_run}{kept}.", parts.join(", ")),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
