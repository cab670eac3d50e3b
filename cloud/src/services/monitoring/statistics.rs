//! Statistics over samples, and GetMetricStatistics.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::metric::samples;
use super::metric_queries::{check_period, is_statistic};
use super::refusal::{Outcome, bad_combination, invalid_value, need, texts};
use super::sample::Sample;
use crate::documents::CallContext;

/// The most datapoints that GetMetricStatistics returns.
const MOST: f64 = 1440.0;

/// The samples of one period taken together.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    unit: String,
    count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
    /// Values and counts; `None` once a sample came in as a set of statistics, as its values are not known.
    values: Option<Vec<(f64, f64)>>,
}

impl Summary {
    fn of(sample: &Sample) -> Self {
        Self {
            unit: sample.unit.clone(),
            count: sample.count,
            sum: sample.sum,
            minimum: sample.minimum,
            maximum: sample.maximum,
            values: (!sample.values.is_empty()).then(|| sample.values.clone()),
        }
    }

    fn add(&mut self, sample: &Sample) {
        self.count += sample.count;
        self.sum += sample.sum;
        self.minimum = self.minimum.min(sample.minimum);
        self.maximum = self.maximum.max(sample.maximum);
        match &mut self.values {
            Some(values) if !sample.values.is_empty() => values.extend(&sample.values),
            values => *values = None,
        }
    }

    /// Returns a statistic by its name (`Average`, `p99`, `tm90`); `None` where it cannot be known.
    pub fn statistic(&self, name: &str) -> Option<f64> {
        match name {
            "SampleCount" => Some(self.count),
            "Sum" => Some(self.sum),
            "Average" => Some(self.sum / self.count),
            "Minimum" => Some(self.minimum),
            "Maximum" => Some(self.maximum),
            _ => {
                let rank = |kind: &str| name.strip_prefix(kind).and_then(|rank| rank.parse::<f64>().ok());
                let mut values = self.values.clone()?;
                values.sort_by(|(one, _), (other, _)| one.total_cmp(other));
                match (rank("p"), rank("tm")) {
                    (Some(rank), _) => percentile(&values, rank),
                    (_, Some(rank)) => trimmed_mean(&values, rank),
                    _ => None,
                }
            }
        }
    }
}

/// Returns whether a statistic is one that is computed here; the rarer trimmed and winsorized ones are not.
pub(super) fn is_computed(name: &str) -> bool {
    is_statistic(name) && !name.contains('(') && !["wm", "tc", "ts", "IQM"].iter().any(|kind| name.starts_with(kind))
}

/// Returns the smallest value that at least `rank` percent of the samples do not exceed.
fn percentile(sorted: &[(f64, f64)], rank: f64) -> Option<f64> {
    let wanted = sorted.iter().map(|(_, count)| count).sum::<f64>() * rank / 100.0;
    let mut seen = 0.0;
    for (value, count) in sorted {
        seen += count;
        if seen >= wanted {
            return Some(*value);
        }
    }
    sorted.last().map(|(value, _)| *value)
}

/// Returns the mean of the lowest `rank` percent of the samples.
fn trimmed_mean(sorted: &[(f64, f64)], rank: f64) -> Option<f64> {
    let mut left = sorted.iter().map(|(_, count)| count).sum::<f64>() * rank / 100.0;
    let (mut sum, mut counted) = (0.0, 0.0);
    for (value, count) in sorted {
        let taken = count.min(left);
        sum += value * taken;
        counted += taken;
        left -= taken;
    }
    (counted > 0.0).then(|| sum / counted)
}

/// Samples by the periods they fall into; a period is named by its first second since the epoch.
pub(super) fn by_period(samples: &[Sample], period: i64) -> BTreeMap<i64, Summary> {
    let mut periods: BTreeMap<i64, Summary> = BTreeMap::new();
    for sample in samples {
        #[expect(clippy::cast_possible_truncation, reason = "seconds since the epoch, rounded down")]
        let second = sample.at.floor() as i64;
        let start = second - second.rem_euclid(period);
        periods.entry(start).and_modify(|summary| summary.add(sample)).or_insert_with(|| Summary::of(sample));
    }
    periods
}

/// Returns the span of a call that reads metrics, in seconds since the epoch.
pub(super) fn span(input: &Value) -> Outcome<(f64, f64)> {
    let instant = |field: &str| {
        input[field].as_f64().ok_or_else(|| {
            crate::service::Fault::new("MissingParameter", format!("The parameter {field} is required."))
        })
    };
    let (start, end) = (instant("StartTime")?, instant("EndTime")?);
    if start >= end {
        return Err(invalid_value("The parameter StartTime must be less than the parameter EndTime."));
    }
    Ok((start, end))
}

/// GetMetricStatistics.
pub(super) fn get(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    need(input, "Namespace")?;
    let name = need(input, "MetricName")?;
    let (start, end) = span(input)?;
    let period = input["Period"].as_i64().unwrap_or_default();
    check_period(period)
        .map_err(|_| invalid_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."))?;
    let (plain, extended) = (texts(input, "Statistics"), texts(input, "ExtendedStatistics"));
    if plain.is_empty() && extended.is_empty() {
        return Err(bad_combination(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    if let Some(unknown) = plain.iter().chain(&extended).find(|name| !is_computed(name)) {
        return Err(invalid_value(format!("The statistic {unknown} is not computed.")));
    }
    #[expect(clippy::cast_precision_loss, reason = "a period in seconds is far below 2^52")]
    if (end - start) / period as f64 > MOST {
        return Err(bad_combination(
            "You have requested more datapoints than the limit of 1,440. Reduce the datapoints by raising Period or shortening the span.",
        ));
    }
    let found = samples(context, input, input["Unit"].as_str(), start, end);
    let datapoints: Vec<Value> = by_period(&found, period)
        .into_iter()
        .map(|(at, summary)| {
            let mut point = Map::new();
            #[expect(clippy::cast_precision_loss, reason = "seconds since the epoch are far below 2^52")]
            point.insert("Timestamp".to_owned(), json!(at as f64));
            point.insert("Unit".to_owned(), json!(summary.unit));
            for statistic in &plain {
                point.insert((*statistic).to_owned(), json!(summary.statistic(statistic)));
            }
            if !extended.is_empty() {
                let known =
                    extended.iter().filter_map(|name| Some(((*name).to_owned(), json!(summary.statistic(name)?))));
                point.insert("ExtendedStatistics".to_owned(), Value::Object(known.collect()));
            }
            Value::Object(point)
        })
        .collect();
    Ok(json!({ "Label": name, "Datapoints": datapoints }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: f64, value: f64) -> Sample {
        let unit = "None".to_owned();
        Sample { at, unit, count: 1.0, sum: value, minimum: value, maximum: value, values: vec![(value, 1.0)] }
    }

    #[test]
    fn samples_of_a_period_are_taken_together() {
        let samples: Vec<Sample> =
            (1..=10).map(|n| sample(60.0 + f64::from(n), f64::from(n))).chain([sample(120.0, 7.0)]).collect();
        let periods = by_period(&samples, 60);
        assert_eq!(periods.keys().copied().collect::<Vec<_>>(), [60, 120]);
        let first = &periods[&60];
        for (statistic, expected) in [
            ("SampleCount", 10.0),
            ("Sum", 55.0),
            ("Average", 5.5),
            ("Minimum", 1.0),
            ("Maximum", 10.0),
            ("p90", 9.0),
            ("p100", 10.0),
            ("tm50", 3.0),
        ] {
            assert_eq!(first.statistic(statistic), Some(expected), "{statistic}");
        }
    }

    #[test]
    fn no_percentile_is_known_of_a_set_of_statistics() {
        let set = Sample { values: Vec::new(), count: 5.0, ..sample(1.0, 2.0) };
        let periods = by_period(&[sample(0.0, 1.0), set], 60);
        assert_eq!(periods[&0].statistic("p50"), None);
        assert_eq!(periods[&0].statistic("SampleCount"), Some(6.0));
    }
}
