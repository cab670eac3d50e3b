//! An estimate as a table, as Markdown and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::notes::{age_line, is_old, rate, unknown_lines, use_lines};
use super::table::{Align, markdown_table, table};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::{Amount, Estimate, EstimatedLine, Total};

/// The estimate of a stack, with its origin.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct EstimateView {
    pub(in crate::cli) format: u32,
    pub(in crate::cli) stack: String,
    pub(in crate::cli) environment: String,
    pub(in crate::cli) region: String,
    /// Whether the resources are those of the record, and not those of the declaration.
    pub(in crate::cli) recorded: bool,
    #[serde(flatten)]
    pub(in crate::cli) estimate: Estimate,
    old: bool,
}

impl EstimateView {
    pub(in crate::cli) fn new(scope: &ebbtide::resource::Scope, recorded: bool, estimate: Estimate) -> Self {
        Self {
            format: OUTPUT_FORMAT,
            stack: scope.stack.clone(),
            environment: scope.environment.clone(),
            region: scope.region.clone(),
            recorded,
            old: is_old(estimate.running.oldest_price),
            estimate,
        }
    }

    fn heading(&self) -> String {
        let origin = if self.recorded { "as recorded" } else { "as declared" };
        let hours = self.estimate.hours_per_month;
        format!("{} in {}, {origin}: {}, a month of {hours} hours", self.stack, self.environment, self.region)
    }

    /// Returns the sums, each with its name.
    fn sums(&self) -> Vec<(&'static str, Total)> {
        let Estimate { running, least, most, paused, .. } = &self.estimate;
        let mut sums = vec![(if self.recorded { "now" } else { "running" }, running.total)];
        if least != most {
            sums.push(("with the least instances", *least));
            sums.push(("with the most instances", *most));
        }
        sums.push(("paused", paused.total));
        sums
    }

    /// Returns the remarks below the sums.
    fn remarks(&self) -> Vec<String> {
        let running = &self.estimate.running;
        unknown_lines(&running.unknown).into_iter().chain(age_line(running.oldest_price)).collect()
    }
}

/// Returns an amount of a month; a dash for nothing.
fn month(amount: Amount) -> String {
    if amount == Amount::ZERO { "-".to_owned() } else { amount.to_string() }
}

/// Returns the quantity of a charge: `1460 hour`, `500 GB-month`.
fn quantity(one: &EstimatedLine) -> String {
    let rounded = (one.line.quantity * 1000.0).round() / 1000.0;
    format!("{rounded} {}", one.line.unit.as_deref().unwrap_or("units"))
}

/// Returns an estimate as text for people.
pub(in crate::cli) fn estimate_table(view: &EstimateView) -> String {
    use Align::{Left, Right};
    let mut text = format!("{}\n\n", view.heading());
    let mut rows = vec![["resource", "billed", "quantity", "a month", "paused"].map(str::to_owned)];
    for (component, total, paused) in view.estimate.components() {
        rows.push([component.to_owned(), String::new(), String::new(), month(total.monthly), month(paused)]);
        for one in view.estimate.lines.iter().filter(|one| one.component == component) {
            let line = &one.line;
            rows.push([
                format!("  {}", line.address),
                line.item.clone(),
                quantity(one),
                month(line.monthly),
                month(one.monthly_paused),
            ]);
        }
    }
    if rows.len() > 1 {
        text.push_str(&table([Left, Left, Right, Right, Right], &rows));
        text.push('\n');
    }
    let mut sums = Vec::new();
    for (name, total) in view.sums() {
        sums.push([name.to_owned(), format!("{} an hour", rate(total.hourly)), format!("{} a month", total.monthly)]);
    }
    text.push_str(&table([Left, Right, Right], &sums));
    for remark in view.remarks() {
        // Writing into text cannot fail.
        let _ = writeln!(text, "{remark}");
    }
    let by_use = use_lines(&view.estimate.running.by_use);
    if !by_use.is_empty() {
        let _ = writeln!(text, "\nBilled by use, without an amount below [usage], and no part of the sums:");
        text.extend(by_use.iter().map(|line| format!("  {line}\n")));
    }
    text
}

/// Returns an estimate as Markdown, for a comment.
pub(in crate::cli) fn estimate_markdown(view: &EstimateView) -> String {
    use Align::{Left, Right};
    let mut text = format!("### Cost of {}\n\n", view.heading());
    let mut rows = vec![["", "an hour", "a month"].map(str::to_owned)];
    for (name, total) in view.sums() {
        rows.push([name.to_owned(), rate(total.hourly), total.monthly.to_string()]);
    }
    text.push_str(&markdown_table([Left, Right, Right], &rows));
    let mut rows = vec![["component", "a month", "paused"].map(str::to_owned)];
    for (component, total, paused) in view.estimate.components() {
        rows.push([format!("`{component}`"), month(total.monthly), month(paused)]);
    }
    if rows.len() > 1 {
        let _ = write!(text, "\n<details><summary>By component</summary>\n\n");
        text.push_str(&markdown_table([Left, Right, Right], &rows));
        text.push_str("\n</details>\n");
    }
    let by_use = view.estimate.running.by_use.len();
    let by_use = (by_use > 0).then(|| format!("{by_use} charges by use have no amount and are no part of the sums"));
    for remark in view.remarks().into_iter().chain(by_use) {
        let _ = write!(text, "\n- {remark}");
    }
    if text.ends_with('\n') { text } else { format!("{text}\n") }
}
