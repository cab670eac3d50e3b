//! A report as a table for a terminal, and as Markdown.

use std::fmt::Write as _;

use super::view::ReportView;
use super::words::{break_even, heading, how_it_runs, notes, remaining, so_far, steps};
use crate::cli::dollars::{Align, markdown_table, table as aligned};
use ebbtide::cost::{Amount, AmountRange};

/// The rows of a report: from the baseline to the costs as they are.
fn step_rows(view: &ReportView) -> Vec<[String; 3]> {
    let mut rows = vec![["", "a month", "of always on"].map(str::to_owned)];
    rows.extend(
        steps(&view.report)
            .into_iter()
            .map(|(name, step)| [name, step.shown(), step.percent(&view.report).unwrap_or_default()]),
    );
    rows
}

fn component_rows(view: &ReportView) -> Vec<[String; 4]> {
    let dash = |amount: Amount| if amount == Amount::ZERO { "-".to_owned() } else { amount.to_string() };
    let mut rows = vec![["component", "always on", "as it is", "paused"].map(str::to_owned)];
    rows.extend(view.report.components.iter().map(|one| {
        let as_it_is = if one.as_it_is == AmountRange::ZERO { "-".to_owned() } else { one.as_it_is.to_string() };
        [one.component.clone(), dash(one.baseline), as_it_is, dash(one.paused)]
    }));
    rows
}

fn remaining_rows(view: &ReportView) -> Vec<[String; 2]> {
    let mut rows = vec![["remains while paused", "a month"].map(str::to_owned)];
    rows.extend(
        remaining(&view.report).into_iter().map(|(address, monthly)| [address.to_string(), monthly.to_string()]),
    );
    rows.push(["together".to_owned(), view.report.paused.total.monthly.to_string()]);
    rows
}

/// Returns a report as text for people.
pub(in crate::cli) fn table(view: &ReportView) -> String {
    use Align::{Left, Right};
    // Writing into text cannot fail.
    let mut text = format!("{}\n\n", heading(view));
    text.push_str(&aligned([Left, Right, Right], &step_rows(view)));
    let _ = writeln!(text, "{}", how_it_runs(view));
    so_far(view).iter().for_each(|line| {
        let _ = writeln!(text, "{line}");
    });
    if !view.report.components.is_empty() {
        let _ = write!(text, "\n{}", aligned([Left, Right, Right, Right], &component_rows(view)));
    }
    let _ = write!(text, "\n{}", aligned([Left, Right], &remaining_rows(view)));
    let _ = writeln!(text, "\n{}", break_even(&view.report.break_even));
    for note in notes(view) {
        let _ = writeln!(text, "{note}");
    }
    text
}

/// Returns a report as Markdown.
pub(in crate::cli) fn markdown(view: &ReportView) -> String {
    use Align::{Left, Right};
    let mut text = format!("### Costs of {}\n\n", heading(view));
    text.push_str(&markdown_table([Left, Right, Right], &step_rows(view)));
    let _ = writeln!(text, "\n{}", how_it_runs(view));
    so_far(view).iter().for_each(|line| {
        let _ = writeln!(text, "\n{line}");
    });
    let code = |name: &mut String| *name = format!("`{name}`");
    if !view.report.components.is_empty() {
        let mut rows = component_rows(view);
        rows.iter_mut().skip(1).for_each(|row| code(&mut row[0]));
        let _ = write!(text, "\n<details><summary>By component</summary>\n\n");
        let _ = write!(text, "{}\n</details>\n", markdown_table([Left, Right, Right, Right], &rows));
    }
    let mut rows = remaining_rows(view);
    let last = rows.len() - 1;
    rows[1..last].iter_mut().for_each(|row| code(&mut row[0]));
    let _ = write!(text, "\n<details><summary>What remains while paused</summary>\n\n");
    let _ = write!(text, "{}\n</details>\n", markdown_table([Left, Right], &rows));
    let _ = writeln!(text, "\n{}\n", break_even(&view.report.break_even));
    for note in notes(view) {
        let _ = writeln!(text, "- {note}");
    }
    text
}
