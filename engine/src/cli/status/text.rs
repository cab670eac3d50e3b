//! The status of a stack in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use owo_colors::{OwoColorize as _, Style};

use super::endpoints::{EndpointView, VariantView};
use super::lines::wrapped;
use super::live::LiveView;
use super::resource_status::ResourceStatus;
use super::view::{ResourceView, StackCondition, StatusView};
use crate::cli::dollars::total_text;
use crate::cli::output::{count, listed, reason};
use crate::cli::progress::age;
use ebbtide::plan::Target;
use ebbtide::resource::{Address, Persistence};
use ebbtide::schedule::Hold;

/// The number of resources that are named one by one where many may be missing.
const NAMED: usize = 8;

/// Returns the status of one stack. `wide` lists every resource with its id and its link.
pub(in crate::cli) fn render(status: &StatusView, width: usize, wide: bool) -> String {
    let mut text = heading(status, width);
    if status.resources.is_empty() {
        return text;
    }
    endpoints(&mut text, status);
    if wide {
        resources(&mut text, status);
    } else {
        components(&mut text, status, width);
    }
    kept(&mut text, status, width);
    let _ = writeln!(text, "\n{}", counts(&status.resources));
    text
}

/// Returns the status of one stack among others, in a few lines.
pub(in crate::cli) fn render_short(status: &StatusView, width: usize) -> String {
    let mut text = heading(status, width);
    if !status.resources.is_empty() {
        let endpoints = match status.endpoints.len() {
            0 => String::new(),
            _ => format!("{}; ", endpoints_in_short(status)),
        };
        text.push_str(&wrapped("  ", &format!("{endpoints}{}", counts(&status.resources)), width));
    }
    text
}

/// Returns the lines about the stack as a whole. Writing into text cannot fail, so results are ignored.
fn heading(status: &StatusView, width: usize) -> String {
    let mut text = String::new();
    if status.since.is_none() {
        return format!("{} never applied\n", format!("{} in {}:", status.stack, status.environment).bold());
    }
    let condition = status.condition.name().style(style(status.condition)).to_string();
    let target = match status.condition {
        StackCondition::Incomplete | StackCondition::Changing => format!(" (target: {})", status.target),
        StackCondition::Running | StackCondition::Paused | StackCondition::Destroyed => String::new(),
    };
    let _ = writeln!(text, "{} {condition}{target}", format!("{} in {}:", status.stack, status.environment).bold());
    let since = match (&status.since, &status.by, &status.why) {
        (Some(since), Some(by), Some(why)) if !by.is_empty() => {
            let with = if why.starts_with("ebb ") { " with" } else { ":" };
            format!("since {since:.0}, set by {by}{with} {}", reason(why))
        }
        (since, ..) => since.map(|since| format!("since {since:.0}")).unwrap_or_default(),
    };
    text.push_str(&wrapped("  ", &since, width).dimmed().to_string());
    if !status.asleep.is_empty() {
        let names: Vec<&str> = status.asleep.iter().map(String::as_str).collect();
        let line = format!("{} until `ebb resume {}`", names.join(", "), status.stack);
        let lines = wrapped("  ", &line, width.saturating_sub(8));
        let _ = write!(text, "  {} {}", "asleep:".yellow().bold(), lines.trim_start());
    }
    if let Some(hold) = &status.hold {
        let Hold { target, until, by, reason, .. } = hold;
        let held = format!("{target} until {until:.0}, by {by}: {reason}");
        let _ = write!(
            text,
            "  {} {}",
            "held:".yellow().bold(),
            wrapped("  ", &held, width.saturating_sub(6)).trim_start()
        );
    }
    if let Some(run) = status.run.as_ref().filter(|run| run.at_work) {
        let line = format!(
            "`ebb {}` by {} has been at work since {:.0}: {} of {} done",
            run.command,
            run.by,
            run.started,
            run.done,
            count(run.operations, "operation")
        );
        text.push_str(&wrapped("  ", &line, width));
    }
    if let Some(incomplete) = &status.incomplete {
        text.push_str(&wrapped("  ", &incomplete.reason, width).yellow().to_string());
        for (name, addresses) in [("missing:", &incomplete.missing), ("still there:", &incomplete.left)] {
            if !addresses.is_empty() {
                let line = format!("{name} {}: {}", count(addresses.len(), "resource"), listed(addresses, NAMED));
                text.push_str(&wrapped("  ", &line, width).yellow().to_string());
            }
        }
        let _ = writeln!(text, "  {} `{}` goes on", "next:".cyan(), incomplete.next);
    }
    if let Some(cost) = status.cost.as_ref().filter(|_| !status.resources.is_empty()) {
        let line = format!("costs {} of {} hours now", total_text(cost.total), cost.hours_per_month);
        text.push_str(&wrapped("  ", &line, width));
    }
    match &status.live {
        Some(live) => compared(&mut text, live, width),
        None => not_compared(&mut text, status, width),
    }
    text
}

/// Adds how old the record is: a record says nothing of changes by others.
fn not_compared(text: &mut String, status: &StatusView, width: usize) {
    if let Some(recorded) = status.recorded.filter(|_| !status.resources.is_empty()) {
        let age = age(Timestamp::now(), recorded).map(|age| format!(", {age} ago")).unwrap_or_default();
        let line = format!("recorded {recorded:.0}{age}; `ebb status {} --live` asks AWS", status.stack);
        text.push_str(&wrapped("  ", &line, width).dimmed().to_string());
    }
}

fn compared(text: &mut String, live: &LiveView, width: usize) {
    if !live.waiting.is_empty() {
        let _ = writeln!(text, "  {}", "in AWS, not seen ready yet:".cyan());
        for one in &live.waiting {
            text.push_str(&wrapped("    ", &format!("{}: {}", one.address, one.status), width));
        }
    }
    if let Some(why) = &live.not_compared {
        text.push_str(&wrapped("  ", &format!("not compared with AWS: {why}"), width).yellow().to_string());
        return;
    }
    if live.differences.is_empty() && live.unread.is_empty() {
        let rest = if live.waiting.is_empty() { "" } else { "otherwise " };
        let _ = writeln!(text, "  {}", format!("{rest}as in AWS, {:.0}", live.at).green());
        return;
    }
    let _ = writeln!(text, "  {}", format!("not as in AWS, {:.0}:", live.at).yellow().bold());
    for one in &live.differences {
        text.push_str(&wrapped("    ", &format!("{}: {}", one.address, one.difference), width).yellow().to_string());
    }
    if !live.unread.is_empty() {
        let line = format!("could not be read: {}", listed(&live.unread, NAMED));
        text.push_str(&wrapped("    ", &line, width).yellow().to_string());
    }
}

fn style(condition: StackCondition) -> Style {
    match condition {
        StackCondition::Running => Style::new().green().bold(),
        StackCondition::Paused | StackCondition::Destroyed => Style::new().blue().bold(),
        StackCondition::Incomplete | StackCondition::Changing => Style::new().yellow().bold(),
    }
}

/// The condition of a resource, as a group of resources is headed by it.
fn group(resource: &ResourceView) -> &'static str {
    match resource.status {
        ResourceStatus::Running | ResourceStatus::Kept if resource.holds_data => "holds data",
        status => status.name(),
    }
}

fn endpoints(text: &mut String, status: &StatusView) {
    if status.endpoints.is_empty() {
        return;
    }
    let mut rows = Vec::new();
    for endpoint in &status.endpoints {
        let found = status.resources.iter().find(|resource| resource.address == endpoint.address);
        let condition = live_condition(status, endpoint).or(found.map(|resource| resource.status.name()));
        let since = endpoint.since.map(|since| since.strftime("%Y-%m-%d %H:%M").to_string());
        let mut first = [
            endpoint.address.name().to_owned(),
            condition.unwrap_or_default().to_owned(),
            String::new(),
            since.unwrap_or_else(|| "-".to_owned()),
        ];
        for variant in &endpoint.variants {
            let named = if endpoint.variants.len() > 1 { format!("{}: ", variant.name) } else { String::new() };
            first[2] = format!("{named}{}", instances(variant));
            rows.push(std::mem::take(&mut first));
        }
        if endpoint.variants.is_empty() {
            rows.push(first);
        }
    }
    let heads = ["ENDPOINT", "CONDITION", "INSTANCES", "SINCE (UTC)"];
    table(text, &heads.map(str::to_owned), &rows);
}

fn live_condition(status: &StatusView, endpoint: &EndpointView) -> Option<&'static str> {
    let one = status.live.as_ref()?.differences.iter().find(|one| one.address == endpoint.address)?;
    Some(if one.missing { "missing" } else { "changed" })
}

/// Returns the instances of a variant: `2 × ml.g5.xlarge, 1 to 10`.
fn instances(variant: &VariantView) -> String {
    let Some(instance_type) = &variant.instance_type else { return "serverless".to_owned() };
    let bounds = match (variant.min, variant.max) {
        (Some(min), Some(max)) if min != max => format!(", {min} to {max}"),
        _ => String::new(),
    };
    format!("{} × {instance_type}{bounds}", variant.instances.unwrap_or_default())
}

/// Returns all endpoints of a stack in a few words: `4 of 5 endpoints running on 7 instances`.
fn endpoints_in_short(status: &StatusView) -> String {
    let is_running = |endpoint: &&EndpointView| {
        let found = status.resources.iter().find(|resource| resource.address == endpoint.address);
        found.is_some_and(|resource| resource.status == ResourceStatus::Running)
    };
    let running: Vec<&EndpointView> = status.endpoints.iter().filter(is_running).collect();
    let instances: f64 = running.iter().flat_map(|endpoint| &endpoint.variants).filter_map(|one| one.instances).sum();
    let noun = if status.endpoints.len() == 1 { "endpoint" } else { "endpoints" };
    let on = match running.is_empty() {
        true => String::new(),
        false => format!(" on {instances} instance{}", if instances == 1.0 { "" } else { "s" }),
    };
    format!("{} of {} {noun} running{on}", running.len(), status.endpoints.len())
}

/// Adds a table of components: for each of its conditions the kinds of the resources, and the names of those that hold data.
fn components(text: &mut String, status: &StatusView, width: usize) {
    let mut found: BTreeMap<&str, BTreeMap<&str, Vec<&ResourceView>>> = BTreeMap::new();
    for resource in &status.resources {
        found.entry(&resource.component).or_default().entry(group(resource)).or_default().push(resource);
    }
    let has_endpoint = |component: &str| {
        status.resources.iter().any(|resource| {
            resource.component == component
                && status.endpoints.iter().any(|endpoint| endpoint.address == resource.address)
        })
    };
    let mut components: Vec<_> = found.into_iter().collect();
    components.sort_by_key(|(component, _)| !has_endpoint(component));
    let name_width = components.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max("COMPONENT".len());
    let (name_width, group_width) = (name_width.min(width / 3), "holds data".len());
    let indent = " ".repeat(name_width + group_width + 4);
    let head = format!("{:<name_width$}  {:<group_width$}  RESOURCES", "COMPONENT", "CONDITION");
    let _ = writeln!(text, "\n{}", head.dimmed());
    for (component, groups) in components {
        let mut name = component;
        for (group, resources) in groups {
            let contents = match group {
                "holds data" | "pending" => {
                    listed(&resources.iter().map(|one| one.address.clone()).collect::<Vec<Address>>(), usize::MAX)
                }
                _ => kinds(&resources),
            };
            let body = wrapped(&indent, &contents, width);
            let first = format!("{:<group_width$}", group).style(group_style(group)).to_string();
            let _ = write!(text, "{name:<name_width$}  {first}  {}", body.trim_start());
            name = "";
        }
    }
}

/// Returns the kinds of resources with their numbers, and those with earlier generations that still exist.
fn kinds(resources: &[&ResourceView]) -> String {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for resource in resources {
        let (number, deposed) = kinds.entry(resource.address.kind()).or_default();
        *number += 1;
        *deposed += resource.deposed.len();
    }
    let one = |(kind, (number, deposed)): (&str, (usize, usize))| {
        let times = if number == 1 { String::new() } else { format!(" ×{number}") };
        let old = if deposed == 0 { String::new() } else { format!(" (and {deposed} of earlier generations)") };
        format!("{kind}{times}{old}")
    };
    kinds.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Adds every resource with its id, and its page in the console.
fn resources(text: &mut String, status: &StatusView) {
    let persistence = |resource: &ResourceView| match resource.persistence {
        Some(Persistence::Durable) => "durable",
        Some(Persistence::Ephemeral) => "ephemeral",
        None => "unknown kind",
    };
    let mut sorted: Vec<&ResourceView> = status.resources.iter().collect();
    sorted.sort_by_key(|resource| (&resource.component, &resource.address));
    let row = |resource: &&ResourceView| {
        let deposed = match resource.deposed.len() {
            0 => String::new(),
            count => format!(", and {count} of an earlier generation"),
        };
        let link = resource.console.as_ref().map(|link| format!("  {link}")).unwrap_or_default();
        [
            resource.component.clone(),
            group(resource).to_owned(),
            resource.address.to_string(),
            resource.id.clone().unwrap_or_else(|| "-".to_owned()),
            format!("{}{deposed}{link}", persistence(resource)),
        ]
    };
    let heads = ["COMPONENT", "CONDITION", "RESOURCE", "ID", "PERSISTENCE"].map(str::to_owned);
    table(text, &heads, &sorted.iter().map(row).collect::<Vec<_>>());
}

/// Adds a table, with an empty line before it. The last column is as wide as it is.
fn table<const N: usize>(text: &mut String, heads: &[String; N], rows: &[[String; N]]) {
    let width = |column: usize| rows.iter().chain([heads]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(|column| if column + 1 == N { 0 } else { width(column) }).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect::<Vec<_>>();
        cells.join("  ").trim_end().to_owned()
    };
    let _ = writeln!(text, "\n{}", line(heads).dimmed());
    for row in rows {
        let _ = writeln!(text, "{}", line(row));
    }
}

/// Adds why resources of a destroyed stack are kept.
fn kept(text: &mut String, status: &StatusView, width: usize) {
    if status.target != Target::Destroyed {
        return;
    }
    let kept = status.resources.iter().filter_map(|one| Some((&one.address, one.kept_because.as_ref()?)));
    let lines: Vec<String> =
        kept.map(|(address, because)| wrapped("  ", &format!("{address}: {because}"), width)).collect();
    if !lines.is_empty() {
        let _ = write!(text, "\nKept:\n{}", lines.concat());
    }
}

fn group_style(group: &str) -> Style {
    match group {
        "running" => Style::new().green(),
        "kept" => Style::new().cyan(),
        "pending" | "holds data" => Style::new().yellow(),
        _ => Style::new().blue(),
    }
}

/// Returns the numbers of resources by their status, and how many hold data.
fn counts(resources: &[ResourceView]) -> String {
    let number = |status| resources.iter().filter(|resource| resource.status == status).count();
    let counts = ResourceStatus::ALL.into_iter().map(|status| (number(status), status.name()));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, status)| format!("{count} {status}")).collect();
    let data = resources.iter().filter(|resource| resource.holds_data && resource.id.is_some()).count();
    let data = match data {
        0 => String::new(),
        1 => "; 1 of them holds data".to_owned(),
        data => format!("; {data} of them hold data"),
    };
    format!("{}{data}", counts.join(", "))
}
