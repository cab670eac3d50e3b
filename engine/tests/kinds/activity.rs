//! The use that callers make of endpoints.

use std::time::Duration;

use ebbtide::aws::sagemaker::{AsyncInference, Endpoint, EndpointConfig, Hosting, Instances, Model, Serverless};
use ebbtide_cloud::Settings;
use ebbtide_engine::providers::Activity;
use jiff::{SignedDuration, Timestamp};

use crate::declared::resolved;
use crate::harness::{World, provider};
use crate::sagemaker::{archived, config, endpoint, made_config, role};

const REGION: &str = "eu-west-1";

/// Creates a real-time endpoint `now` and an asynchronous endpoint `later`, with one instance each.
async fn endpoints(world: &World) {
    let role = role(world).await;
    let plain = made_config(world, "now", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    world.make::<Endpoint>("now", &endpoint("now", &plain.id)).await;
    let mut queued = config(plain.inputs["variants"][0]["model"].as_str().unwrap(), Instances::new("ml.g5.xlarge", 1));
    queued.async_inference = Some(resolved(&AsyncInference::to("s3://answers/llm/")));
    let queued = world.make::<EndpointConfig>("later", &queued).await;
    world.make::<Endpoint>("later", &endpoint("later", &queued.id)).await;
}

async fn activity(world: &World, name: &str) -> Activity {
    let now = Timestamp::now();
    let from = now - SignedDuration::from_mins(30);
    let names = ["now", "later", "none"];
    let found = provider("sagemaker_endpoint").activity(&world.aws, &names, from, now).await.unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["later", "now"], "an endpoint that does not exist is left out");
    found[name]
}

#[tokio::test]
async fn an_endpoint_that_nobody_calls_has_data_and_no_invocation() {
    let world = World::new();
    endpoints(&world).await;
    let (now, later) = (activity(&world, "now").await, activity(&world, "later").await);
    assert!(now.has_data() && later.has_data(), "{now:?} {later:?}");
    assert_eq!((now.last_invocation, now.queued), (None, None));
    assert_eq!((later.last_invocation, later.queued), (None, Some(0.0)));
    let long_ago = Timestamp::now() - SignedDuration::from_mins(30);
    assert!(!now.is_idle_since(long_ago), "it was not there then");
}

#[tokio::test]
async fn the_last_invocation_and_the_queue_are_seen() {
    let settings =
        Settings { transition: Duration::from_millis(20), processing: Duration::from_hours(6), ..Settings::default() };
    let world = World::with(settings);
    endpoints(&world).await;
    let begun = Timestamp::now();
    world.cloud.invoke(REGION, "now").await.unwrap();
    for _ in 0..3 {
        world.cloud.enqueue(REGION, "later").await.unwrap();
    }
    let (now, later) = (activity(&world, "now").await, activity(&world, "later").await);
    assert!(now.last_invocation.is_some_and(|last| last >= begun), "{now:?}");
    assert_eq!(now.queued, None);
    assert!(later.last_invocation.is_some_and(|last| last >= begun), "requests wait: {later:?}");
    assert_eq!(later.queued, Some(3.0));
    assert!(!now.is_idle_since(begun) && !later.is_idle_since(begun));
}

#[tokio::test]
async fn an_endpoint_without_data_is_not_idle() {
    let settings =
        Settings { transition: Duration::from_millis(20), metrics_lag: Duration::from_hours(1), ..Settings::default() };
    let world = World::with(settings);
    endpoints(&world).await;
    for name in ["now", "later"] {
        let activity = activity(&world, name).await;
        assert_eq!(activity, Activity::default());
        assert!(!activity.has_data() && !activity.is_idle_since(Timestamp::now()));
    }
}

#[tokio::test]
async fn a_serverless_endpoint_without_data_was_not_called() {
    let world = World::new();
    let role = role(&world).await;
    let model = world.make::<Model>("small", &archived(&role)).await;
    let mut small = config(&model.id, Instances::new("ml.g5.xlarge", 1));
    small.variants[0].hosting =
        Hosting::Serverless(Serverless { memory_mb: 4096, max_concurrency: 10, provisioned_concurrency: None });
    let small = world.make::<EndpointConfig>("small", &small).await;
    world.make::<Endpoint>("small", &endpoint("small", &small.id)).await;
    let activity = async |minutes| {
        let now = Timestamp::now();
        let from = now - SignedDuration::from_mins(minutes);
        (from, provider("sagemaker_endpoint").activity(&world.aws, &["small"], from, now).await.unwrap()["small"])
    };
    let (from, found) = activity(30).await;
    assert_eq!((found.last_invocation, found.queued), (None, None));
    assert!(found.since.is_some_and(|since| since > from), "it was not there half an hour ago: {found:?}");
    let (_, found) = activity(0).await;
    assert!(found.is_idle_since(Timestamp::now()), "{found:?}");

    let begun = Timestamp::now();
    world.cloud.invoke(REGION, "small").await.unwrap();
    let (_, found) = activity(30).await;
    assert!(found.last_invocation.is_some_and(|last| last >= begun), "{found:?}");
}

#[tokio::test]
async fn kinds_whose_use_is_not_counted_have_none() {
    let world = World::new();
    let now = Timestamp::now();
    let found = provider("s3_bucket").activity(&world.aws, &["models"], now, now).await.unwrap();
    assert!(found.is_empty());
}
