//! A plan as text for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style};

use crate::cli::dollars::plan_text;
use crate::cli::render::values;
use crate::cli::render::values::Row;
use ebbtide::cost::PlanCosts;
use ebbtide::plan::{Effect, Kept, Operation, OperationKind, Plan, Summary};
use ebbtide::planner::{OutputChangeKind, RecordChanges};
use ebbtide::resource::Address;

/// The number of fields of one operation that are shown at most.
const MOST_ROWS: usize = 40;

/// The sections in which operations are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Create,
    Run,
    Watch,
    Update,
    Replace,
    Sleep,
    Delete,
    Forget,
}

impl Section {
    const ALL: [Self; 8] =
        [Self::Create, Self::Run, Self::Watch, Self::Update, Self::Replace, Self::Sleep, Self::Delete, Self::Forget];

    fn of(operation: &Operation) -> Self {
        match operation.kind() {
            OperationKind::Create => Self::Create,
            OperationKind::Run => Self::Run,
            OperationKind::Watch => Self::Watch,
            OperationKind::Update => Self::Update,
            OperationKind::Replace => Self::Replace,
            OperationKind::Delete if operation.puts_to_sleep() => Self::Sleep,
            OperationKind::Delete => Self::Delete,
            OperationKind::Forget => Self::Forget,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Run => "Run: a job that runs once and is paid at once",
            Self::Watch => "Watch: a job that is running, until its end",
            Self::Update => "Update in place",
            Self::Replace => "Replace: +/- creates first, -/+ deletes first",
            Self::Sleep => "Put to sleep: deleted now, brought back by a resume",
            Self::Delete => "Delete",
            Self::Forget => "Forget: already gone, dropped from the record",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Create | Self::Run => Style::new().green(),
            Self::Watch | Self::Update => Style::new().yellow(),
            Self::Replace => Style::new().magenta(),
            Self::Sleep => Style::new().blue(),
            Self::Delete | Self::Forget => Style::new().red(),
        }
    }
}

/// Returns a plan as text, `width` columns wide, with colours. They are stripped on output where there is no terminal.
pub(super) fn render(plan: &Plan, record: &RecordChanges, costs: &PlanCosts, width: usize) -> String {
    let mut text = String::new();
    let scope = &plan.scope;
    let heading = format!("{} in {} → {}", scope.stack, scope.environment, plan.target);
    let place = format!("account {}, {}, state serial {}", scope.account, scope.region, plan.serial);
    // Writing into text cannot fail.
    let _ = writeln!(text, "{}  {}", heading.bold(), format!("({place})").dimmed());
    // The deletion in a replacement is not shown apart from the replacement.
    let shown: Vec<&Operation> = plan.operations.iter().filter(|operation| !operation.is_superseded()).collect();
    let column = shown.iter().map(|operation| operation.address.to_string().chars().count()).max().unwrap_or(0);
    for section in Section::ALL {
        let operations: Vec<_> = shown.iter().filter(|operation| Section::of(operation) == section).copied().collect();
        if operations.is_empty() {
            continue;
        }
        let _ =
            writeln!(text, "\n{}", format!("{} ({})", section.title(), operations.len()).style(section.style().bold()));
        for operation in operations {
            render_operation(&mut text, (section, sign(plan, operation)), operation, column, width);
        }
    }
    let replaced: BTreeSet<_> =
        shown.iter().filter(|o| o.kind() == OperationKind::Replace).map(|operation| &operation.address).collect();
    let superseded = plan.operations.iter().filter(|o| o.is_superseded());
    let orphaned: Vec<_> = superseded.filter(|old| !replaced.contains(&old.address)).collect();
    if !orphaned.is_empty() {
        let _ = writeln!(text, "\n{}", format!("Delete earlier generations ({})", orphaned.len()).red().bold());
        for operation in orphaned {
            let _ = writeln!(text, "  {:>3} {} {}", "-".red(), operation.address, operation.reason.dimmed());
        }
    }
    render_not_run(&mut text, plan);
    render_kept(&mut text, plan, width);
    render_record(&mut text, record);
    let _ = writeln!(text, "\n{}", summary_line(plan, record).bold());
    for (index, line) in plan_text(costs).into_iter().enumerate() {
        let _ = if index == 0 { writeln!(text, "{}", line.bold()) } else { writeln!(text, "{}", line.dimmed()) };
    }
    text
}

/// Returns the sign of an operation: a replacement shows its order.
fn sign(plan: &Plan, operation: &Operation) -> &'static str {
    match Section::of(operation) {
        Section::Create => "+",
        Section::Run => ">",
        Section::Watch => "…",
        Section::Update => "~",
        Section::Replace if plan.deletes_first(operation) => "-/+",
        Section::Replace => "+/-",
        Section::Sleep => "z",
        Section::Delete => "-",
        Section::Forget => "x",
    }
}

fn render_operation(
    text: &mut String,
    (section, sign): (Section, &str),
    operation: &Operation,
    column: usize,
    width: usize,
) {
    let address = format!("{:<column$}", operation.address.to_string());
    let symbol = format!("{sign:>3}");
    let reason = values::shorten(&operation.reason.to_string(), width.saturating_sub(column + 8).max(30));
    let _ = writeln!(text, "  {} {}  {}", symbol.style(section.style()), address.bold(), reason.dimmed());
    let rows = match &operation.effect {
        Effect::Replace(upsert) if section == Section::Run => values::fields(&upsert.inputs),
        Effect::Update(_) if section == Section::Watch => Vec::new(),
        Effect::Create(upsert) => values::fields(&upsert.inputs),
        Effect::Update(upsert) | Effect::Replace(upsert) => upsert.changes.iter().flat_map(values::change).collect(),
        Effect::Delete(_) | Effect::Forget => Vec::new(),
    };
    let names = rows.iter().map(|row| row.field.chars().count()).max().unwrap_or(0).min(44);
    let room = width.saturating_sub(names + 14).max(30);
    for row in rows.iter().take(MOST_ROWS) {
        render_row(text, row, names, room);
    }
    if rows.len() > MOST_ROWS {
        let _ = writeln!(text, "          {}", format!("… and {} more fields", rows.len() - MOST_ROWS).dimmed());
    }
}

fn render_row(text: &mut String, row: &Row, names: usize, room: usize) {
    let name = format!("{:<names$}", row.field);
    let forced = if row.forces_replacement { "  (forces replacement)".red().to_string() } else { String::new() };
    match &row.old {
        Some(old) => {
            let both = (room.saturating_sub(3) / 2).max(15);
            let (old, new) = (values::shorten(old, both), values::shorten(&row.new, both));
            let _ = writeln!(text, "          {name}  {} → {}{forced}", old.red(), new.green());
        }
        None => {
            let _ = writeln!(text, "          {name}  {}{forced}", values::shorten(&row.new, room));
        }
    }
    for line in &row.lines {
        let style = match line.as_bytes().first() {
            Some(b'+') => Style::new().green(),
            Some(b'-') => Style::new().red(),
            _ => Style::new().dimmed(),
        };
        let _ = writeln!(text, "            {}", values::shorten(line, room + names).style(style));
    }
}

/// Shows the jobs that are not run, and what waits for their results. Their reasons say what to do, so they are not shortened.
fn render_not_run(text: &mut String, plan: &Plan) {
    if plan.not_run.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", format!("Not run ({})", plan.not_run.len()).yellow().bold());
    let column = plan.not_run.iter().map(|one| one.address.to_string().chars().count()).max().unwrap_or(0);
    for one in &plan.not_run {
        let address = format!("{:<column$}", one.address.to_string());
        let _ = writeln!(text, "  {:>3} {}  {}", "!".yellow(), address.bold(), one.to_string().dimmed());
    }
}

fn render_kept(text: &mut String, plan: &Plan, width: usize) {
    if plan.kept.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", format!("Keep ({})", plan.kept.len()).cyan().bold());
    let column = plan.kept.iter().map(|kept| kept.address.to_string().chars().count()).max().unwrap_or(0);
    let id = |kept: &Kept| kept.id.clone().unwrap_or_default();
    let ids = plan.kept.iter().map(|kept| id(kept).chars().count()).max().unwrap_or(0);
    for kept in &plan.kept {
        let reason = values::shorten(&kept.reason, width.saturating_sub(column + 8).max(60));
        let address = format!("{:<column$}", kept.address.to_string());
        let _ = writeln!(text, "  {:>3} {address}  {:<ids$}  {}", "=".cyan(), id(kept), reason.dimmed());
    }
}

/// Shows changes that need no operation.
fn render_record(text: &mut String, record: &RecordChanges) {
    if record.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", format!("Record ({})", record.len()).yellow().bold());
    for change in &record.resources {
        let protection = change.protection.map(|on| format!("protection: {}", if on { "on" } else { "off" }));
        let list = |what: &str, addresses: &BTreeSet<Address>| {
            let addresses = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (!addresses.is_empty()).then(|| format!("{what} {addresses}"))
        };
        let redeclared = change.redeclared.then(|| "declared in other words".to_owned());
        let (added, removed) = (list("depends on", &change.added), list("no longer depends on", &change.removed));
        let parts: Vec<String> = [protection, added, removed, redeclared].into_iter().flatten().collect();
        let _ = writeln!(text, "  {:>3} {}  {}", "~".yellow(), change.address.bold(), parts.join("; "));
    }
    for output in &record.outputs {
        let (sign, change) = match output.change {
            OutputChangeKind::Added => ("+", "added"),
            OutputChangeKind::Changed => ("~", "changed"),
            OutputChangeKind::Removed => ("-", "removed"),
        };
        let _ = writeln!(text, "  {:>3} output {}: {change}", sign.yellow(), output.name.bold());
    }
}

/// Returns the counts of a plan in one line.
pub(super) fn summary_line(plan: &Plan, record: &RecordChanges) -> String {
    let Summary { create, run, watch, update, replace, forget, unchanged, .. } = plan.summary();
    let deletions = || plan.operations.iter().filter(|o| o.kind() == OperationKind::Delete && !o.is_superseded());
    let asleep = deletions().filter(|operation| operation.puts_to_sleep()).count();
    let parts: Vec<String> = [
        (create, "to create"),
        (run, "to run"),
        (watch, "to watch"),
        (update, "to update"),
        (replace, "to replace"),
        (asleep, "to put to sleep"),
        (deletions().count() - asleep, "to delete"),
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
        (true, false) => format!("Plan: earlier generations to delete, {unchanged} unchanged{not_run}{kept}."),
        _ => format!("Plan: {}, {unchanged} unchanged{not_run}{kept}.", parts.join(", ")),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
