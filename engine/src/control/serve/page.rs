//! The status page: rendered here, without scripts.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::board::{Board, EnvironmentBoard, RunBoard, StackBoard};
use super::html::escaped;
use super::money::{render_budget, render_cost};
use super::picture::{time, week};

const STYLE: &str = include_str!("page.css");

/// Renders the page.
pub(super) fn page(board: &Board, now: Timestamp) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"30\"><title>Ebbtide</title><style>{STYLE}</style></head><body><main>\
         <h1>Ebbtide</h1><p class=\"dim\">ebb {} · {}</p>",
        escaped(board.version),
        time(now, &TimeZone::UTC)
    );
    board.environments.iter().for_each(|environment| render_environment(&mut html, environment));
    html.push_str("</main></body></html>\n");
    html
}

// Writing into text cannot fail.
fn render_environment(html: &mut String, environment: &EnvironmentBoard) {
    let _ = write!(html, "<h2>{}</h2>", escaped(&environment.name));
    let _ = match (&environment.acting, environment.leader) {
        (Some(acting), false) => {
            write!(html, "<p class=\"note\">Standing by: {} acts on this environment.</p>", escaped(acting))
        }
        (None, false) => write!(html, "<p class=\"note\">Standing by.</p>"),
        (_, true) => Ok(()),
    };
    if let Some(error) = &environment.error {
        let _ = write!(html, "<p class=\"bad\">{}</p>", escaped(error));
    }
    let looked = environment.looked.map(|at| format!("Looked at {}", time(at, &TimeZone::UTC)));
    let next = environment.next_look.map(|at| format!("next look {}", time(at, &TimeZone::UTC)));
    let looks: Vec<_> = looked.into_iter().chain(next).collect();
    let _ = write!(html, "<p class=\"dim\">{}</p>", looks.join(", "));
    if !environment.stacks.is_empty() {
        render_cost(html, environment.cost);
    }
    if environment.budget.is_some() {
        html.push_str("<section class=\"stack\"><h3>Budget of all stacks together</h3>");
        render_budget(html, environment.budget.as_ref());
        html.push_str("</section>");
    }
    if environment.stacks.is_empty() && environment.error.is_none() {
        html.push_str("<p>Nothing is recorded in this environment yet.</p>");
    }
    environment.stacks.iter().for_each(|stack| render_stack(html, stack));
}

fn render_stack(html: &mut String, stack: &StackBoard) {
    let zone = stack.timezone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let target = stack.target.map_or_else(|| "unreadable".to_owned(), |target| target.to_string());
    let _ = write!(
        html,
        "<section class=\"stack\"><h3>{}</h3><span class=\"badge {target}\">{target}</span>",
        escaped(&stack.stack)
    );
    if let Some(error) = &stack.error {
        let again = stack.retry_at.map(|at| format!(" Tried again {}.", time(at, &zone))).unwrap_or_default();
        let _ = write!(html, "<p class=\"bad\">{}</p><p>{again}</p>", escaped(error));
    }
    if let Some(run) = &stack.open_run {
        let _ = write!(html, "<p class=\"note\">{}</p>", escaped(run));
    }
    if let Some(decision) = &stack.decision {
        let until = decision.until.map(|at| format!(", until {}", time(at, &zone))).unwrap_or_default();
        let _ = write!(html, "<p>{}{until}</p>", escaped(&decision.reason));
        if Some(decision.target) != stack.target {
            let _ = write!(html, "<p class=\"note\">Should be {}.</p>", decision.target);
        }
        if !decision.capacity.is_empty() {
            let _ = write!(html, "<p>Capacity: {}</p>", escaped(&decision.capacity.join(", ")));
        }
    }
    if let Some(hold) = &stack.hold {
        let _ = write!(
            html,
            "<p class=\"note\">Held {} until {} by {}: {}</p>",
            hold.target,
            time(hold.until, &zone),
            escaped(&hold.by),
            escaped(&hold.reason)
        );
    }
    html.push_str(&week(&stack.week, stack.timezone.as_deref()));
    if let Some(next) = &stack.next {
        let _ = write!(html, "<p>Next: {} {} ({})</p>", next.target, time(next.at, &zone), escaped(&next.reason));
    }
    render_cost(html, stack.cost);
    render_budget(html, stack.budget.as_ref());
    if stack.target.is_some() {
        let (resources, asleep) = (stack.resources, stack.asleep);
        let _ = write!(html, "<p class=\"dim\">Resources: {resources} exist, {asleep} sleep</p>");
    }
    if let (Some(since), Some(by)) = (stack.since, &stack.by) {
        let why = stack.why.as_deref().unwrap_or_default();
        let (since, by, why) = (time(since, &zone), escaped(by), escaped(why));
        let _ = write!(html, "<p class=\"dim\">{target} since {since}, set by {by}: {why}</p>");
    }
    render_runs(html, &stack.runs, &zone);
    html.push_str("</section>");
}

fn render_runs(html: &mut String, runs: &[RunBoard], zone: &TimeZone) {
    if runs.is_empty() {
        return;
    }
    html.push_str(
        "<div class=\"scroll\"><table><thead><tr><th>Run</th><th>Took</th><th>Target</th><th>Outcome</th><th>By</th>\
         <th>Why</th></tr></thead><tbody>",
    );
    for run in runs {
        let failed = if run.failed > 0 { format!(", {} failed", run.failed) } else { String::new() };
        let class = if run.outcome == ebbtide::record::RunOutcome::Done { "" } else { " class=\"bad\"" };
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{:.1}&nbsp;s</td><td>{}</td><td{class}>{}{failed}</td><td>{}</td><td>{}</td></tr>",
            time(run.started, zone),
            run.took_ms as f64 / 1000.0,
            run.target,
            run.outcome,
            escaped(&run.by),
            escaped(&run.why)
        );
    }
    html.push_str("</tbody></table></div>");
}
