//! Metrics: samples, kept by series (namespace, name, dimensions), and beside them those that AWS publishes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clock;
use super::metric_queries::check_dimensions;
use super::published;
use super::refusal::{Outcome, bad_combination, bad_token, invalid_value, members, need};
use super::sample::Sample;
use crate::documents::CallContext;
use crate::services::paging::page;

const METRICS: &str = "metrics";
/// Samples older than this are forgotten, as AWS does with those of one-minute resolution. In seconds.
const KEPT: f64 = 15.0 * 86_400.0;
/// The oldest and the latest sample that can be put, in seconds from now.
const PAST: f64 = 14.0 * 86_400.0;
const FUTURE: f64 = 2.0 * 3600.0;

/// PutMetricData.
pub(super) fn put(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let namespace = need(input, "Namespace")?;
    if namespace.starts_with("AWS/") || namespace.starts_with(':') || namespace.len() > 255 {
        return Err(invalid_value(format!("The value {namespace} for parameter Namespace is invalid.")));
    }
    let data = members(input, "MetricData");
    if data.is_empty() && members(input, "EntityMetricData").is_empty() {
        return Err(invalid_value("The collection MetricData must not be empty."));
    }
    let of_entities = members(input, "EntityMetricData").iter().flat_map(|entity| members(entity, "MetricData"));
    let data: Vec<&Value> = data.iter().chain(of_entities).collect();
    if data.len() > 1000 {
        return Err(invalid_value("The collection MetricData must not have a size greater than 1000."));
    }
    for datum in data {
        let name = need(datum, "MetricName")?;
        check_dimensions(datum)?;
        let sample = sample(datum, clock::now(context).as_f64().unwrap_or_default())?;
        add(namespace, name, datum, &sample, context);
    }
    Ok(json!({}))
}

fn sample(datum: &Value, now: f64) -> Outcome<Sample> {
    let at = datum["Timestamp"].as_f64().unwrap_or(now);
    if at < now - PAST || at > now + FUTURE {
        return Err(invalid_value("The parameter Timestamp must be at most two weeks past or two hours ahead."));
    }
    let unit = datum["Unit"].as_str().unwrap_or("None").to_owned();
    let given = ["Value", "Values", "StatisticValues"].iter().filter(|field| !datum[**field].is_null()).count();
    if given != 1 {
        return Err(bad_combination("Exactly one of Value, Values and StatisticValues must be given."));
    }
    let set = &datum["StatisticValues"];
    if set.is_object() {
        let number = |field: &str| {
            set[field].as_f64().ok_or_else(|| invalid_value(format!("StatisticValues.{field} must be given.")))
        };
        let (count, minimum, maximum) = (number("SampleCount")?, number("Minimum")?, number("Maximum")?);
        if count <= 0.0 || minimum > maximum {
            return Err(invalid_value("StatisticValues must have samples, and a minimum not above the maximum."));
        }
        return Ok(Sample { at, unit, count, sum: number("Sum")?, minimum, maximum, values: Vec::new() });
    }
    let values: Vec<f64> = match datum["Value"].as_f64() {
        Some(value) => vec![value],
        None => members(datum, "Values").iter().filter_map(Value::as_f64).collect(),
    };
    let counts: Vec<f64> = match datum["Counts"].as_array() {
        Some(counts) => counts.iter().filter_map(Value::as_f64).collect(),
        None => vec![1.0; values.len()],
    };
    if values.is_empty()
        || values.len() > 150
        || counts.len() != values.len()
        || counts.iter().any(|count| *count <= 0.0)
    {
        return Err(invalid_value("Values must have between 1 and 150 members, and Counts as many, above zero."));
    }
    Ok(Sample {
        at,
        unit,
        count: counts.iter().sum(),
        sum: values.iter().zip(&counts).map(|(value, count)| value * count).sum(),
        minimum: values.iter().copied().fold(f64::INFINITY, f64::min),
        maximum: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        values: values.into_iter().zip(counts).collect(),
    })
}

fn add(namespace: &str, name: &str, datum: &Value, sample: &Sample, context: &mut CallContext<'_>) {
    let now = clock::now(context).as_f64().unwrap_or_default();
    let key = key(namespace, name, members(datum, "Dimensions"));
    let mut series = context.own.remove(METRICS, &key).unwrap_or_else(|| {
        json!({ "Namespace": namespace, "MetricName": name, "Dimensions": sorted(members(datum, "Dimensions")), "Samples": [] })
    });
    if let Some(samples) = series["Samples"].as_array_mut() {
        samples.retain(|sample| sample["At"].as_f64().unwrap_or_default() > now - KEPT);
        samples.push(json!({
            "At": sample.at, "Unit": sample.unit, "Count": sample.count, "Sum": sample.sum,
            "Minimum": sample.minimum, "Maximum": sample.maximum, "Values": sample.values,
        }));
    }
    context.own.put(METRICS, key, series);
}

/// Returns the samples of a series from `start` up to but not including `end` (seconds since the epoch), of a unit if
/// one is given.
pub(super) fn samples(
    context: &CallContext<'_>,
    metric: &Value,
    unit: Option<&str>,
    start: f64,
    end: f64,
) -> Vec<Sample> {
    let text = |field: &str| metric[field].as_str().unwrap_or_default();
    let key = key(text("Namespace"), text("MetricName"), members(metric, "Dimensions"));
    let series = context.own.get(METRICS, &key);
    series
        .map(|series| members(series, "Samples"))
        .unwrap_or_default()
        .iter()
        .filter_map(|sample| {
            Some(Sample {
                at: sample["At"].as_f64()?,
                unit: sample["Unit"].as_str()?.to_owned(),
                count: sample["Count"].as_f64()?,
                sum: sample["Sum"].as_f64()?,
                minimum: sample["Minimum"].as_f64()?,
                maximum: sample["Maximum"].as_f64()?,
                values: members(sample, "Values")
                    .iter()
                    .filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?)))
                    .collect(),
            })
        })
        .chain(published::samples(context, metric, start, end))
        .filter(|sample| sample.at >= start && sample.at < end && unit.is_none_or(|unit| sample.unit == unit))
        .collect()
}

/// ListMetrics: 500 a page.
pub(super) fn list(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let recent = input["RecentlyActive"].is_string();
    let now = clock::now(context).as_f64().unwrap_or_default();
    let matches = |series: &Value| {
        let has = |filter: &Value| {
            members(series, "Dimensions").iter().any(|dimension| {
                dimension["Name"] == filter["Name"]
                    && (filter["Value"].is_null() || dimension["Value"] == filter["Value"])
            })
        };
        ["Namespace", "MetricName"].iter().all(|field| input[*field].is_null() || input[*field] == series[*field])
            && members(input, "Dimensions").iter().all(has)
            && (!recent
                || members(series, "Samples")
                    .iter()
                    .any(|sample| sample["At"].as_f64().unwrap_or_default() > now - 3.0 * 3600.0))
    };
    let published = published::all(context);
    let published = published.iter().map(|series| {
        let text = |field: &str| series[field].as_str().unwrap_or_default();
        (key(text("Namespace"), text("MetricName"), members(series, "Dimensions")), series)
    });
    let put = context.own.all(METRICS).map(|(key, series)| (key.to_owned(), series));
    let found: BTreeMap<String, Value> = published
        .chain(put)
        .filter(|(_, series)| matches(series))
        .map(|(key, series)| {
            let metric = json!({
                "Namespace": series["Namespace"], "MetricName": series["MetricName"], "Dimensions": series["Dimensions"],
            });
            (key, metric)
        })
        .collect();
    let page = page(found, input["NextToken"].as_str(), 500).ok_or_else(bad_token)?;
    Ok(json!({ "Metrics": page.items, "NextToken": page.next }))
}

/// Returns the key of a series: the same for the same dimensions in another order.
fn key(namespace: &str, name: &str, dimensions: &[Value]) -> String {
    json!([namespace, name, sorted(dimensions)]).to_string()
}

fn sorted(dimensions: &[Value]) -> Vec<Value> {
    let mut sorted: Vec<Value> =
        dimensions.iter().map(|dimension| json!({ "Name": dimension["Name"], "Value": dimension["Value"] })).collect();
    sorted.sort_by(|one, other| one["Name"].as_str().cmp(&other["Name"].as_str()));
    sorted
}
