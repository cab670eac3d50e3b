//! The runtime, over plain HTTP, and the metrics of endpoints.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, Statistic};
use aws_sdk_sagemaker::types::{
    AsyncInferenceConfig, AsyncInferenceOutputConfig, DesiredWeightAndCapacity, EndpointStatus, ProductionVariant,
};
use aws_sdk_sagemakerruntime::operation::invoke_endpoint::InvokeEndpointError;
use aws_sdk_sagemakerruntime::primitives::Blob;
use ebbtide_cloud::Settings;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use super::{Region, says, variant};
use crate::support::{Fixture, code};

const INPUT: (&str, &str) = ("x-amzn-sagemaker-inputlocation", "s3://requests/1.json");

impl Region {
    /// Returns a cloud in which an instance takes that long for a request of a queue.
    async fn processing(processing: Duration) -> Self {
        let transition = Duration::from_millis(50);
        Self::of(Fixture::with(Settings { transition, processing, ..Settings::default() })).await
    }

    /// An asynchronous endpoint in service, of one variant of two instances.
    async fn asynchronous(&self, name: &str) {
        self.model(name, "1.dkr.ecr/vllm:1").await;
        let output = AsyncInferenceOutputConfig::builder().s3_output_path("s3://responses/out/").build();
        let config = self.client.create_endpoint_config().endpoint_config_name(name);
        let config = config.async_inference_config(AsyncInferenceConfig::builder().output_config(output).build());
        config.production_variants(variant("main", name)).send().await.unwrap();
        self.client.create_endpoint().endpoint_name(name).endpoint_config_name(name).send().await.unwrap();
        self.becomes(name, EndpointStatus::InService).await;
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> MockResponse {
        let uri = format!("https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/{path}");
        let pair =
            |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        let headers: HeaderMap = headers.iter().map(pair).collect();
        let request = MockRequest { method: "POST".into(), uri, headers, body: body.to_owned().into() };
        self.fixture.cloud.call(request).await.unwrap().response
    }

    pub async fn refused(&self, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let response = self.post(path, headers, body).await;
        assert_eq!(response.status, 400);
        assert_eq!(response.headers["x-amzn-errortype"], "ValidationError");
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        body["Message"].as_str().unwrap().to_owned()
    }

    /// Returns the values of a metric of the last minutes, the latest first.
    pub async fn metric(&self, namespace: &str, name: &str, dimensions: &[(&str, &str)], stat: &str) -> Vec<f64> {
        let dimension = |(name, value): &(&str, &str)| Dimension::builder().name(*name).value(*value).build();
        let dimensions = dimensions.iter().map(dimension).collect();
        let metric = Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build();
        let stat = MetricStat::builder().metric(metric).period(60).stat(stat).build();
        let query = MetricDataQuery::builder().id("m").metric_stat(stat).build();
        let cloudwatch = aws_sdk_cloudwatch::Client::new(&self.fixture.sdk());
        let call = cloudwatch.get_metric_data().start_time(minutes_from_now(-5)).end_time(minutes_from_now(1));
        let found = call.metric_data_queries(query).send().await.unwrap();
        found.metric_data_results()[0].values().to_vec()
    }

    async fn backlog(&self, name: &str) -> f64 {
        self.metric("AWS/SageMaker", "ApproximateBacklogSize", &[("EndpointName", name)], "Maximum").await[0]
    }
}

fn minutes_from_now(minutes: i64) -> DateTime {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    DateTime::from_secs(i64::try_from(now).unwrap() + minutes * 60)
}

#[tokio::test]
async fn invocations_are_answered_and_counted_by_variant() {
    let region = Region::new().await;
    region.model("m", "1.dkr.ecr/vllm:1").await;
    let light = ProductionVariant::builder().initial_variant_weight(0.5);
    let light = light.variant_name("light").model_name("m").instance_type("ml.g5.xlarge".into());
    let heavy = variant("heavy", "m");
    region.config_of("c", [heavy, light.initial_instance_count(1).build()]).await;
    region.client.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    says(&region.refused("e/invocations", &[], "{}").await, "Endpoint e of account 123456789012 not found.");
    region.becomes("e", EndpointStatus::InService).await;

    let of = |variant: &'static str| [("EndpointName", "e"), ("VariantName", variant)];
    assert!(region.metric("AWS/SageMaker", "Invocations", &of("heavy"), "Sum").await.is_empty());
    let instances = region.metric("/aws/sagemaker/Endpoints", "CPUUtilization", &of("heavy"), "SampleCount").await;
    assert_eq!(instances[0], 2.0);

    for _ in 0..6 {
        let response = region.post("e/invocations", &[("content-type", "application/json")], "{}").await;
        assert_eq!(response.status, 200);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(body["embedded_cloud"], "no model is loaded");
        assert_eq!(response.headers["x-amzn-invoked-production-variant"], body["variant"].as_str().unwrap());
    }
    let target = [("x-amzn-sagemaker-target-variant", "light")];
    assert_eq!(region.post("e/invocations", &target, "{}").await.status, 200);
    let target = [("x-amzn-sagemaker-target-variant", "none")];
    says(&region.refused("e/invocations", &target, "{}").await, "Variant none");
    // Another process sees the same.
    let region = Region { fixture: Fixture { cloud: region.fixture.again(), ..region.fixture }, ..region };
    let sum =
        async |variant, name| -> f64 { region.metric("AWS/SageMaker", name, &of(variant), "Sum").await.iter().sum() };
    assert_eq!((sum("heavy", "Invocations").await, sum("light", "Invocations").await), (4.0, 3.0));
    assert_eq!(sum("heavy", "InvocationsPerInstance").await, 2.0);

    let cloudwatch = aws_sdk_cloudwatch::Client::new(&region.fixture.sdk());
    let call = cloudwatch.get_metric_statistics().namespace("AWS/SageMaker").metric_name("Invocations").period(60);
    let call = call.start_time(minutes_from_now(-5)).end_time(minutes_from_now(1)).statistics(Statistic::Sum);
    let call = call.dimensions(Dimension::builder().name("EndpointName").value("e").build());
    assert!(call.clone().send().await.unwrap().datapoints().is_empty(), "the series has two dimensions");
    let found = call.dimensions(Dimension::builder().name("VariantName").value("light").build()).send().await.unwrap();
    assert_eq!(found.datapoints().iter().filter_map(|point| point.sum()).sum::<f64>(), 3.0);
    let listed = cloudwatch.list_metrics().namespace("AWS/SageMaker").send().await.unwrap();
    let names: Vec<_> = listed.metrics().iter().filter_map(Metric::metric_name).collect();
    assert_eq!(names, ["Invocations", "Invocations", "InvocationsPerInstance", "InvocationsPerInstance"]);
}

#[tokio::test]
async fn an_asynchronous_queue_empties_on_the_clock() {
    let region = Region::processing(Duration::from_millis(100)).await;
    region.asynchronous("bulk").await;
    assert_eq!(region.backlog("bulk").await, 0.0);
    let none = DesiredWeightAndCapacity::builder().variant_name("main").desired_instance_count(0).build();
    let resize = region.client.update_endpoint_weights_and_capacities().endpoint_name("bulk");
    resize.desired_weights_and_capacities(none).send().await.unwrap();
    region.becomes("bulk", EndpointStatus::InService).await;
    for _ in 0..4 {
        let response = region.post("bulk/async-invocations", &[INPUT], "").await;
        assert_eq!(response.status, 202);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert!(body["InferenceId"].is_string());
        says(response.headers["x-amzn-sagemaker-outputlocation"].to_str().unwrap(), "s3://responses/out/");
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(region.backlog("bulk").await, 4.0, "there is no instance");
    let waits = region.metric("AWS/SageMaker", "HasBacklogWithoutCapacity", &[("EndpointName", "bulk")], "Maximum");
    assert_eq!(waits.await[0], 1.0);

    let some = DesiredWeightAndCapacity::builder().variant_name("main").desired_instance_count(2).build();
    let resize = region.client.update_endpoint_weights_and_capacities().endpoint_name("bulk");
    resize.desired_weights_and_capacities(some).send().await.unwrap();
    let begun = SystemTime::now();
    while region.backlog("bulk").await > 0.0 {
        assert!(begun.elapsed().unwrap() < Duration::from_secs(10), "the queue never empties");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let dimensions = [("EndpointName", "bulk"), ("VariantName", "main")];
    let processed = region.metric("AWS/SageMaker", "InvocationsProcessed", &dimensions, "Sum").await;
    assert_eq!(processed.iter().sum::<f64>(), 4.0);
    assert!(region.metric("AWS/SageMaker", "Invocations", &dimensions, "Sum").await.is_empty());
}

#[tokio::test]
async fn a_queue_is_lost_with_its_endpoint() {
    let region = Region::processing(Duration::from_secs(600)).await;
    region.asynchronous("bulk").await;
    for _ in 0..3 {
        assert_eq!(region.post("bulk/async-invocations", &[], "{}").await.status, 202);
    }
    assert_eq!(region.backlog("bulk").await, 3.0);
    region.client.delete_endpoint().endpoint_name("bulk").send().await.unwrap();
    says(&region.refused("bulk/async-invocations", &[INPUT], "").await, "not found");
    region.goes("bulk").await;
    region.client.create_endpoint().endpoint_name("bulk").endpoint_config_name("bulk").send().await.unwrap();
    region.becomes("bulk", EndpointStatus::InService).await;
    assert_eq!(region.backlog("bulk").await, 0.0);
}

#[tokio::test]
async fn requests_of_the_wrong_sort_are_refused() {
    let region = Region::new().await;
    region.endpoint("now").await;
    region.asynchronous("bulk").await;
    says(&region.refused("none/invocations", &[], "{}").await, "Endpoint none of account 123456789012 not found.");
    says(&region.refused("bulk/invocations", &[], "{}").await, "asynchronous requests only");
    says(&region.refused("now/async-invocations", &[INPUT], "").await, "does not take asynchronous requests");
    says(&region.refused("bulk/async-invocations", &[INPUT], "{}").await, "mutually exclusive");
    says(&region.refused("bulk/async-invocations", &[], "").await, "Either Body or InputLocation");
    let place = [("x-amzn-sagemaker-inputlocation", "requests/1.json")];
    says(&region.refused("bulk/async-invocations", &place, "").await, "Value at 'inputLocation'");
    let age = [INPUT, ("x-amzn-sagemaker-requestttlseconds", "30")];
    says(&region.refused("bulk/async-invocations", &age, "").await, "Value at 'requestTTLSeconds'");
    assert_eq!(region.backlog("bulk").await, 0.0, "a refused request is not queued");
}

#[tokio::test]
async fn data_points_show_late() {
    let metrics_lag = Duration::from_secs(180);
    let region = Region::of(Fixture::with(Settings { metrics_lag, ..Settings::default() })).await;
    region.asynchronous("bulk").await;
    let found = region.metric("AWS/SageMaker", "ApproximateBacklogSize", &[("EndpointName", "bulk")], "Maximum").await;
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn an_invocation_leaves_a_line_in_the_log_that_aws_uses() {
    let region = Region::new().await;
    region.endpoint("llm").await;
    let logs = aws_sdk_cloudwatchlogs::Client::new(&region.fixture.sdk());
    let read = async || {
        let call = logs.filter_log_events().log_group_name("/aws/sagemaker/Endpoints/llm");
        call.send().await.map(|found| found.events.unwrap_or_default())
    };
    assert_eq!(code(read().await), "ResourceNotFoundException", "the first line makes the group");
    let runtime = aws_sdk_sagemakerruntime::Client::new(&region.fixture.sdk());
    let call = || runtime.invoke_endpoint().endpoint_name("llm").content_type("application/json");
    let answered = call().body(Blob::new("{}")).send().await.unwrap();
    assert_eq!(
        (answered.content_type(), answered.invoked_production_variant()),
        (Some("application/json"), Some("main"))
    );
    let refused = call().body(Blob::new("{")).send().await.unwrap_err().into_service_error();
    let InvokeEndpointError::ModelError(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.original_status_code(), Some(400));
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/llm";
    assert_eq!(error.log_stream_arn(), Some(group));
    says(error.message().unwrap(), "Received client error (400) from primary with message");
    let events = read().await.unwrap();
    let lines: Vec<_> = events.iter().filter_map(|event| event.message()).collect();
    assert!(lines[0].starts_with("POST /invocations 200: 2 bytes of application/json"), "{lines:?}");
    assert!(lines.len() == 2 && lines[1].starts_with("POST /invocations 400: 1 bytes"), "{lines:?}");
    says(events[0].log_stream_name().unwrap(), "main/i-");
    let counted =
        region.metric("AWS/SageMaker", "Invocations", &[("EndpointName", "llm"), ("VariantName", "main")], "Sum");
    assert_eq!(counted.await.iter().sum::<f64>(), 2.0, "an error of the model is an invocation");
    says(&region.refused("none/invocations", &[], "{}").await, "not found");
    assert_eq!(read().await.unwrap().len(), 2, "a refused request reaches no container");
}

#[tokio::test]
async fn a_response_comes_in_parts() {
    let region = Region::new().await;
    region.endpoint("llm").await;
    let runtime = aws_sdk_sagemakerruntime::Client::new(&region.fixture.sdk());
    let call = runtime.invoke_endpoint_with_response_stream().endpoint_name("llm").body(Blob::new("{}"));
    let mut response = call.send().await.unwrap();
    assert_eq!(
        (response.content_type(), response.invoked_production_variant()),
        (Some("application/json"), Some("main"))
    );
    let (mut parts, mut whole) = (0, Vec::new());
    while let Some(event) = response.body.recv().await.unwrap() {
        let part = event.as_payload_part().unwrap();
        whole.extend(part.bytes().unwrap().as_ref());
        parts += 1;
    }
    let body: Value = serde_json::from_slice(&whole).unwrap();
    assert!(parts > 1 && body["embedded_cloud"] == "no model is loaded", "{parts}: {body}");
}
