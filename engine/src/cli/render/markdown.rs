//! A plan as Markdown, for a comment on a pull request.

use std::fmt::Write as _;

use super::entry::{Entry, entries};
use super::groups::{Item, groups};
use super::plan::{record_lines, summary};
use super::shown::ShownPlan;
use super::values::Row;
use super::width::shorten;
use crate::apply::Warning;
use crate::cli::components::with_asleep;
use crate::cli::dollars::plan_text;

/// The length of the longest comment that GitHub takes, in characters. Bytes are counted, so that it is the upper bound of any
/// count of characters.
pub(super) const MOST_OF_A_COMMENT: usize = 65_536;
/// The room for the line about what is left out.
const NOTE: usize = 400;
/// The longest name of a stack, and the longest line of an entry, in characters.
const LINE: usize = 200;
/// The number of fields of an operation, of lines of a field, and of lines about money.
const MOST_ROWS: usize = 20;

/// A part of the comment that can be opened, and its entries: a code block in which lines begin with a mark of `diff`.
struct Part {
    title: String,
    entries: Vec<String>,
}

/// Returns a plan as Markdown that GitHub takes as a comment, whatever its size. It is cut between operations, and says so.
pub(super) fn markdown(shown: &ShownPlan<'_>) -> String {
    let head = head(shown);
    let with_fields = parts(shown, true);
    let (text, left_out) = body(&head, &with_fields);
    if left_out == 0 {
        return text;
    }
    let (mut text, left_out) = body(&head, &parts(shown, false));
    let cut = match left_out {
        0 => "The fields that change are left out".to_owned(),
        1 => "One entry and the fields that change are left out".to_owned(),
        more => format!("{more} entries and the fields that change are left out"),
    };
    // Writing into text cannot fail.
    let _ = write!(
        text,
        "\n_{cut}: a comment has room for {MOST_OF_A_COMMENT} characters. `ebb show PLANFILE --full` shows all._\n"
    );
    text
}

fn head(shown: &ShownPlan<'_>) -> String {
    let (scope, plan) = (&shown.plan.scope, shown.plan);
    let name = shorten(
        &format!("{} in {} → {}", scope.stack, scope.environment, with_asleep(plan.target, &plan.asleep)),
        LINE,
    );
    let mut text = format!("### {}\n\n**{}**\n", escaped(&name), summary(shown));
    let money: Vec<String> = plan_text(shown.costs).iter().map(|line| escaped(&shorten(line, 2 * LINE))).collect();
    for (nth, line) in money.iter().take(MOST_ROWS).enumerate() {
        let _ = writeln!(text, "{}- {line}", if nth == 0 { "\n" } else { "" });
    }
    if money.len() > MOST_ROWS {
        let _ = writeln!(text, "- … and {} more lines about money", money.len() - MOST_ROWS);
    }
    let _ = write!(text, "\n<sub>account {}, {}, state serial {}</sub>\n", scope.account, scope.region, plan.serial);
    text
}

/// Returns the text of all parts as far as there is room, and the number of entries that are left out.
fn body(head: &str, parts: &[Part]) -> (String, usize) {
    let all = parts.iter().flat_map(|part| &part.entries);
    let fence = fence(all.map(String::as_str));
    let mut text = head.to_owned();
    let (mut left_out, mut full) = (0, false);
    for part in parts {
        let open = format!("\n<details><summary>{}</summary>\n\n{fence}diff\n", escaped(&part.title));
        let close = format!("{fence}\n\n</details>\n");
        let mut block = String::new();
        for entry in &part.entries {
            let needed = text.len() + open.len() + block.len() + entry.len() + close.len() + NOTE;
            full |= needed > MOST_OF_A_COMMENT;
            if full {
                left_out += 1;
            } else {
                block.push_str(entry);
            }
        }
        if !block.is_empty() {
            text.push_str(&[open, block, close].concat());
        }
    }
    (text, left_out)
}

/// Returns a fence that is longer than any in the text.
fn fence<'a>(entries: impl Iterator<Item = &'a str>) -> String {
    let mut longest = 2;
    for entry in entries {
        let mut run = 0;
        for letter in entry.chars() {
            run = if letter == '`' { run + 1 } else { 0 };
            longest = longest.max(run);
        }
    }
    "`".repeat(longest + 1)
}

fn parts(shown: &ShownPlan<'_>, with_fields: bool) -> Vec<Part> {
    let plan = shown.plan;
    let mut parts: Vec<Part> = groups(entries(plan, false), shown.names, false)
        .into_iter()
        .map(|group| {
            let one = |item: Item<'_>| match item {
                Item::One(entry) => entry_text(&entry, with_fields),
                Item::Folded { first, .. } => entry_text(&first, with_fields),
            };
            let entries: Vec<String> = group.items.into_iter().map(one).collect();
            let name = group.component.unwrap_or_else(|| "others".to_owned());
            Part { title: format!("{name} ({})", entries.len()), entries }
        })
        .collect();
    let mut part = |title: &str, entries: Vec<String>| {
        if !entries.is_empty() {
            parts.push(Part { title: format!("{title} ({})", entries.len()), entries });
        }
    };
    part("Not run", plan.not_run.iter().map(|one| line('!', &format!("{}  {one}", one.address))).collect());
    part("Keep", plan.kept.iter().map(|one| line(' ', &format!("{}  {}", one.address, one.reason))).collect());
    let record = record_lines(shown.record);
    part("Record", record.iter().map(|(_, name, words)| line('!', &format!("{name}  {words}"))).collect());
    if let Some(unapplied) = shown.unapplied {
        let changes = unapplied.operations.iter();
        let mut changes: Vec<String> =
            changes.map(|one| line('!', &format!("{}  {}: {}", one.address, one.kind(), one.reason))).collect();
        changes.extend(
            record_lines(&unapplied.record).iter().map(|(_, name, words)| line('!', &format!("{name}  {words}"))),
        );
        part("Changed in code or settings, not applied yet", changes);
    }
    let about = |one: &Warning| one.address.as_ref().map(|address| format!("{address}  ")).unwrap_or_default();
    let warnings = shown.warnings.iter();
    let warnings = warnings.map(|one| line('!', &format!("{}{}; {}", about(one), one.message, one.hint)));
    part("Warnings", warnings.collect());
    let findings = shown.findings.iter().map(|one| {
        let mark = if one.is_error() { '-' } else { '!' };
        let addresses: Vec<String> = one.addresses.iter().map(ToString::to_string).collect();
        let remedy = one.remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default();
        line(mark, &format!("{}  {}{remedy}", addresses.join(", "), one.message))
    });
    part("Checks", findings.collect());
    parts
}

/// Returns a line of a code block: `mark` colours it.
fn line(mark: char, text: &str) -> String {
    format!("{mark} {}\n", shorten(&text.trim().replace(['\n', '\r'], " "), LINE))
}

/// Returns an operation with the fields that change, one line each.
fn entry_text(entry: &Entry<'_>, with_fields: bool) -> String {
    let (mark, sign) = match entry.sign {
        "+" | ">" => ('+', ""),
        "-" => ('-', ""),
        "~" => ('!', ""),
        sign => ('!', sign),
    };
    let space = if sign.is_empty() { "" } else { " " };
    let mut text = line(mark, &format!("{sign}{space}{}  {}", entry.operation.address, entry.words));
    let shown = if with_fields { entry.rows.len().min(MOST_ROWS) } else { 0 };
    for row in &entry.rows[..shown] {
        text.push_str(&row_text(row));
    }
    if with_fields && entry.rows.len() > shown {
        let _ = writeln!(text, "      … and {} more fields", entry.rows.len() - shown);
    }
    text
}

fn row_text(row: &Row) -> String {
    let forced = if row.forces_replacement { "  (forces replacement)" } else { "" };
    let value = match &row.old {
        Some(old) => format!("{} → {}", shorten(old, LINE / 2), shorten(&row.new, LINE / 2)),
        None => shorten(&row.new, LINE),
    };
    let mut text = format!("      {}  {value}{forced}\n", shorten(&row.field, LINE));
    for changed in row.lines.iter().take(MOST_ROWS) {
        let _ = writeln!(text, "{}", shorten(changed, LINE));
    }
    if row.lines.len() > MOST_ROWS {
        let _ = writeln!(text, "        … and {} more lines", row.lines.len() - MOST_ROWS);
    }
    text
}

/// Returns a text without a meaning in HTML or Markdown.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
