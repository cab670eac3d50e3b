//! An estimate as a table, as Markdown and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::notes::{age_line, hours_text, is_old, once_lines, range_rate, rate, unknown_lines, use_lines};
use super::table::{Align, markdown_table, table};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::{Amount, AmountRange, Estimate, EstimatedLine, Scheduled, Total};

/// The estimate of a stack, with its origin.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct EstimateView {
    pub(in crate::cli) format: u32,
    pub(in crate::cli) stack: String,
    pub(in crate::cli) environment: String,
    pub(in crate::cli) region: String,
    /// Whether the resources are those of the record, and not those of the declaration.
    pub(in crate::cli) recorded: bool,
    /// The number of resources that remain of a stack that was destroyed; null for another one.
    remains: Option<usize>,
    #[serde(flatten)]
    pub(in crate::cli) estimate: Estimate,
    old: bool,
}

impl EstimateView {
    pub(in crate::cli) fn new(
        scope: &ebbtide::resource::Scope,
        (recorded, remains): (bool, Option<usize>),
        estimate: Estimate,
    ) -> Self {
        Self {
            format: OUTPUT_FORMAT,
            stack: scope.stack.clone(),
            environment: scope.environment.clone(),
            region: scope.region.clone(),
            recorded,
            remains,
            old: is_old(estimate.running.oldest_price),
            estimate,
        }
    }

    fn heading(&self) -> String {
        let origin = if self.recorded { "as recorded" } else { "as declared" };
        let hours = hours_text(self.estimate.hours_per_month);
        format!("{} in {}, {origin}: {}, a month of {hours}", self.stack, self.environment, self.region)
    }

    /// Returns the sums: the name, the dollars of an hour, and those of a month.
    fn sums(&self) -> Vec<[String; 3]> {
        let Estimate { running, least, most, paused, scheduled, .. } = &self.estimate;
        let row = |name: &str, total: Total| [name.to_owned(), rate(total.hourly), total.monthly.to_string()];
        let mut sums = vec![row(if self.recorded { "now" } else { "running" }, running.total)];
        if least != most {
            sums.push(row("with the least instances", *least));
            sums.push(row("with the most instances", *most));
        }
        sums.push(row("paused", paused.total));
        sums.extend(scheduled.iter().map(|scheduled| {
            let (hourly, monthly) = (range_rate(scheduled.hourly()), scheduled.monthly().to_string());
            ["as scheduled".to_owned(), hourly, monthly]
        }));
        sums
    }

    /// Returns whether each charge has an amount as scheduled.
    fn has_scheduled_lines(&self) -> bool {
        self.estimate.lines.iter().any(|one| one.monthly_scheduled.is_some())
    }

    /// Returns the remarks below the sums.
    fn remarks(&self) -> Vec<String> {
        let running = &self.estimate.running;
        let scheduled = match (&self.estimate.scheduled, self.remains) {
            (Some(scheduled), _) => scheduled_line(scheduled),
            (None, Some(remains)) => destroyed_line(remains),
            (None, None) => {
                format!("Environment {} has no schedule for it, so there is no sum as scheduled.", self.environment)
            }
        };
        let unknown = unknown_lines(&running.unknown).into_iter();
        let once = once_lines(&running.once);
        [scheduled].into_iter().chain(once).chain(unknown).chain(age_line(running.oldest_price)).collect()
    }
}

/// Returns the remark on a stack that was destroyed, of which a number of resources remain.
pub(in crate::cli) fn destroyed_line(remains: usize) -> String {
    match remains {
        0 => "It was destroyed: nothing of it exists any more.".to_owned(),
        1 => "It was destroyed, except for 1 resource.".to_owned(),
        number => format!("It was destroyed, except for {number} resources."),
    }
}

/// Returns the hours of a schedule in words.
fn scheduled_line(scheduled: &Scheduled) -> String {
    let hours = |hours: f64| format!("{}", (hours * 10.0).round() / 10.0);
    let (running, paused) = (hours(scheduled.hours_running), hours(scheduled.hours_paused));
    let coming_up = match scheduled.hours_coming_up {
        up if up < 0.05 => String::new(),
        up => format!(", of which {} h coming up in {} resumes", hours(up), scheduled.resumes.round()),
    };
    format!("As scheduled it runs {running} h of a month{coming_up}, and is paused {paused} h.")
}

/// Returns bounds of a month; a dash for nothing.
fn month_range(range: Option<AmountRange>) -> String {
    match range {
        Some(range) if range != AmountRange::ZERO => range.to_string(),
        _ => "-".to_owned(),
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
    let mut rows = vec![["resource", "billed", "quantity", "a month", "paused", "scheduled"].map(str::to_owned)];
    for component in view.estimate.components() {
        let (running, paused) = (month(component.running.monthly), month(component.paused));
        let scheduled = month_range(Some(component.scheduled));
        rows.push([component.name.to_owned(), String::new(), String::new(), running, paused, scheduled]);
        for one in view.estimate.lines.iter().filter(|one| one.component == component.name) {
            let line = &one.line;
            rows.push([
                format!("  {}", line.address),
                line.item.clone(),
                quantity(one),
                month(line.monthly),
                month(one.monthly_paused),
                month_range(one.monthly_scheduled),
            ]);
        }
    }
    if rows.len() > 1 {
        text.push_str(&match view.has_scheduled_lines() {
            true => table([Left, Left, Right, Right, Right, Right], &rows),
            false => {
                let rows: Vec<_> = rows.into_iter().map(|[a, b, c, d, e, _]| [a, b, c, d, e]).collect();
                table([Left, Left, Right, Right, Right], &rows)
            }
        });
        text.push('\n');
    }
    let sums = view.sums().into_iter();
    let sums = sums.map(|[name, hourly, monthly]| [name, format!("{hourly} an hour"), format!("{monthly} a month")]);
    text.push_str(&table([Left, Right, Right], &sums.collect::<Vec<_>>()));
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
    rows.extend(view.sums());
    text.push_str(&markdown_table([Left, Right, Right], &rows));
    let mut rows = vec![["component", "a month", "paused", "as scheduled"].map(str::to_owned)];
    for one in view.estimate.components() {
        let scheduled = month_range(Some(one.scheduled));
        rows.push([format!("`{}`", one.name), month(one.running.monthly), month(one.paused), scheduled]);
    }
    if rows.len() > 1 {
        let _ = write!(text, "\n<details><summary>By component</summary>\n\n");
        text.push_str(&match view.has_scheduled_lines() {
            true => markdown_table([Left, Right, Right, Right], &rows),
            false => {
                let rows: Vec<_> = rows.into_iter().map(|[a, b, c, _]| [a, b, c]).collect();
                markdown_table([Left, Right, Right], &rows)
            }
        });
        text.push_str("\n</details>\n");
    }
    let by_use = view.estimate.running.by_use.len();
    let by_use = (by_use > 0).then(|| format!("{by_use} charges by use have no amount and are no part of the sums"));
    for remark in view.remarks().into_iter().chain(by_use) {
        let _ = write!(text, "\n- {remark}");
    }
    if text.ends_with('\n') { text } else { format!("{text}\n") }
}
