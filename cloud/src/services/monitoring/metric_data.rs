//! GetMetricData: metrics and metric math.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::expression::{self, Quantity, Series};
use super::metric::samples;
use super::metric_queries::{self, returns_data};
use super::refusal::{Outcome, invalid, members};
use super::statistics::{by_period, is_computed, span};
use crate::documents::CallContext;

/// An expression may use the result of another, to this depth.
const DEPTH: usize = 20;
/// The period of an expression over no metric, in seconds.
const USUAL_PERIOD: i64 = 60;

/// GetMetricData. All datapoints come in one page.
pub(super) fn get(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let (start, end) = span(input)?;
    let queries = members(input, "MetricDataQueries");
    metric_queries::check(queries)?;
    if queries.len() > 500 {
        return Err(invalid("The collection MetricDataQueries must not have a size greater than 500."));
    }
    let mut known: BTreeMap<&str, Quantity> = BTreeMap::new();
    for query in queries.iter().filter(|query| query["MetricStat"].is_object()) {
        known.insert(id(query), Quantity::Series(series(&query["MetricStat"], start, end, context)?));
    }
    // Expressions may come before the queries they use; each round resolves those whose parts are known.
    let mut open: Vec<&Value> = queries.iter().filter(|query| query["Expression"].is_string()).collect();
    for _ in 0..DEPTH {
        let (ready, waiting): (Vec<&Value>, Vec<&Value>) = open
            .into_iter()
            .partition(|query| expression::ids(text(query)).iter().all(|id| known.contains_key(id.as_str())));
        let solved = ready.into_iter().map(|query| {
            let quantity = expression::evaluate(text(query), &known)
                .map_err(|error| invalid(format!("Error in expression '{}': {error}", id(query))))?;
            Ok((id(query), quantity))
        });
        let solved: Vec<(&str, Quantity)> = solved.collect::<Outcome<_>>()?;
        known.extend(solved);
        open = waiting;
        if open.is_empty() {
            break;
        }
    }
    if let Some(unsolved) = open.first() {
        return Err(invalid(format!("Error in expression '{}': it uses an id that is not there", id(unsolved))));
    }
    let descending = input["ScanBy"].as_str() != Some("TimestampAscending");
    let results: Vec<Value> = queries
        .iter()
        .filter(|query| returns_data(query))
        .flat_map(|query| results(query, known.get(id(query)), descending))
        .collect();
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

fn id(query: &Value) -> &str {
    query["Id"].as_str().unwrap_or_default()
}

fn text(query: &Value) -> &str {
    query["Expression"].as_str().unwrap_or_default()
}

fn series(stat: &Value, start: f64, end: f64, context: &CallContext<'_>) -> Outcome<Series> {
    let name = stat["Stat"].as_str().unwrap_or_default();
    if !is_computed(name) {
        return Err(invalid(format!("The statistic {name} is not computed.")));
    }
    let period = stat["Period"].as_i64().unwrap_or(USUAL_PERIOD);
    let found = samples(context, &stat["Metric"], stat["Unit"].as_str(), start, end);
    let values = by_period(&found, period)
        .into_iter()
        .filter_map(|(at, summary)| Some((at, summary.statistic(name)?)))
        .collect();
    #[expect(clippy::cast_possible_truncation, reason = "seconds since the epoch")]
    let (start, end) = (start.floor() as i64, end.ceil() as i64);
    Ok(Series { period, start: start - start.rem_euclid(period), end, values })
}

/// Returns the results of a query: one, or one for each series of an expression like `METRICS()`.
fn results(query: &Value, quantity: Option<&Quantity>, descending: bool) -> Vec<Value> {
    let label = query["Label"].as_str().or_else(|| query["MetricStat"]["Metric"]["MetricName"].as_str());
    let result = |series: &Series| {
        let mut points: Vec<(i64, f64)> = series.values.iter().map(|(at, value)| (*at, *value)).collect();
        if descending {
            points.reverse();
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds since the epoch are far below 2^52")]
        let timestamps: Vec<f64> = points.iter().map(|(at, _)| *at as f64).collect();
        json!({
            "Id": id(query),
            "Label": label.unwrap_or(id(query)),
            "Timestamps": timestamps,
            "Values": points.iter().map(|(_, value)| *value).collect::<Vec<f64>>(),
            "StatusCode": "Complete",
        })
    };
    match quantity {
        Some(Quantity::Series(series)) => vec![result(series)],
        Some(Quantity::Many(all)) => all.iter().map(result).collect(),
        Some(Quantity::Scalar(_)) | None => Vec::new(),
    }
}
