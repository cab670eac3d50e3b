//! The metrics that SageMaker publishes of endpoints, read from CloudWatch.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::sdk::{Aws, CallName, Error, ErrorKind};

/// The resolution of data points up to 15 days old, and of older ones (API reference, `GetMetricData`).
const MINUTE: i32 = 60;
const FIVE_MINUTES: i32 = 300;
const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(15 * 24);

/// The most queries and data points of one call (API reference, `GetMetricData`).
const QUERIES: usize = 500;
const POINTS: i64 = 100_800;

/// A metric of an endpoint, of one of its variants, or of an inference component on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    pub(super) measure: Measure,
    pub(super) endpoint: String,
    /// The variant, for metrics that have one.
    pub(super) variant: Option<String>,
    /// The inference component, for metrics that have one: they have no other dimension.
    pub(super) component: Option<String>,
}

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    /// Calls of a real-time variant. Not published of asynchronous endpoints.
    Invocations,
    /// Calls of an inference component that were refused because it had no copy.
    Refused,
    /// Requests that a variant of an asynchronous endpoint has finished.
    Processed,
    /// Requests to an asynchronous endpoint that wait or are worked on.
    Backlog,
    /// The instances of a variant, of which each is reported every minute whether it is called or not.
    Instances,
}

impl Measure {
    /// Returns namespace, name and statistic.
    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Invocations => ("AWS/SageMaker", "Invocations", "Sum"),
            Self::Refused => ("AWS/SageMaker", "NoCapacityInvocationFailures", "Sum"),
            Self::Processed => ("AWS/SageMaker", "InvocationsProcessed", "Sum"),
            Self::Backlog => ("AWS/SageMaker", "ApproximateBacklogSize", "Maximum"),
            Self::Instances => ("/aws/sagemaker/Endpoints", "CPUUtilization", "SampleCount"),
        }
    }
}

/// The data points of series between two instants.
#[derive(Clone, Debug, Default)]
pub(super) struct DataPoints {
    /// The length of the period that a point stands for.
    pub(super) period: SignedDuration,
    /// The beginning of the period and the value, in no order, by series.
    pub(super) points: BTreeMap<Series, Vec<(Timestamp, f64)>>,
}

/// Reads series. A period without data has no point.
pub(super) async fn read(aws: &Aws, series: &[Series], from: Timestamp, now: Timestamp) -> Result<DataPoints, Error> {
    let window = now.duration_since(from);
    let period = if window < MINUTES_KEPT { MINUTE } else { FIVE_MINUTES };
    let of_each = (window.as_secs() / i64::from(period) + 2).clamp(1, POINTS);
    let at_once = usize::try_from(POINTS / of_each).unwrap_or(QUERIES).clamp(1, QUERIES);
    let mut found = DataPoints { period: SignedDuration::from_secs(period.into()), points: BTreeMap::new() };
    for series in series.chunks(at_once) {
        let queries: Vec<MetricDataQuery> =
            series.iter().enumerate().map(|(index, one)| query(index, one, period)).collect();
        // AWS rounds the beginning down to its resolution.
        let from = from.as_second() - from.as_second().rem_euclid(period.into());
        let mut token = None;
        loop {
            let call = aws.cloudwatch().get_metric_data().set_metric_data_queries(Some(queries.clone()));
            let call = call.start_time(DateTime::from_secs(from)).end_time(DateTime::from_secs(now.as_second() + 1));
            let page = call.set_next_token(token).send().await.named("cloudwatch:GetMetricData")?;
            for result in page.metric_data_results() {
                if let Some(StatusCode::InternalError | StatusCode::Forbidden) = result.status_code() {
                    let message = result.messages().iter().find_map(|message| message.value());
                    let message = message.unwrap_or("CloudWatch could not read a metric");
                    return Err(Error::new(ErrorKind::Unavailable, message));
                }
                let index = result.id().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse::<usize>().ok());
                let Some(series) = index.and_then(|index| series.get(index)) else { continue };
                let points = result.timestamps().iter().zip(result.values());
                let points = points.filter_map(|(at, value)| Some((Timestamp::from_second(at.secs()).ok()?, *value)));
                found.points.entry(series.clone()).or_default().extend(points);
            }
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

fn query(index: usize, series: &Series, period: i32) -> MetricDataQuery {
    let (namespace, name, statistic) = series.measure.parts();
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let mut dimensions = vec![dimension("EndpointName", &series.endpoint)];
    dimensions.extend(series.variant.as_ref().map(|variant| dimension("VariantName", variant)));
    if let Some(component) = &series.component {
        dimensions = vec![dimension("InferenceComponentName", component)];
    }
    let metric = Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build();
    let stat = MetricStat::builder().metric(metric).period(period).stat(statistic).build();
    MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat).build()
}
