//! The metrics that SageMaker publishes for endpoints, one data point a minute.
//!
//! The invocation metrics of asynchronous endpoints are others than those of real-time endpoints: AWS publishes no
//! `Invocations` for them (developer guide, "Alarms and logs for tracking metrics from asynchronous endpoints"). A
//! minute without an invocation has no `Invocations` here. AWS's guides contradict each other on that: "SageMaker
//! doesn't emit metrics with a value of zero" (endpoint-auto-scaling-add-policy of 2021), "SageMaker emits metrics with a
//! value of zero" (endpoint-auto-scaling-edit). A client must cope with both.
//!
//! The metrics of an inference component have its name as their only dimension, as the alarm of the developer guide has it ("Scale
//! an endpoint to zero instances").

use super::queue::{MINUTE_MS, minute_of};
use super::traffic::{Span, Traffic};
use crate::documents::Tables;
use crate::service::Fault;

const INVOCATIONS: &str = "AWS/SageMaker";
const INSTANCES: &str = "/aws/sagemaker/Endpoints";
/// Stand-ins for the utilization of an instance on which no model is loaded, in percent.
const CPU: f64 = 5.0;
const MEMORY: f64 = 10.0;

/// One metric with its data points.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// The namespace.
    pub namespace: &'static str,
    /// The name.
    pub name: &'static str,
    /// Names and values of the dimensions.
    pub dimensions: Vec<(&'static str, String)>,
    /// The unit.
    pub unit: &'static str,
    /// The data points, in the order of time.
    pub points: Vec<Point>,
}

/// A data point: a value that was reported a number of times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The beginning of its minute, in seconds since the Unix epoch.
    pub at: f64,
    /// The value.
    pub value: f64,
    /// How often it was reported.
    pub count: f64,
}

/// The time of which data points are wanted, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Its beginning.
    pub from_ms: i64,
    /// Its end, exclusive.
    pub to_ms: i64,
    /// The latest instant of which data points show.
    pub shown_ms: i64,
    /// The instant of the call.
    pub now_ms: i64,
}

/// Returns the metrics of an endpoint, or of all, that have data points in a window.
pub fn metrics(tables: &Tables, endpoint: Option<&str>, window: Window) -> Result<Vec<Published>, Fault> {
    let mut found = Vec::new();
    for name in Traffic::names(tables).filter(|name| endpoint.is_none_or(|endpoint| endpoint == *name)) {
        let mut traffic = Traffic::of(tables, name)?;
        traffic.advance(window.now_ms);
        found.extend(of_endpoint(&traffic, window));
    }
    Ok(found)
}

fn of_endpoint(traffic: &Traffic, window: Window) -> Vec<Published> {
    let mut metrics = Metrics { endpoint: &traffic.endpoint_name, found: Vec::new() };
    let first = traffic.spans.first().map_or(i64::MAX, |span| minute_of(span.from_ms));
    let end = window.to_ms.min(window.shown_ms.saturating_add(1));
    let mut minute = first.max(minute_of(window.from_ms.saturating_add(MINUTE_MS - 1)));
    while minute < end {
        if let Some(span) = traffic.span(minute) {
            metrics.minute(traffic, span, minute);
        }
        minute += MINUTE_MS;
    }
    metrics.found
}

struct Metrics<'a> {
    endpoint: &'a str,
    found: Vec<Published>,
}

impl Metrics<'_> {
    fn minute(&mut self, traffic: &Traffic, span: &Span, minute: i64) {
        for (variant, instances) in &span.variants {
            let variant = Some(variant.as_str());
            if *instances > 0 {
                // "Check the sample count statistic for a 1 minute period. The count should be equal to the number of
                // active instances" (developer guide, "Troubleshooting" of asynchronous inference).
                let count = number(instances.unsigned_abs());
                self.add((INSTANCES, "CPUUtilization", "Percent"), variant, minute, CPU, count);
                self.add((INSTANCES, "MemoryUtilization", "Percent"), variant, minute, MEMORY, count);
            }
            let invocations = variant.map_or(0, |variant| traffic.invocations(variant, minute));
            if invocations > 0 {
                let each = 1.0 / number(instances.unsigned_abs().max(1));
                self.add((INVOCATIONS, "Invocations", "None"), variant, minute, 1.0, number(invocations));
                self.add((INVOCATIONS, "InvocationsPerInstance", "None"), variant, minute, each, number(invocations));
            }
        }
        for (counts, name, unit) in
            [(&traffic.components, "Invocations", "None"), (&traffic.refused, "NoCapacityInvocationFailures", "Count")]
        {
            for (component, minutes) in counts {
                if let Some(count) = minutes.get(&minute) {
                    let dimensions = vec![("InferenceComponentName", component.clone())];
                    self.add_to((INVOCATIONS, name, unit), dimensions, minute, 1.0, number(*count));
                }
            }
        }
        if span.asynchronous {
            self.queue(traffic, span, minute);
        }
    }

    fn queue(&mut self, traffic: &Traffic, span: &Span, minute: i64) {
        let seen = traffic.queue.minute(minute);
        let instances: i64 = span.variants.iter().map(|(_, instances)| instances).sum();
        let backlog = number(seen.backlog);
        self.add((INVOCATIONS, "ApproximateBacklogSize", "Count"), None, minute, backlog, 1.0);
        if instances > 0 {
            let each = backlog / number(instances.unsigned_abs());
            self.add((INVOCATIONS, "ApproximateBacklogSizePerInstance", "Count"), None, minute, each, 1.0);
        }
        let without_capacity = if seen.backlog > 0 && instances == 0 { 1.0 } else { 0.0 };
        self.add((INVOCATIONS, "HasBacklogWithoutCapacity", "Count"), None, minute, without_capacity, 1.0);
        if let Some((variant, _)) = span.variants.first().filter(|_| seen.processed > 0) {
            let processed = number(seen.processed);
            self.add((INVOCATIONS, "InvocationsProcessed", "Count"), Some(variant), minute, 1.0, processed);
        }
    }

    fn add(
        &mut self,
        metric: (&'static str, &'static str, &'static str),
        variant: Option<&str>,
        minute: i64,
        value: f64,
        count: f64,
    ) {
        let mut dimensions = vec![("EndpointName", self.endpoint.to_owned())];
        dimensions.extend(variant.map(|variant| ("VariantName", variant.to_owned())));
        self.add_to(metric, dimensions, minute, value, count);
    }

    fn add_to(
        &mut self,
        (namespace, name, unit): (&'static str, &'static str, &'static str),
        dimensions: Vec<(&'static str, String)>,
        minute: i64,
        value: f64,
        count: f64,
    ) {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
        let point = Point { at: minute as f64 / 1000.0, value, count };
        let known = self
            .found
            .iter_mut()
            .find(|metric| (metric.namespace, metric.name) == (namespace, name) && metric.dimensions == dimensions);
        match known {
            Some(metric) => metric.points.push(point),
            None => self.found.push(Published { namespace, name, dimensions, unit, points: vec![point] }),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests and instances are far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}
