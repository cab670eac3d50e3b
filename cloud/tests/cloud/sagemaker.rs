//! SageMaker: helpers of its tests.

pub mod component;
mod config;
mod deployment;
mod endpoint;
mod features;
mod listing;
pub mod managed;
mod model;
mod monitoring;
mod pipeline;
mod registry;
mod runtime;
mod tags;
mod update;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    ContainerDefinition, EndpointStatus, ProductionVariant, ProductionVariantInstanceType, Tag,
};
use ebbtide_cloud::Settings;

use crate::support::Fixture;

/// The role that models run under.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/models";

/// A cloud with that role.
pub struct Region {
    pub fixture: Fixture,
    pub client: Client,
}

impl Region {
    pub async fn new() -> Self {
        Self::of(Fixture::new()).await
    }

    /// Returns a fixture with transitions so long that the next call still meets the intermediate state.
    pub async fn slow() -> Self {
        Self::of(Fixture::with(Settings { transition: Duration::from_secs(1), ..Settings::default() })).await
    }

    async fn of(fixture: Fixture) -> Self {
        Self { client: client(&fixture.sdk()).await, fixture }
    }

    /// A model of that image.
    pub async fn model(&self, name: &str, image: &str) {
        let call = self.client.create_model().model_name(name).execution_role_arn(ROLE);
        call.primary_container(container(image)).send().await.unwrap();
    }

    /// A configuration with one variant `main` of two instances.
    pub async fn config(&self, name: &str, model: &str) {
        self.config_of(name, [variant("main", model)]).await;
    }

    pub async fn config_of<const N: usize>(&self, name: &str, variants: [ProductionVariant; N]) {
        let call = self.client.create_endpoint_config().endpoint_config_name(name);
        call.set_production_variants(Some(variants.into())).send().await.unwrap();
    }

    /// A model, a configuration and an endpoint in service, all of that name.
    pub async fn endpoint(&self, name: &str) {
        self.model(name, "1.dkr.ecr/vllm:1").await;
        self.config(name, name).await;
        self.client.create_endpoint().endpoint_name(name).endpoint_config_name(name).send().await.unwrap();
        self.becomes(name, EndpointStatus::InService).await;
    }

    pub async fn describe(&self, name: &str) -> DescribeEndpointOutput {
        self.client.describe_endpoint().endpoint_name(name).send().await.unwrap()
    }

    /// Waits until an endpoint has a status; fails after ten seconds.
    pub async fn becomes(&self, name: &str, status: EndpointStatus) -> DescribeEndpointOutput {
        for _ in 0..500 {
            let found = self.describe(name).await;
            if found.endpoint_status() == Some(&status) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{name} never becomes {status}");
    }

    /// Waits until an endpoint is gone; fails after ten seconds.
    pub async fn goes(&self, name: &str) {
        for _ in 0..500 {
            if self.client.describe_endpoint().endpoint_name(name).send().await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{name} never goes");
    }
}

/// Makes the role, and returns a client.
pub async fn client(config: &SdkConfig) -> Client {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let iam = aws_sdk_iam::Client::new(config);
    iam.create_role().role_name("models").assume_role_policy_document(trust).send().await.unwrap();
    Client::new(config)
}

/// Makes a model, a configuration of some variants and an endpoint, all of one name, and waits for nothing.
pub async fn deploy(client: &Client, name: &str, variants: Vec<ProductionVariant>, tags: Vec<Tag>) {
    let model = client.create_model().model_name(name).execution_role_arn(ROLE);
    model.primary_container(container("1.dkr.ecr/vllm:1")).send().await.unwrap();
    let config = client.create_endpoint_config().endpoint_config_name(name);
    config.set_production_variants(Some(variants)).send().await.unwrap();
    let endpoint = client.create_endpoint().endpoint_name(name).endpoint_config_name(name);
    endpoint.set_tags(Some(tags)).send().await.unwrap();
}

pub fn container(image: &str) -> ContainerDefinition {
    ContainerDefinition::builder().image(image).build()
}

/// Returns a variant of two instances.
pub fn variant(name: &str, model: &str) -> ProductionVariant {
    ProductionVariant::builder()
        .variant_name(name)
        .model_name(model)
        .instance_type(ProductionVariantInstanceType::MlG5Xlarge)
        .initial_instance_count(2)
        .build()
}

/// Returns the message of an error, which must be a `ValidationException`.
pub fn invalid<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug, R: std::fmt::Debug>(
    result: Result<T, SdkError<E, R>>,
) -> String {
    match result {
        Err(SdkError::ServiceError(refusal)) => {
            assert_eq!(refusal.err().code(), Some("ValidationException"));
            refusal.err().message().unwrap_or_default().to_owned()
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// Asserts that an error has some words in its message.
#[track_caller]
pub fn says(message: &str, words: &str) {
    assert!(message.contains(words), "'{message}' does not say '{words}'");
}
