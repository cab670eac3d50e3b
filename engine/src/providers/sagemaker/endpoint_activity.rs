//! The use of endpoints: their last invocation, and the requests in their queues.
//!
//! AWS's guides contradict each other on whether an endpoint that is not called has `Invocations` of zero or none. So
//! neither counts as a call, and that an endpoint was watched shows in another metric: the utilization of its instances, which
//! is published every minute. Data points show a minute or more after their minute.
//!
//! A serverless endpoint has no instances, so nothing shows that it was watched. The utilization of instances is not on AWS's list of
//! its metrics, which is exhaustive (developer guide, "Alarms and logs for tracking metrics from serverless endpoints"), and
//! `Invocations` is "from calls to InvokeEndpoint" ("Amazon SageMaker AI metrics in Amazon CloudWatch"). So no data is no call,
//! as long as the endpoint exists.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::EndpointStatus;
use jiff::{SignedDuration, Timestamp};

use super::endpoint_metrics::{DataPoints, Measure, Series, read};
use crate::providers::{Activity, UnfinishedWork};
use crate::sdk::{Aws, CallName, Error, OptionalCall};

/// The age of the oldest data point that says how long a queue is now. AWS publishes one every minute, and shows it late.
const QUEUE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Returns the use of endpoints since `from`. Endpoints that do not exist are left out.
pub(super) async fn activity(
    aws: &Aws,
    names: &[&str],
    from: Timestamp,
    now: Timestamp,
) -> Result<BTreeMap<String, Activity>, Error> {
    let (mut created, mut series, mut serverless) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for name in names {
        let Some(found) = describe(aws, name).await? else { continue };
        created.insert((*name).to_owned(), creation(&found));
        series.extend(series_of(name, &found));
        if hosts_components(&found) {
            series.extend(series_of_components(aws, name).await?);
        }
        serverless.extend(is_serverless(&found).then_some(*name));
    }
    let found = read(aws, &series, from.min(now - QUEUE_WITHIN), now).await?;
    let of_endpoint = |(name, created): (String, Timestamp)| {
        let mut activity = summary(&found, &name, (created, from), now);
        if serverless.contains(name.as_str()) {
            activity.since = Some(created.max(from));
        }
        (name, activity)
    };
    Ok(created.into_iter().map(of_endpoint).collect())
}

/// Looks for requests in the queue of an asynchronous endpoint. They are a part of the endpoint and are lost with it.
pub(super) async fn unfinished(aws: &Aws, name: &str, now: Timestamp) -> Result<UnfinishedWork, Error> {
    let Some(found) = describe(aws, name).await? else { return Ok(UnfinishedWork::None) };
    // An endpoint that is created, that failed on the way, or that is being deleted takes no requests.
    let takes_none = matches!(
        found.endpoint_status(),
        Some(EndpointStatus::Creating | EndpointStatus::Failed | EndpointStatus::Deleting)
    );
    if takes_none || found.async_inference_config().is_none() {
        return Ok(UnfinishedWork::None);
    }
    let backlog = Series { measure: Measure::Backlog, endpoint: name.to_owned(), variant: None, component: None };
    let found_points = read(aws, &[backlog], now - QUEUE_WITHIN, now).await?;
    Ok(match summary(&found_points, name, (creation(&found), Timestamp::MIN), now).queued {
        Some(queued) if queued > 0.0 => {
            let noun = if queued > 1.0 { "requests" } else { "request" };
            UnfinishedWork::Some(format!("about {} {noun} in its queue", queued.ceil()))
        }
        Some(_) => UnfinishedWork::None,
        None => {
            let minutes = QUEUE_WITHIN.as_mins();
            UnfinishedWork::Unknown(format!("CloudWatch has no data on its queue from the last {minutes} minutes"))
        }
    })
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<DescribeEndpointOutput>, Error> {
    let describe = aws.sagemaker().describe_endpoint().endpoint_name(name);
    describe.send().await.named("sagemaker:DescribeEndpoint").optional()
}

fn creation(found: &DescribeEndpointOutput) -> Timestamp {
    found.creation_time().and_then(|at| Timestamp::from_second(at.secs()).ok()).unwrap_or(Timestamp::MIN)
}

/// Returns whether no variant has instances.
fn is_serverless(found: &DescribeEndpointOutput) -> bool {
    let variants = found.production_variants();
    !variants.is_empty() && variants.iter().all(|variant| variant.current_serverless_config().is_some())
}

fn series_of(name: &str, found: &DescribeEndpointOutput) -> Vec<Series> {
    let series = |measure, variant: Option<&str>| Series {
        measure,
        endpoint: name.to_owned(),
        variant: variant.map(str::to_owned),
        component: None,
    };
    let asynchronous = found.async_inference_config().is_some();
    let calls = if asynchronous { Measure::Processed } else { Measure::Invocations };
    let variants = found.production_variants().iter().filter_map(|variant| variant.variant_name());
    let mut all: Vec<Series> = variants
        .flat_map(|variant| [calls, Measure::Instances].map(|measure| series(measure, Some(variant))))
        .collect();
    if asynchronous {
        all.push(series(Measure::Backlog, None));
    }
    all
}

/// Returns whether an endpoint can host inference components: a variant that has no model has no images either.
fn hosts_components(found: &DescribeEndpointOutput) -> bool {
    let mut variants = found.production_variants().iter();
    variants.any(|variant| variant.deployed_images().is_empty() && variant.current_serverless_config().is_none())
}

/// Returns the metrics of calls of the inference components on an endpoint. A call that was refused for the lack of a copy is a call.
async fn series_of_components(aws: &Aws, name: &str) -> Result<Vec<Series>, Error> {
    let list = aws.sagemaker().list_inference_components().endpoint_name_equals(name);
    let mut pages = list.into_paginator().items().send();
    let mut series = Vec::new();
    while let Some(component) = pages.next().await {
        let component = component.named("sagemaker:ListInferenceComponents")?.inference_component_name;
        let of = |measure| Series { measure, endpoint: name.to_owned(), variant: None, component: component.clone() };
        series.extend([Measure::Invocations, Measure::Refused].map(of));
    }
    Ok(series)
}

/// Summarizes the data points of an endpoint that were published since `from`. Points of before the creation are of an earlier
/// endpoint of the same name.
fn summary(found: &DataPoints, endpoint: &str, (created, from): (Timestamp, Timestamp), now: Timestamp) -> Activity {
    let mut activity = Activity::default();
    let mut latest = None;
    for (series, points) in found.points.iter().filter(|(series, _)| series.endpoint == endpoint) {
        for (at, value) in points.iter().copied() {
            let end = (at + found.period).min(now);
            if end > created && end > from {
                activity.since = Some(activity.since.map_or(at, |since| since.min(at)));
            }
            if end > created && end > from && value > 0.0 && series.measure != Measure::Instances {
                activity.last_invocation = Some(activity.last_invocation.map_or(end, |last| last.max(end)));
            }
            if series.measure == Measure::Backlog
                && end > created
                && at >= now - QUEUE_WITHIN
                && latest.is_none_or(|(latest, _)| at > latest)
            {
                latest = Some((at, value));
            }
        }
    }
    activity.queued = latest.map(|(_, queued)| queued);
    activity
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn found(of: &[(Measure, &[(i64, f64)])]) -> DataPoints {
        let series = |measure| Series { measure, endpoint: "llm".to_owned(), variant: None, component: None };
        let points = |points: &[(i64, f64)]| points.iter().map(|(minute, value)| (at(*minute), *value)).collect();
        DataPoints {
            period: SignedDuration::from_mins(1),
            points: of.iter().map(|(measure, all)| (series(*measure), points(all))).collect(),
        }
    }

    #[test]
    fn a_zero_is_no_call_and_an_instance_is_no_call() {
        let calls: &[(i64, f64)] = &[(3, 2.0), (5, 1.0), (9, 0.0)];
        let found = found(&[(Measure::Invocations, calls), (Measure::Instances, &[(2, 1.0), (10, 1.0)])]);
        let activity = summary(&found, "llm", (at(0), at(0)), at(11));
        assert_eq!(activity, Activity { last_invocation: Some(at(6)), since: Some(at(2)), queued: None });
        assert_eq!(summary(&found, "other", (at(0), at(0)), at(11)), Activity::default());
        let later = summary(&found, "llm", (at(0), at(6)), at(11));
        assert_eq!(later, Activity { last_invocation: None, since: Some(at(9)), queued: None });
    }

    #[test]
    fn the_latest_point_says_how_long_the_queue_is_unless_it_is_old() {
        let backlog: &[(i64, f64)] = &[(8, 0.0), (7, 4.0), (6, 9.0)];
        let found = found(&[(Measure::Backlog, backlog)]);
        assert_eq!(summary(&found, "llm", (at(0), at(0)), at(9)).queued, Some(0.0));
        assert_eq!(
            summary(&found, "llm", (at(0), at(0)), at(9)).last_invocation,
            Some(at(8)),
            "it had requests until then"
        );
        assert_eq!(summary(&found, "llm", (at(0), at(0)), at(30)).queued, None);
    }
}
