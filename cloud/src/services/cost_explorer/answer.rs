//! GetCostAndUsage: sums of lines by period and group.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::costs::{self, Line};
use super::request::{Asked, Metric, Period, month_end};
use super::{expression, grouping, tags};
use crate::documents::CallContext;
use crate::service::Fault;

/// GetCostAndUsage. Responses are never so long that they have pages here.
pub fn get_cost_and_usage(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let asked = Asked::of(input, context)?;
    let groups = input["GroupBy"].as_array().map(Vec::as_slice).unwrap_or_default();
    grouping::check(groups)?;
    let filter = Some(&input["Filter"]).filter(|filter| !filter.is_null());
    if let Some(filter) = filter {
        expression::check(filter)?;
    }
    if !input["NextPageToken"].is_null() {
        return Err(Fault::new("InvalidNextTokenException", "The pagination token is invalid."));
    }
    let mut lines = costs::lines(&asked, &tags::active(context), context)?;
    lines.retain(|line| filter.is_none_or(|filter| expression::fits(filter, line)));
    if asked.metrics.iter().any(|metric| matches!(metric, Metric::Cost(_))) {
        check_prices(&lines)?;
    }
    let results: Vec<Value> = asked
        .periods()
        .into_iter()
        .map(|period| {
            let of_it: Vec<&Line> =
                lines.iter().filter(|line| (period.start_ms..period.end_ms).contains(&line.at_ms)).collect();
            result(&asked, period, groups, &of_it, context)
        })
        .collect();
    let mut response = json!({ "ResultsByTime": results, "DimensionValueAttributes": [] });
    if !groups.is_empty() {
        response["GroupDefinitions"] = json!(groups);
    }
    Ok(response)
}

/// Refuses usage that the price list has no price for: AWS knows all its prices, and a cost of 0 would be wrong.
fn check_prices(lines: &[Line]) -> Result<(), Fault> {
    match lines.iter().find(|line| line.cost.is_none()) {
        None => Ok(()),
        Some(line) => {
            let (usage, resource) = (&line.usage_type, &line.resource);
            let message = format!(
                "the price list of the embedded cloud has no price for {usage}, which {resource} uses; leave it out with a filter"
            );
            Err(Fault::new("EmbeddedCloudNoPrice", message))
        }
    }
}

fn result(asked: &Asked, period: Period, groups: &[Value], lines: &[&Line], context: &CallContext<'_>) -> Value {
    let mut shown = json!({
        "TimePeriod": {
            "Start": asked.granularity.written(period.start_ms), "End": asked.granularity.written(period.end_ms),
        },
        "Total": {}, "Groups": [],
        // The bill of a month is final after its end.
        "Estimated": month_end(period.start_ms) > context.now_ms,
    });
    if groups.is_empty() {
        shown["Total"] = sums(&asked.metrics, lines);
        return shown;
    }
    let mut by_group: BTreeMap<Vec<String>, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        by_group.entry(grouping::keys(groups, line)).or_default().push(line);
    }
    let group =
        |(keys, lines): (Vec<String>, Vec<&Line>)| json!({ "Keys": keys, "Metrics": sums(&asked.metrics, &lines) });
    shown["Groups"] = by_group.into_iter().map(group).collect();
    shown
}

fn sums(metrics: &[Metric], lines: &[&Line]) -> Value {
    let mut shown = Map::new();
    for metric in metrics {
        let (name, amount, unit) = match metric {
            Metric::Cost(name) => (*name, lines.iter().filter_map(|line| line.cost).sum(), "USD"),
            Metric::Normalized => ("NormalizedUsageAmount", 0.0, "N/A"),
            Metric::Usage => {
                let mut units = lines.iter().map(|line| line.unit);
                let first = units.next().unwrap_or("N/A");
                let unit = if units.all(|unit| unit == first) { first } else { "N/A" };
                ("UsageQuantity", lines.iter().map(|line| line.quantity).sum::<f64>(), unit)
            }
        };
        shown.insert(name.to_owned(), json!({ "Amount": written(amount), "Unit": unit }));
    }
    Value::Object(shown)
}

/// Returns an amount as AWS writes it: up to ten digits after the point.
fn written(amount: f64) -> String {
    let digits = format!("{amount:.10}");
    let short = digits.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}
