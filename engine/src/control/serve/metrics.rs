//! Metrics in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// The upper bounds of the buckets of durations, in seconds. Endpoints take ten minutes to come into service.
const BUCKETS: [f64; 9] = [0.1, 1.0, 10.0, 60.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0];

/// A label and its value.
pub(super) type Label<'a> = (&'static str, &'a str);

/// The sorts of metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Counter,
    Gauge,
    Histogram,
}

/// A metric.
#[derive(Debug)]
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    pub(super) help: &'static str,
}

/// The values of all metrics.
#[derive(Debug, Default)]
pub(super) struct Metrics(Mutex<BTreeMap<&'static str, Family>>);

#[derive(Debug)]
struct Family {
    metric: &'static Metric,
    samples: BTreeMap<Vec<(&'static str, String)>, Sample>,
}

#[derive(Clone, Debug, Default)]
struct Sample {
    value: f64,
    /// How many observations are in each bucket and those below it.
    buckets: [u64; BUCKETS.len()],
    count: u64,
}

impl Metrics {
    /// Adds to a counter.
    pub(super) fn add(&self, metric: &'static Metric, labels: &[Label<'_>], value: f64) {
        self.with(metric, labels, |sample| sample.value += value);
    }

    /// Sets a gauge, or a counter that is counted elsewhere.
    pub(super) fn set(&self, metric: &'static Metric, labels: &[Label<'_>], value: f64) {
        self.with(metric, labels, |sample| sample.value = value);
    }

    /// Adds an observation to a histogram.
    pub(super) fn observe(&self, metric: &'static Metric, labels: &[Label<'_>], value: f64) {
        self.with(metric, labels, |sample| {
            sample.value += value;
            sample.count += 1;
            for (bucket, bound) in sample.buckets.iter_mut().zip(BUCKETS) {
                *bucket += u64::from(value <= bound);
            }
        });
    }

    /// Forgets the samples of a metric that have these labels.
    pub(super) fn forget(&self, metric: &'static Metric, labels: &[Label<'_>]) {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(family) = families.get_mut(metric.name) else { return };
        family.samples.retain(|own, _| !has_all(own, labels));
    }

    /// Forgets the gauges that have these labels. Counters go on.
    pub(super) fn forget_gauges(&self, labels: &[Label<'_>]) {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gauges = families.values_mut().filter(|family| family.metric.sort == Sort::Gauge);
        gauges.for_each(|family| family.samples.retain(|own, _| !has_all(own, labels)));
    }

    fn with(&self, metric: &'static Metric, labels: &[Label<'_>], change: impl FnOnce(&mut Sample)) {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let family = families.entry(metric.name).or_insert_with(|| Family { metric, samples: BTreeMap::new() });
        change(family.samples.entry(labels).or_default());
    }

    /// Returns all metrics as text.
    pub(super) fn text(&self) -> String {
        let families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (name, Family { metric, samples }) in families.iter().filter(|(_, family)| !family.samples.is_empty()) {
            let sort = match metric.sort {
                Sort::Counter => "counter",
                Sort::Gauge => "gauge",
                Sort::Histogram => "histogram",
            };
            // Writing into text cannot fail.
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {sort}", metric.help);
            for (labels, sample) in samples {
                if metric.sort != Sort::Histogram {
                    let _ = writeln!(text, "{name}{} {}", shown(labels, None), sample.value);
                    continue;
                }
                for (bound, count) in BUCKETS.iter().zip(sample.buckets) {
                    let _ = writeln!(text, "{name}_bucket{} {count}", shown(labels, Some(&bound.to_string())));
                }
                let _ = writeln!(text, "{name}_bucket{} {}", shown(labels, Some("+Inf")), sample.count);
                let _ = writeln!(text, "{name}_sum{} {}", shown(labels, None), sample.value);
                let _ = writeln!(text, "{name}_count{} {}", shown(labels, None), sample.count);
            }
        }
        text
    }
}

/// Returns whether a sample has all of these labels.
fn has_all(own: &[(&'static str, String)], labels: &[Label<'_>]) -> bool {
    labels.iter().all(|(name, value)| own.iter().any(|(other, text)| other == name && text == value))
}

/// Returns labels as the format writes them.
fn shown(labels: &[(&'static str, String)], bound: Option<&str>) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    let all: Vec<_> = labels.chain(bound.map(|bound| format!("le=\"{bound}\""))).collect();
    if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    static RUNS: Metric = Metric { name: "ebb_runs_total", sort: Sort::Counter, help: "Runs." };
    static TOOK: Metric = Metric { name: "ebb_run_seconds", sort: Sort::Histogram, help: "Durations of runs." };

    #[test]
    fn metrics_are_written_in_the_text_format() {
        let metrics = Metrics::default();
        metrics.add(&RUNS, &[("stack", "a\"b\\c\nd")], 1.0);
        metrics.add(&RUNS, &[("stack", "a\"b\\c\nd")], 1.0);
        metrics.observe(&TOOK, &[("stack", "s")], 61.5);
        metrics.observe(&TOOK, &[("stack", "s")], 0.05);
        let text = metrics.text();
        assert!(
            text.contains("# TYPE ebb_runs_total counter\nebb_runs_total{stack=\"a\\\"b\\\\c\\nd\"} 2\n"),
            "{text}"
        );
        for line in [
            "ebb_run_seconds_bucket{stack=\"s\",le=\"0.1\"} 1",
            "ebb_run_seconds_bucket{stack=\"s\",le=\"60\"} 1",
            "ebb_run_seconds_bucket{stack=\"s\",le=\"300\"} 2",
            "ebb_run_seconds_bucket{stack=\"s\",le=\"+Inf\"} 2",
            "ebb_run_seconds_sum{stack=\"s\"} 61.55",
            "ebb_run_seconds_count{stack=\"s\"} 2",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}: {text}");
        }
        static COST: Metric = Metric { name: "ebb_cost", sort: Sort::Gauge, help: "Dollars." };
        metrics.set(&COST, &[("stack", "s")], 1.0);
        metrics.set(&COST, &[("stack", "t")], 1.0);
        metrics.forget_gauges(&[("stack", "s")]);
        assert!(!metrics.text().contains("ebb_cost{stack=\"s\"}") && metrics.text().contains("ebb_cost{stack=\"t\"}"));
        metrics.forget(&TOOK, &[("stack", "s")]);
        assert!(!metrics.text().contains("ebb_run_seconds"));
    }
}
