//! Service Quotas: what is listed, what counts toward it, and what it refuses.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_sdk_servicequotas::Client;

use crate::sagemaker::Region;
use crate::support::{Fixture, code};

const NAME: &str = "ml.g5.xlarge for endpoint usage";
const CODE: &str = "L-1928E07B";
const REGION: &str = "us-east-1";

/// Makes a model, a configuration of two instances, and tries to make an endpoint, all of that name.
async fn endpoint(region: &Region, name: &str) -> Result<(), String> {
    region.model(name, "1.dkr.ecr/vllm:1").await;
    region.config(name, name).await;
    let created = region.client.create_endpoint().endpoint_name(name).endpoint_config_name(name).send().await;
    created.map(drop).map_err(|error| format!("{:?}", error.into_service_error()))
}

#[tokio::test]
async fn a_quota_is_listed_by_its_code_and_in_pages() {
    let fixture = Fixture::new();
    let client = Client::new(&fixture.sdk());
    let list = || client.list_service_quotas().service_code("sagemaker");
    let one = list().quota_code(CODE).send().await.unwrap();
    let [quota] = one.quotas() else { panic!("{one:?}") };
    assert_eq!((quota.quota_name(), quota.adjustable), (Some(NAME), true));
    let metric = quota.usage_metric().unwrap();
    assert_eq!(metric.metric_dimensions().unwrap()["Resource"], "endpoint/ml.g5.xlarge");
    let mut names = Vec::new();
    let mut pages = list().max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        names.extend(page.unwrap().quotas().iter().map(|quota| quota.quota_name().unwrap().to_owned()));
    }
    assert!(names.len() > 300 && names.iter().any(|name| name == NAME), "{}", names.len());
    let default = client.get_aws_default_service_quota().service_code("sagemaker").quota_code(CODE).send().await;
    assert_eq!(default.unwrap().quota().unwrap().value(), Some(0.0));
    assert_eq!(code(client.list_service_quotas().service_code("none").send().await), "NoSuchResourceException");
}

#[tokio::test]
async fn an_endpoint_beyond_the_quota_is_refused_in_the_words_of_aws() {
    let region = Region::new().await;
    let fixture = &region.fixture;
    fixture.cloud.set_quota(REGION, NAME, 3.0).await.unwrap();
    endpoint(&region, "one").await.unwrap();
    let refused = endpoint(&region, "two").await.unwrap_err();
    let words = "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 3 Instances, with current \
         utilization of 2 Instances and a request delta of 2 Instances.";
    assert!(refused.contains("ResourceLimitExceeded") && refused.contains(words), "{refused}");
    let client = Client::new(&fixture.sdk());
    let raise = |value: f64| {
        client.request_service_quota_increase().service_code("sagemaker").quota_code(CODE).desired_value(value).send()
    };
    assert_eq!(code(raise(2.0).await), "IllegalArgumentException");
    raise(4.0).await.unwrap();
    region.client.create_endpoint().endpoint_name("two").endpoint_config_name("two").send().await.unwrap();
    assert!(fixture.cloud.set_quota(REGION, "none", 1.0).await.unwrap_err().contains("there is no quota none"));
}

#[tokio::test]
async fn the_use_of_a_quota_is_a_metric() {
    let region = Region::new().await;
    let fixture = &region.fixture;
    endpoint(&region, "one").await.unwrap();
    let dimensions =
        [("Service", "SageMaker"), ("Type", "Resource"), ("Class", "None"), ("Resource", "endpoint/ml.g5.xlarge")];
    let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let metric = Metric::builder().namespace("AWS/Usage").metric_name("ResourceCount");
    let metric = metric.set_dimensions(Some(dimensions.to_vec())).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Maximum").build();
    let now = fixture.cloud.now_ms() / 1000;
    let data = aws_sdk_cloudwatch::Client::new(&fixture.sdk())
        .get_metric_data()
        .metric_data_queries(MetricDataQuery::builder().id("q0").metric_stat(stat).build())
        .start_time(DateTime::from_secs(now - 900))
        .end_time(DateTime::from_secs(now))
        .send()
        .await
        .unwrap();
    assert_eq!(data.metric_data_results()[0].values(), [2.0]);
}
