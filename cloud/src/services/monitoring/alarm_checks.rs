//! Checks of metric alarms.

use serde_json::Value;

use super::metric_queries;
use super::refusal::{Outcome, bad_combination, invalid, members, need, texts};

const OPERATORS: [&str; 4] =
    ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];
/// The operators of alarms on an anomaly detection band.
const BAND_OPERATORS: [&str; 3] =
    ["LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"];
const STATISTICS: [&str; 5] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
const MISSING_DATA: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];
/// The longest span that an alarm looks at: a day, or a week when its period is an hour or more. In seconds.
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// Checks the input of PutMetricAlarm.
pub(super) fn check(input: &Value) -> Outcome<()> {
    name_and_actions(input)?;
    if !input["EvaluationCriteria"].is_null() {
        // An alarm on a PromQL query has neither metric nor threshold.
        return Ok(());
    }
    let operator = need(input, "ComparisonOperator")?;
    let band = !input["ThresholdMetricId"].is_null();
    if !OPERATORS.contains(&operator) && !BAND_OPERATORS.contains(&operator) {
        return Err(invalid(format!("Value '{operator}' at 'comparisonOperator' is not a comparison operator")));
    }
    if band != BAND_OPERATORS.contains(&operator) {
        return Err(invalid(format!("The comparison operator {operator} does not go with the kind of threshold")));
    }
    if band != input["Threshold"].is_null() {
        return Err(invalid("Exactly one of Threshold and ThresholdMetricId must be specified"));
    }
    let periods = evaluation_periods(input)?;
    one_of(input, "TreatMissingData", &MISSING_DATA)?;
    one_of(input, "EvaluateLowSampleCountPercentile", &["evaluate", "ignore"])?;
    if input["Metrics"].is_array() { of_queries(input, periods) } else { of_one_metric(input, periods) }
}

/// Checks the parts that metric and composite alarms share.
pub(super) fn name_and_actions(input: &Value) -> Outcome<()> {
    let name = need(input, "AlarmName")?;
    if name.chars().count() > 255 {
        return Err(invalid("Value at 'alarmName' must have length less than or equal to 255"));
    }
    if input["AlarmDescription"].as_str().is_some_and(|text| text.chars().count() > 1024) {
        return Err(invalid("Value at 'alarmDescription' must have length less than or equal to 1024"));
    }
    for field in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        let actions = texts(input, field);
        if actions.len() > 5 {
            return Err(invalid(format!("Member at '{field}' must have length less than or equal to 5")));
        }
        if let Some(wrong) = actions.iter().find(|action| action.split(':').count() < 6 || !action.starts_with("arn:"))
        {
            return Err(invalid(format!("Invalid arn syntax: {wrong}")));
        }
    }
    Ok(())
}

fn evaluation_periods(input: &Value) -> Outcome<i64> {
    let Some(periods) = input["EvaluationPeriods"].as_i64() else {
        need(input, "EvaluationPeriods")?;
        return Err(invalid("EvaluationPeriods must be a number"));
    };
    if periods < 1 {
        return Err(invalid("Value at 'evaluationPeriods' must be greater than or equal to 1"));
    }
    if let Some(datapoints) = input["DatapointsToAlarm"].as_i64()
        && !(1..=periods).contains(&datapoints)
    {
        return Err(invalid("DatapointsToAlarm must be between 1 and EvaluationPeriods"));
    }
    Ok(periods)
}

fn of_one_metric(input: &Value, periods: i64) -> Outcome<()> {
    need(input, "Namespace")?;
    need(input, "MetricName")?;
    let statistic = match (input["Statistic"].as_str(), input["ExtendedStatistic"].as_str()) {
        (Some(_), Some(_)) => return Err(bad_combination("Statistic and ExtendedStatistic are mutually exclusive")),
        (None, None) => return Err(invalid("Either Statistic or ExtendedStatistic must be specified")),
        (Some(statistic), None) => STATISTICS.contains(&statistic).then_some(statistic),
        (None, Some(extended)) => metric_queries::is_extended_statistic(extended).then_some(extended),
    };
    if statistic.is_none() {
        return Err(invalid("The statistic is none that CloudWatch knows"));
    }
    metric_queries::check_dimensions(input)?;
    let Some(period) = input["Period"].as_i64() else {
        return Err(invalid("Period must be specified for an alarm on one metric"));
    };
    metric_queries::check_period(period)?;
    span(period, periods)
}

fn of_queries(input: &Value, periods: i64) -> Outcome<()> {
    for field in ["MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit"] {
        if !input[field].is_null() {
            return Err(bad_combination(format!("{field} must not be set if the Metrics list is")));
        }
    }
    if !members(input, "Dimensions").is_empty() {
        return Err(bad_combination("Dimensions must not be set if the Metrics list is"));
    }
    let queries = members(input, "Metrics");
    metric_queries::check(queries)?;
    let returned: Vec<&Value> = queries.iter().filter(|query| metric_queries::returns_data(query)).collect();
    match input["ThresholdMetricId"].as_str() {
        None if returned.len() != 1 => {
            return Err(invalid("Exactly one element of the metrics list should return data"));
        }
        Some(band) if !queries.iter().any(|query| query["Id"] == band) => {
            return Err(invalid(format!("ThresholdMetricId {band} is no id of the metrics list")));
        }
        _ => {}
    }
    let longest = queries.iter().filter_map(metric_queries::period).max();
    longest.map_or(Ok(()), |period| span(period, periods))
}

fn span(period: i64, periods: i64) -> Outcome<()> {
    let limit = if period >= 3600 { WEEK } else { DAY };
    if period.saturating_mul(periods) > limit {
        return Err(invalid(format!(
            "Metrics cannot be checked across more than {limit} seconds (EvaluationPeriods * Period)"
        )));
    }
    Ok(())
}

fn one_of(input: &Value, field: &str, choices: &[&str]) -> Outcome<()> {
    match input[field].as_str() {
        Some(value) if !choices.contains(&value) => {
            Err(invalid(format!("Value '{value}' at '{field}' is none of {}", choices.join(", "))))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alarm(change: &Value) -> Value {
        let mut input = json!({
            "AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3, "Threshold": 1.0,
            "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60,
        });
        for (field, value) in change.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    }

    #[test]
    fn an_ordinary_alarm_is_accepted() {
        check(&alarm(&json!({}))).unwrap();
        check(&alarm(&json!({ "Statistic": null, "ExtendedStatistic": "p99.9" }))).unwrap();
    }

    #[test]
    fn each_wrong_field_is_refused() {
        for (change, code) in [
            (json!({ "AlarmName": null }), "MissingParameter"),
            (json!({ "ComparisonOperator": "Above" }), "ValidationError"),
            (json!({ "ComparisonOperator": "GreaterThanUpperThreshold" }), "ValidationError"),
            (json!({ "Threshold": null }), "ValidationError"),
            (json!({ "EvaluationPeriods": null }), "MissingParameter"),
            (json!({ "EvaluationPeriods": 0 }), "ValidationError"),
            (json!({ "DatapointsToAlarm": 4 }), "ValidationError"),
            (json!({ "Period": 45 }), "ValidationError"),
            (json!({ "Period": 3599 }), "ValidationError"),
            (json!({ "Period": 60, "EvaluationPeriods": 1441 }), "ValidationError"),
            (json!({ "ExtendedStatistic": "p99" }), "InvalidParameterCombination"),
            (json!({ "Statistic": "Median" }), "ValidationError"),
            (json!({ "TreatMissingData": "unknown" }), "ValidationError"),
            (json!({ "AlarmActions": ["topic"] }), "ValidationError"),
            (json!({ "AlarmActions": vec!["arn:aws:sns:us-east-1:1:t"; 6] }), "ValidationError"),
            (json!({ "Metrics": [{ "Id": "e", "Expression": "1" }] }), "InvalidParameterCombination"),
        ] {
            let refusal = check(&alarm(&change)).unwrap_err();
            assert_eq!(refusal.fault.code, code, "{change}: {}", refusal.fault.message);
        }
    }

    #[test]
    fn a_long_period_may_look_at_a_week() {
        check(&alarm(&json!({ "Period": 3600, "EvaluationPeriods": 168 }))).unwrap();
        check(&alarm(&json!({ "Period": 3600, "EvaluationPeriods": 169 }))).unwrap_err();
    }
}
