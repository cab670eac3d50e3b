//! The configuration of step scaling policies.

use serde_json::{Value, json};

use crate::service::Fault;
use crate::services::json::{invalid, text};

/// How many steps a policy may have.
const LIMIT: usize = 20;

/// Checks a configuration.
pub fn check(configuration: &Value) -> Result<(), Fault> {
    let kind = text(configuration, "AdjustmentType");
    let steps = configuration["StepAdjustments"].as_array().map(Vec::as_slice).unwrap_or_default();
    if kind.is_empty() {
        return Err(invalid("A step scaling policy needs an AdjustmentType"));
    }
    if steps.is_empty() || steps.len() > LIMIT {
        return Err(invalid(format!("A step scaling policy needs 1 to {LIMIT} StepAdjustments")));
    }
    if kind == "ExactCapacity" && steps.iter().any(|step| step["ScalingAdjustment"].as_i64().is_some_and(|by| by < 0)) {
        return Err(invalid("The ScalingAdjustment of an ExactCapacity must be 0 or more"));
    }
    let magnitude = configuration["MinAdjustmentMagnitude"].as_i64();
    if magnitude.is_some() && kind != "PercentChangeInCapacity" {
        return Err(invalid("MinAdjustmentMagnitude needs the AdjustmentType PercentChangeInCapacity"));
    }
    if magnitude.is_some_and(|magnitude| magnitude < 1) {
        return Err(invalid("MinAdjustmentMagnitude must be 1 or more"));
    }
    if configuration["Cooldown"].as_i64().is_some_and(|seconds| seconds < 0) {
        return Err(invalid("Cooldown must be 0 seconds or more"));
    }
    check_intervals(steps)
}

/// Checks that the intervals follow each other without gap or overlap, and reach to infinity on each side of 0 that
/// they have.
fn check_intervals(steps: &[Value]) -> Result<(), Fault> {
    let lower = |step: &Value| step["MetricIntervalLowerBound"].as_f64().unwrap_or(f64::NEG_INFINITY);
    let upper = |step: &Value| step["MetricIntervalUpperBound"].as_f64().unwrap_or(f64::INFINITY);
    let mut intervals: Vec<(f64, f64)> = steps.iter().map(|step| (lower(step), upper(step))).collect();
    intervals.sort_by(|one, other| one.0.total_cmp(&other.0));
    if intervals.iter().any(|(lower, upper)| lower >= upper) {
        return Err(invalid("The upper bound of a step must be greater than its lower bound"));
    }
    if let Some(pair) = intervals.windows(2).find(|pair| pair[0].1.total_cmp(&pair[1].0).is_ne()) {
        let what = if pair[0].1 > pair[1].0 { "overlap" } else { "gap" };
        return Err(invalid(format!("There is a {what} between the intervals of the StepAdjustments")));
    }
    let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else { return Ok(()) };
    if first.0 < 0.0 && first.0.is_finite() {
        return Err(invalid("With a negative lower bound there must be a step without a lower bound"));
    }
    if last.1 > 0.0 && last.1.is_finite() {
        return Err(invalid("With a positive upper bound there must be a step without an upper bound"));
    }
    Ok(())
}

/// Adds the defaults of Application Auto Scaling.
pub fn fill_in(configuration: &mut Value) {
    if configuration["MetricAggregationType"].is_null() {
        configuration["MetricAggregationType"] = json!("Average");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_steps(steps: Value) -> Result<(), Fault> {
        check(&json!({ "AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps }))
    }

    #[test]
    fn intervals_must_cover_without_gap_or_overlap() {
        let step = |lower: Option<i64>, upper: Option<i64>| json!({ "MetricIntervalLowerBound": lower, "MetricIntervalUpperBound": upper, "ScalingAdjustment": 1 });
        check_steps(json!([step(Some(0), None)])).unwrap();
        check_steps(json!([step(Some(10), None), step(Some(0), Some(10))])).unwrap();
        check_steps(json!([step(None, Some(-10)), step(Some(-10), Some(0))])).unwrap();
        for (steps, word) in [
            (json!([step(Some(0), Some(10)), step(Some(20), None)]), "gap"),
            (json!([step(Some(0), Some(10)), step(Some(5), None)]), "overlap"),
            (json!([step(Some(0), Some(10))]), "without an upper bound"),
            (json!([step(Some(-10), Some(0))]), "without a lower bound"),
            (json!([step(Some(5), Some(5))]), "greater than"),
            (json!([]), "1 to 20"),
        ] {
            let message = check_steps(steps).unwrap_err().message;
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn a_magnitude_is_for_percentages() {
        let mut configuration = json!({
            "AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 2,
            "StepAdjustments": [{ "MetricIntervalLowerBound": 0, "ScalingAdjustment": 10 }],
        });
        check(&configuration).unwrap();
        configuration["AdjustmentType"] = json!("ExactCapacity");
        assert!(check(&configuration).is_err());
    }
}
