//! A report as one page of HTML: without scripts and without other files.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::chart::{Part, bar};
use super::view::ReportView;
use super::words::{Step, average_hour, break_even, heading, how_it_runs, notes, percent, remaining, so_far, steps};
use crate::cli::graph::escape;
use ebbtide::cost::{Amount, AmountRange, ComponentReport};

const STYLE: &str = include_str!("report.css");

/// Renders the reports on stacks.
pub(in crate::cli) fn page(views: &[ReportView], environment: &str, at: Timestamp) -> String {
    let title = match views {
        [only] => format!("Costs of {} in {environment}", only.stack),
        _ => format!("Costs in {environment}"),
    };
    let title = escape(&title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head><body><main>\
         <h1>{title}</h1><p class=\"dim\">{at:.0}, in US dollars on demand, without tax</p>"
    );
    views.iter().for_each(|view| section(&mut html, view));
    html.push_str("</main></body></html>\n");
    html
}

// Writing into text cannot fail.
fn section(html: &mut String, view: &ReportView) {
    let report = &view.report;
    let saved =
        percent(report, report.saved()).map(|percent| format!("{percent} less than always on")).unwrap_or_default();
    let _ = write!(
        html,
        "<section><h2>{}</h2><div class=\"figures\">{}{}{}{}</div><p>{}</p>",
        escape(&heading(view)),
        figure("always on, at most", &report.baseline.to_string(), "a month"),
        figure("as it is", &report.as_it_is.to_string(), "a month"),
        figure("on average", &average_hour(report), "an hour"),
        figure("while paused", &report.paused.total.monthly.to_string(), "a month"),
        escape(&how_it_runs(view)),
    );
    if let Some(line) = so_far(view) {
        let _ = write!(html, "<p>{}</p>", escape(&line));
    }
    hours(html, view);
    let _ = write!(html, "<h3>What saves how much</h3><p class=\"dim\">{}</p>", escape(&saved));
    waterfall(html, view);
    if !report.components.is_empty() {
        html.push_str(
            "<h3>Components, a month</h3><p class=\"dim key\"><i class=\"now\"></i> as it is <i class=\"maybe\"></i> at most, where \
             instances vary <i class=\"gone\"></i> saved</p>",
        );
        let most =
            report.components.iter().map(|one| one.baseline.known().max(one.as_it_is.high.known())).fold(0.0, f64::max);
        report.components.iter().for_each(|one| component(html, one, most));
    }
    html.push_str("<h3>What remains while paused</h3>");
    let rows = remaining(report);
    if rows.is_empty() {
        html.push_str("<p>Nothing that bills by time.</p>");
    } else {
        html.push_str("<div class=\"scroll\"><table><tbody>");
        for (address, monthly) in rows {
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td class=\"sum\">{monthly}</td></tr>",
                escape(&address.to_string())
            );
        }
        let _ = write!(
            html,
            "<tr class=\"total\"><td>together</td><td class=\"sum\">{}</td></tr>",
            report.paused.total.monthly
        );
        html.push_str("</tbody></table></div>");
    }
    let _ =
        write!(html, "<h3>When a pause pays</h3><p>{}</p><ul class=\"dim\">", escape(&break_even(&report.break_even)));
    for note in notes(view) {
        let _ = write!(html, "<li>{}</li>", escape(&note));
    }
    html.push_str("</ul></section>");
}

fn figure(name: &str, value: &str, unit: &str) -> String {
    format!(
        "<div><span class=\"dim\">{}</span><b>{}</b><span class=\"dim\">{unit}</span></div>",
        escape(name),
        escape(value)
    )
}

/// Draws the hours of a month in which the stack runs, comes up and is paused.
fn hours(html: &mut String, view: &ReportView) {
    let Some(scheduled) = &view.report.scheduled else { return };
    let (up, running) = (scheduled.hours_coming_up, scheduled.hours_running);
    let parts = [Part { from: 0.0, to: up, class: "maybe" }, Part { from: up, to: running, class: "now" }];
    let label = "The hours of a month in which the stack comes up, runs and is paused";
    let _ = write!(
        html,
        "{}<p class=\"dim key\"><i class=\"maybe\"></i> comes up <i class=\"now\"></i> runs <i class=\"track\"></i> paused</p>",
        bar(&parts, view.report.hours_per_month, label)
    );
}

/// Draws the way from the baseline to the costs as they are.
fn waterfall(html: &mut String, view: &ReportView) {
    let all = view.report.baseline.known().max(view.report.as_it_is.high.known());
    // With the least and with the most saved so far.
    let (mut high, mut low) = (view.report.baseline.known(), view.report.baseline.known());
    for (name, step) in steps(&view.report) {
        let parts = match step {
            Step::Saves(monthly) => {
                let (least, most) = (monthly.low.known, monthly.high.known);
                let (from_high, from_low) = (high, low);
                (high, low) = (high - least, low - most);
                let sure = Part { from: from_high, to: high, class: "gone" };
                if least == most {
                    vec![Part { from: from_low, to: low, class: "gone" }]
                } else {
                    vec![Part { from: from_low, to: low, class: "gone maybe" }, sure]
                }
            }
            Step::Costs(monthly) => {
                let (least, most) = (monthly.low.known(), monthly.high.known());
                vec![Part { from: 0.0, to: least, class: "now" }, Part { from: least, to: most, class: "maybe" }]
            }
        };
        let shown = step.shown();
        row(html, &name, &shown, &bar(&parts, all, &escape(&format!("{name}: {shown}"))));
    }
}

fn component(html: &mut String, one: &ComponentReport, all: f64) {
    let AmountRange { low, high } = one.as_it_is;
    let parts = [
        Part { from: 0.0, to: low.known(), class: "now" },
        Part { from: low.known(), to: high.known(), class: "maybe" },
        Part { from: high.known(), to: one.baseline.known().max(high.known()), class: "gone" },
    ];
    let paused = if one.paused == Amount::ZERO { String::new() } else { format!(", {} while paused", one.paused) };
    let shown = format!("{} of {}{paused}", one.as_it_is, one.baseline);
    row(html, &one.component, &shown, &bar(&parts, all, &escape(&format!("{}: {shown}", one.component))));
}

/// Adds a row: a name, an amount, and a bar below them.
fn row(html: &mut String, name: &str, shown: &str, bar: &str) {
    let _ = write!(
        html,
        "<div class=\"row\"><span>{}</span><span class=\"sum\">{}</span>{bar}</div>",
        escape(name),
        escape(shown)
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::report::Origin;
    use ebbtide::cost::{Book, Pricing, Report, Standing};
    use ebbtide::plan::Target;
    use ebbtide::resource::{Registry, Scope};
    use jiff::SignedDuration;

    #[test]
    fn names_are_escaped_and_the_page_needs_no_other_file() {
        let scope = Scope {
            environment: "<img src=x>".into(),
            stack: "\"><script>".into(),
            region: "eu-west-1".into(),
            account: String::new(),
        };
        let (book, at) = (Book::embedded(), Timestamp::UNIX_EPOCH);
        let pricing = Pricing::new(&book, "eu-west-1");
        let standing = Standing::default();
        let report =
            Report::new(&standing, &Registry::new(), (None, Target::Running), (at, SignedDuration::ZERO), &pricing);
        let origin = Origin { at, recorded: true, remains: None };
        let html = page(&[ReportView::new(&scope, origin, report, None)], &scope.environment, at);
        for refused in ["<script", "<img", "http:", "https:", "url(", "@import", "javascript", "onload"] {
            assert!(!html.contains(refused), "{refused}");
        }
        assert!(html.contains("&quot;&gt;&lt;script&gt; in &lt;img src=x&gt;"), "{html}");
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("width=device-width"));
        assert!(html.contains("Nothing that bills by time.") && html.contains("A pause saves nothing"), "{html}");
    }
}
