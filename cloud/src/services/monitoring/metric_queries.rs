//! Lists of metric data queries, as alarms with metric math and GetMetricData have them.

use serde_json::Value;

use super::refusal::{Outcome, invalid, members, need};

/// Checks a list of queries: ids, and that each has either a metric or an expression.
pub(super) fn check(queries: &[Value]) -> Outcome<()> {
    if queries.is_empty() {
        return Err(invalid("The metrics list must have at least one element"));
    }
    let mut ids: Vec<&str> = Vec::new();
    for query in queries {
        let id = need(query, "Id")?;
        let mut letters = id.chars();
        if !letters.next().is_some_and(|first| first.is_ascii_lowercase())
            || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            return Err(invalid(format!("Invalid metrics list: id {id} must match ^[a-z][a-zA-Z0-9_]*$")));
        }
        if ids.contains(&id) {
            return Err(invalid(format!("Invalid metrics list: id {id} is not unique")));
        }
        ids.push(id);
        match (&query["MetricStat"], &query["Expression"]) {
            (Value::Null, Value::String(expression)) if expression.len() > 2048 => {
                return Err(invalid(format!("The expression of element {id} is longer than 2048 characters")));
            }
            (Value::Null, Value::String(_)) => {}
            (stat, Value::Null) if stat.is_object() => metric_stat(stat)?,
            _ => return Err(invalid(format!("Exactly one of Expression and MetricStat is required for element {id}"))),
        }
        if let Some(period) = period(query) {
            check_period(period)?;
        }
    }
    Ok(())
}

fn metric_stat(stat: &Value) -> Outcome<()> {
    let metric = &stat["Metric"];
    need(metric, "Namespace")?;
    need(metric, "MetricName")?;
    check_dimensions(metric)?;
    let statistic = need(stat, "Stat")?;
    if !is_statistic(statistic) {
        return Err(invalid(format!("{statistic} is none of the statistics that CloudWatch knows")));
    }
    if stat["Period"].is_null() {
        return Err(invalid("Period must not be null"));
    }
    Ok(())
}

/// Returns whether a query's result is returned: yes, unless it says no.
pub(super) fn returns_data(query: &Value) -> bool {
    query["ReturnData"].as_bool().unwrap_or(true)
}

/// Returns the period of a query, in seconds.
pub(super) fn period(query: &Value) -> Option<i64> {
    query["MetricStat"]["Period"].as_i64().or_else(|| query["Period"].as_i64())
}

/// Checks a period: 1, 5, 10, 20, 30 or a multiple of 60 seconds.
pub(super) fn check_period(period: i64) -> Outcome<()> {
    if matches!(period, 1 | 5 | 10 | 20 | 30) || period > 0 && period % 60 == 0 {
        return Ok(());
    }
    Err(invalid(format!("Period must be 10, 20, 30 or a multiple of 60, and {period} is not")))
}

/// Dimensions: at most 30, each with name and value, no name twice.
pub(super) fn check_dimensions(metric: &Value) -> Outcome<()> {
    let dimensions = members(metric, "Dimensions");
    if dimensions.len() > 30 {
        return Err(invalid("Member at 'dimensions' must have length less than or equal to 30"));
    }
    for (index, dimension) in dimensions.iter().enumerate() {
        let name = need(dimension, "Name")?;
        need(dimension, "Value")?;
        if dimensions.iter().take(index).any(|earlier| earlier["Name"] == name) {
            return Err(invalid(format!("The dimension {name} is there twice")));
        }
    }
    Ok(())
}

/// Returns whether a name is that of a statistic, an extended one included.
pub(super) fn is_statistic(name: &str) -> bool {
    matches!(name, "SampleCount" | "Average" | "Sum" | "Minimum" | "Maximum") || is_extended_statistic(name)
}

/// Returns whether a name is that of a percentile (`p99.9`), a trimmed or winsorized statistic (`tm90`, `TM(10%:90%)`),
/// or the interquartile mean.
pub(super) fn is_extended_statistic(name: &str) -> bool {
    if name == "IQM" {
        return true;
    }
    if let Some((kind, range)) = name.strip_suffix(')').and_then(|name| name.split_once('(')) {
        return matches!(kind, "TM" | "WM" | "TC" | "TS" | "PR") && range.contains(':');
    }
    ["p", "tm", "wm", "tc", "ts"].iter().any(|kind| {
        name.strip_prefix(kind)
            .filter(|rank| rank.starts_with(|digit: char| digit.is_ascii_digit()))
            .and_then(|rank| rank.parse::<f64>().ok())
            .is_some_and(|rank| (0.0..=100.0).contains(&rank))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn extended_statistics_are_recognized() {
        for name in ["p99", "p99.9", "tm90", "IQM", "TM(10%:90%)", "PR(:300)"] {
            assert!(is_extended_statistic(name), "{name}");
        }
        for name in ["p", "p101", "99", "median", "XX(1:2)", "Sum"] {
            assert!(!is_extended_statistic(name), "{name}");
        }
    }

    #[test]
    fn wrong_lists_are_refused() {
        for list in [
            json!([]),
            json!([{ "Id": "E1", "Expression": "1" }]),
            json!([{ "Id": "e", "Expression": "1" }, { "Id": "e", "Expression": "2" }]),
            json!([{ "Id": "e" }]),
            json!([{ "Id": "m", "MetricStat": { "Metric": { "Namespace": "n", "MetricName": "m" }, "Stat": "Sum" } }]),
            json!([{ "Id": "m", "MetricStat": { "Metric": { "Namespace": "n" }, "Stat": "Sum", "Period": 60 } }]),
        ] {
            check(list.as_array().unwrap()).expect_err(&list.to_string());
        }
    }
}
