//! Types, handlers, desired states, identifiers, and the course of a request.

use std::time::Duration;

use aws_sdk_cloudcontrol::types::OperationStatus;
use ebbtide_cloud::{Durations, Settings};
use serde_json::{Value, json};

use super::{Control, guardrail, outcome, role};
use crate::support::{Fixture, code};
use crate::virtual_time::World;

const REPOSITORY: &str = "AWS::ECR::Repository";
const GUARDRAIL: &str = "AWS::Bedrock::Guardrail";

#[tokio::test]
async fn an_unknown_type_and_a_missing_handler_are_refused() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let unknown = control.client.list_resources().type_name("AWS::Nothing::Thing").send().await.unwrap_err();
    let unknown = unknown.into_service_error();
    assert!(unknown.is_type_not_found_exception());
    assert_eq!(unknown.meta().message(), Some("The type 'AWS::Nothing::Thing' cannot be found."));
    let listed = control.client.list_resources().type_name("AWS::OpenSearchService::Domain").send().await.unwrap_err();
    assert!(listed.into_service_error().is_unsupported_action_exception());
    let version = control.client.update_resource().type_name("AWS::Bedrock::GuardrailVersion").identifier("a|1");
    let refused = version.patch_document("[]").send().await.unwrap_err().into_service_error();
    assert!(refused.is_unsupported_action_exception(), "{refused:?}");
    // These belong to other services of the cloud.
    let key = control.client.list_resources().type_name("AWS::KMS::Key").send().await;
    assert_eq!(code(key), "TypeNotFoundException");
}

#[tokio::test]
async fn a_desired_state_must_fit_the_schema_and_leave_out_what_aws_assigns() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let message = async |desired: &str| {
        let made = control.client.create_resource().type_name(REPOSITORY).desired_state(desired).send().await;
        let refused = made.unwrap_err().into_service_error();
        assert_eq!(refused.meta().code(), Some("ValidationException"));
        refused.meta().message().unwrap().to_owned()
    };
    assert_eq!(message(r#"{"Name":"a"}"#).await, "Model validation failed (#: extraneous key [Name] is not permitted)");
    let two = message(r#"{"RepositoryName":"A","Tags":[{"Key":"k"}]}"#).await;
    assert!(two.contains("#/RepositoryName: ") && two.contains("#/Tags/0: required key [Value] not found"), "{two}");
    assert!(message("{").await.contains("not valid JSON"));
    let assigned = control.create(REPOSITORY, &json!({ "RepositoryName": "a1", "Arn": "x" })).await;
    assert_eq!((outcome(&assigned).0, outcome(&assigned).1), ("FAILED", "InvalidRequest"));
    assert!(outcome(&assigned).2.contains("/properties/Arn"));
    assert!(!control.exists(REPOSITORY, "a1").await);
}

#[tokio::test]
async fn identifiers_have_the_order_of_the_schema() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let api = control.made("AWS::ApiGateway::RestApi", &json!({ "Name": "a" })).await;
    let root = control.read("AWS::ApiGateway::RestApi", &api).await["RootResourceId"].clone();
    let method =
        json!({ "RestApiId": api, "ResourceId": root, "HttpMethod": "GET", "Integration": { "Type": "MOCK" } });
    control.made("AWS::ApiGateway::Method", &method).await;
    let deployment = control.made("AWS::ApiGateway::Deployment", &json!({ "RestApiId": api })).await;
    let (id, of) = deployment.split_once('|').unwrap();
    assert_eq!(of, api);
    let stage = json!({ "RestApiId": api, "StageName": "prod", "DeploymentId": id });
    assert_eq!(control.made("AWS::ApiGateway::Stage", &stage).await, format!("{api}|prod"));
    let swapped = format!("prod|{api}");
    let get = control.client.get_resource().type_name("AWS::ApiGateway::Stage").identifier(&swapped).send().await;
    let refused = get.unwrap_err().into_service_error();
    assert!(refused.is_resource_not_found_exception());
    let expected = format!("Resource of type 'AWS::ApiGateway::Stage' with identifier '{swapped}' was not found.");
    assert_eq!(refused.meta().message(), Some(expected.as_str()));
    let by_parts = json!({ "StageName": "prod", "RestApiId": api }).to_string();
    assert_eq!(control.read("AWS::ApiGateway::Stage", &by_parts).await["DeploymentId"], id);
    // A secondary identifier is given as JSON.
    let bucket = control.made("AWS::S3Vectors::VectorBucket", &json!({ "VectorBucketName": "vectors" })).await;
    assert_eq!(bucket, "arn:aws:s3vectors:us-east-1:123456789012:bucket/vectors");
    let by_name = json!({ "VectorBucketName": "vectors" }).to_string();
    assert_eq!(control.read("AWS::S3Vectors::VectorBucket", &by_name).await["VectorBucketArn"], bucket);
}

#[tokio::test]
async fn a_taken_identifier_or_name_ends_the_request_as_already_exists() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    control.made(REPOSITORY, &json!({ "RepositoryName": "models" })).await;
    let again = control.create(REPOSITORY, &json!({ "RepositoryName": "models" })).await;
    let message = format!("Resource of type '{REPOSITORY}' with identifier 'models' already exists.");
    assert_eq!(outcome(&again), ("FAILED", "AlreadyExists", message.as_str()));
    control.made(GUARDRAIL, &guardrail("one")).await;
    let again = control.create(GUARDRAIL, &guardrail("one")).await;
    assert_eq!((outcome(&again).1, again.identifier.is_none()), ("AlreadyExists", true));
    // Each account has one monitor for a dimension, and the quota reads like this.
    let monitor = json!({ "MonitorName": "m", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE" });
    control.made("AWS::CE::AnomalyMonitor", &monitor).await;
    let again = control.create("AWS::CE::AnomalyMonitor", &monitor).await;
    assert_eq!(outcome(&again), ("FAILED", "AlreadyExists", "null"));
}

#[tokio::test(start_paused = true)]
async fn a_request_goes_from_pending_to_its_end_by_the_clock_of_the_cloud() {
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    let world = World::at("2027-03-01T00:00:00Z", settings);
    let config = world.sdk("us-east-1");
    let control = Control::new(&config);
    let create = control.client.create_resource().type_name(GUARDRAIL).desired_state(guardrail("g").to_string());
    let event = create.send().await.unwrap().progress_event.unwrap();
    assert_eq!((event.operation_status(), event.identifier()), (Some(&OperationStatus::Pending), None));
    let token = event.request_token().unwrap();
    let status = async || {
        let now = control.client.get_resource_request_status().request_token(token).send().await.unwrap();
        now.progress_event.unwrap()
    };
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let event = status().await;
    assert_eq!(event.operation_status(), Some(&OperationStatus::InProgress));
    assert!(event.resource_model().is_none());
    let identifier = event.identifier().unwrap().to_owned();
    assert_eq!(control.read(GUARDRAIL, &identifier).await["Name"], "g", "it is there while it is being made");
    let delete = || control.client.delete_resource().type_name(GUARDRAIL).identifier(&identifier).send();
    assert_eq!(code(delete().await), "ConcurrentOperationException");
    let patch = json!([{ "op": "add", "path": "/Description", "value": "d" }]).to_string();
    let update = control.client.update_resource().type_name(GUARDRAIL).identifier(&identifier).patch_document(patch);
    assert_eq!(code(update.send().await), "ConcurrentOperationException");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let event = status().await;
    assert_eq!(event.operation_status(), Some(&OperationStatus::Success));
    // The model of the event is sparse.
    let sparse: Value = serde_json::from_str(event.resource_model().unwrap()).unwrap();
    assert_eq!(sparse, json!({ "GuardrailArn": identifier }));
    delete().await.unwrap();
    assert!(control.exists(GUARDRAIL, &identifier).await, "it is there until its deletion is over");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!control.exists(GUARDRAIL, &identifier).await);
}

#[tokio::test(start_paused = true)]
async fn types_that_take_long_on_aws_take_long_here() {
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    let world = World::at("2027-03-01T00:00:00Z", settings);
    let config = world.sdk("us-east-1");
    role(&config).await;
    let control = Control::new(&config);
    let began = world.clock.now();
    control.made("AWS::OpenSearchService::Domain", &json!({ "DomainName": "search" })).await;
    let minutes = world.clock.now().duration_since(began).as_secs() / 60;
    assert!((15..=30).contains(&minutes), "{minutes}");
}
