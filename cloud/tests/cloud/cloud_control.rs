//! Cloud Control: its contract, and resources of many types.

mod all_types;
mod api_gateway;
mod contract;
mod faults;
mod load_balancing;
mod models;
mod others;
mod references;
mod requests;
mod updates;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudcontrol::Client;
use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent};
use serde_json::{Value, json};

use crate::support::Fixture;

/// A trust policy that all services can use.
pub const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
/// The ARN of the role that [`role`] makes.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/exec";

/// Cloud Control, with operations that wait for their end.
pub struct Control {
    /// The client.
    pub client: Client,
}

impl Control {
    /// Returns the Cloud Control of a fixture.
    pub fn of(fixture: &Fixture) -> Self {
        Self::new(&fixture.sdk())
    }

    /// Returns the Cloud Control of a configuration.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Waits for the end of a request, and returns its last event.
    pub async fn end(&self, event: ProgressEvent) -> ProgressEvent {
        let token = event.request_token().unwrap();
        let mut wait = Duration::from_millis(15);
        loop {
            let event = self.client.get_resource_request_status().request_token(token).send().await.unwrap();
            let event = event.progress_event.unwrap();
            if ![OperationStatus::Pending, OperationStatus::InProgress].contains(event.operation_status().unwrap()) {
                return event;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(Duration::from_secs(5));
        }
    }

    /// Creates a resource, and returns the last event.
    pub async fn create(&self, type_name: &str, desired: &Value) -> ProgressEvent {
        let made = self.client.create_resource().type_name(type_name).desired_state(desired.to_string()).send().await;
        self.end(made.unwrap_or_else(|error| panic!("{type_name} {desired}: {error:?}")).progress_event.unwrap()).await
    }

    /// Creates a resource that must succeed, and returns its identifier.
    pub async fn made(&self, type_name: &str, desired: &Value) -> String {
        let event = self.create(type_name, desired).await;
        assert_eq!(event.operation_status(), Some(&OperationStatus::Success), "{type_name} {desired}: {event:?}");
        event.identifier.unwrap()
    }

    /// Updates a resource, and returns the last event.
    pub async fn update(&self, type_name: &str, identifier: &str, patch: &Value) -> ProgressEvent {
        let update = self.client.update_resource().type_name(type_name).identifier(identifier);
        let event = update.patch_document(patch.to_string()).send().await.unwrap().progress_event.unwrap();
        self.end(event).await
    }

    /// Deletes a resource, and returns the last event.
    pub async fn delete(&self, type_name: &str, identifier: &str) -> ProgressEvent {
        let delete = self.client.delete_resource().type_name(type_name).identifier(identifier).send().await;
        self.end(delete.unwrap().progress_event.unwrap()).await
    }

    /// Returns the properties of a resource.
    pub async fn read(&self, type_name: &str, identifier: &str) -> Value {
        let found = self.client.get_resource().type_name(type_name).identifier(identifier).send().await;
        let found = found.unwrap_or_else(|error| panic!("{type_name} {identifier}: {error:?}"));
        serde_json::from_str(found.resource_description.unwrap().properties().unwrap()).unwrap()
    }

    /// Returns whether a resource is there.
    pub async fn exists(&self, type_name: &str, identifier: &str) -> bool {
        self.client.get_resource().type_name(type_name).identifier(identifier).send().await.is_ok()
    }
}

/// Returns the status, error code and message of an event.
pub fn outcome(event: &ProgressEvent) -> (&str, &str, &str) {
    (
        event.operation_status().map_or("", OperationStatus::as_str),
        event.error_code().map_or("", aws_sdk_cloudcontrol::types::HandlerErrorCode::as_str),
        event.status_message().unwrap_or_default(),
    )
}

/// Makes the role [`ROLE`].
pub async fn role(config: &SdkConfig) {
    let iam = aws_sdk_iam::Client::new(config);
    iam.create_role().role_name("exec").assume_role_policy_document(TRUST).send().await.unwrap();
}

/// Makes a VPC with two subnets in two zones and a security group; returns their ids.
pub async fn network(config: &SdkConfig) -> (String, Vec<String>, String) {
    let ec2 = aws_sdk_ec2::Client::new(config);
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let gateway = ec2.create_internet_gateway().send().await.unwrap().internet_gateway.unwrap();
    let attach = ec2.attach_internet_gateway().vpc_id(&vpc);
    attach.internet_gateway_id(gateway.internet_gateway_id().unwrap()).send().await.unwrap();
    let mut subnets = Vec::new();
    for (block, zone) in [("10.0.1.0/24", "us-east-1a"), ("10.0.2.0/24", "us-east-1b")] {
        let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block(block).availability_zone(zone).send().await.unwrap();
        subnets.push(subnet.subnet.unwrap().subnet_id.unwrap());
    }
    let group = ec2.create_security_group().vpc_id(&vpc).group_name("g").description("d").send().await.unwrap();
    (vpc, subnets, group.group_id.unwrap())
}

/// Returns the desired state of a guardrail.
pub fn guardrail(name: &str) -> Value {
    let filter = |kind: &str| json!({ "Type": kind, "InputStrength": "HIGH", "OutputStrength": "HIGH" });
    let topic = |name: &str| json!({ "Name": name, "Definition": "Advice", "Type": "DENY" });
    let filters = ["HATE", "INSULTS", "SEXUAL", "VIOLENCE"].map(filter);
    let topics = ["Legal", "Finance", "Medicine"].map(topic);
    json!({
        "Name": name, "BlockedInputMessaging": "no", "BlockedOutputsMessaging": "no",
        "ContentPolicyConfig": { "FiltersConfig": filters },
        "TopicPolicyConfig": { "TopicsConfig": topics },
        "Tags": [{ "Key": "stack", "Value": "one" }, { "Key": "address", "Value": "a" }],
    })
}

/// Returns the desired state of a function.
pub fn function(name: &str) -> Value {
    json!({ "FunctionName": name, "Role": ROLE, "Code": { "ZipFile": "x" }, "Runtime": "python3.13", "Handler": "i.h" })
}
