//! Client tokens, lists of requests, cancellation.

use std::time::Duration;

use aws_sdk_cloudcontrol::types::{Operation, OperationStatus, ResourceRequestStatusFilter};
use ebbtide_cloud::{Durations, Settings};
use serde_json::json;

use super::{Control, outcome};
use crate::support::{Fixture, code};
use crate::virtual_time::World;

const QUEUE: &str = "AWS::SQS::Queue";

fn on_aws() -> Settings {
    Settings { durations: Some(Durations::of_aws()), ..Settings::default() }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_token_gets_the_first_requests_event_for_36_hours() {
    let world = World::at("2027-03-01T00:00:00Z", on_aws());
    let control = Control::new(&world.sdk("us-east-1"));
    let create = |name: &str, token: &str| {
        let desired = json!({ "QueueName": name }).to_string();
        control.client.create_resource().type_name(QUEUE).desired_state(desired).client_token(token).send()
    };
    let first = create("jobs", "token-1").await.unwrap().progress_event.unwrap();
    let again = create("jobs", "token-1").await.unwrap().progress_event.unwrap();
    assert_eq!(first.request_token(), again.request_token());
    assert_eq!(code(create("others", "token-1").await), "ClientTokenConflictException");
    control.end(first.clone()).await;
    let replayed = create("jobs", "token-1").await.unwrap().progress_event.unwrap();
    assert_eq!(replayed.operation_status(), Some(&OperationStatus::Success));
    assert!(replayed.identifier().unwrap().ends_with("/123456789012/jobs"));
    // A failed request stays the answer to its token.
    let failed = create("jobs", "token-2").await.unwrap().progress_event.unwrap();
    let failed = control.end(failed).await;
    control.delete(QUEUE, replayed.identifier().unwrap()).await;
    let replayed = create("jobs", "token-2").await.unwrap().progress_event.unwrap();
    assert_eq!((outcome(&replayed).1, replayed.request_token()), ("AlreadyExists", failed.request_token()));
    // The first request's event also outlives its resource.
    assert_eq!(create("jobs", "token-1").await.unwrap().progress_event.unwrap().request_token(), first.request_token());
    tokio::time::sleep(Duration::from_secs(36 * 3600)).await;
    let fresh = create("others", "token-1").await.unwrap().progress_event.unwrap();
    assert_ne!(fresh.request_token(), first.request_token());
    assert_eq!(outcome(&control.end(fresh).await).0, "SUCCESS");
    assert_eq!(code(create("not allowed", "a_b").await), "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn requests_are_listed_for_seven_days_latest_first() {
    let world = World::at("2027-03-01T00:00:00Z", on_aws());
    let control = Control::new(&world.sdk("us-east-1"));
    for number in 0..23 {
        control.made(QUEUE, &json!({ "QueueName": format!("q{number:02}") })).await;
    }
    let list = || control.client.list_resource_requests();
    let first = list().send().await.unwrap();
    assert_eq!(first.resource_request_status_summaries().len(), 20);
    let latest = first.resource_request_status_summaries()[0].identifier().unwrap();
    assert!(latest.ends_with("/q22"), "{latest}");
    let rest = list().next_token(first.next_token().unwrap()).send().await.unwrap();
    assert_eq!((rest.resource_request_status_summaries().len(), rest.next_token()), (3, None));
    let desired = json!({ "TableName": "slow", "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }], "BillingMode": "PAY_PER_REQUEST" });
    let table = control.client.create_resource().type_name("AWS::DynamoDB::Table").desired_state(desired.to_string());
    let event = table.send().await.unwrap().progress_event.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let filter = ResourceRequestStatusFilter::builder()
        .operations(Operation::Create)
        .operation_statuses(OperationStatus::Pending)
        .operation_statuses(OperationStatus::InProgress)
        .build();
    let running = list().resource_request_status_filter(filter.clone()).send().await.unwrap();
    let running = running.resource_request_status_summaries();
    assert_eq!((running.len(), running[0].identifier()), (1, Some("slow")));
    control.end(event.clone()).await;
    let running = list().resource_request_status_filter(filter).send().await.unwrap();
    assert!(running.resource_request_status_summaries().is_empty());
    tokio::time::sleep(Duration::from_secs(7 * 24 * 3600)).await;
    assert!(list().send().await.unwrap().resource_request_status_summaries().is_empty());
    let forgotten = control.client.get_resource_request_status().request_token(event.request_token().unwrap());
    assert_eq!(code(forgotten.send().await), "RequestTokenNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_over_can_be_canceled() {
    let world = World::at("2027-03-01T00:00:00Z", on_aws());
    let control = Control::new(&world.sdk("us-east-1"));
    let create = async |name: &str| {
        let desired = json!({ "QueueName": name }).to_string();
        let made = control.client.create_resource().type_name(QUEUE).desired_state(desired).send().await.unwrap();
        made.progress_event.unwrap()
    };
    let cancel = |token: &str| control.client.cancel_resource_request().request_token(token).send();
    let pending = create("early").await;
    let canceled = cancel(pending.request_token().unwrap()).await.unwrap().progress_event.unwrap();
    assert_eq!(canceled.operation_status(), Some(&OperationStatus::CancelComplete));
    let url = |name: &str| format!("https://sqs.us-east-1.amazonaws.com/123456789012/{name}");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!control.exists(QUEUE, &url("early")).await);
    let late = create("late").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let canceled = cancel(late.request_token().unwrap()).await.unwrap().progress_event.unwrap();
    assert_eq!(canceled.operation_status(), Some(&OperationStatus::CancelInProgress));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(control.exists(QUEUE, &url("late")).await, "canceling undoes nothing");
    assert_eq!(code(cancel(late.request_token().unwrap()).await), "ConcurrentModificationException");
    assert_eq!(code(cancel("none").await), "RequestTokenNotFoundException");
}

#[tokio::test]
async fn requests_and_resources_are_seen_by_another_process() {
    let fixture = Fixture::new();
    let made = Control::of(&fixture).made(QUEUE, &json!({ "QueueName": "jobs" })).await;
    let again = fixture.again();
    let other = Control::new(&crate::support::sdk(&again, "us-east-1"));
    assert!(other.exists(QUEUE, &made).await);
    let listed = other.client.list_resource_requests().send().await.unwrap();
    assert_eq!(listed.resource_request_status_summaries()[0].identifier(), Some(made.as_str()));
    let elsewhere = Control::new(&crate::support::sdk(&again, "eu-west-1"));
    assert!(!elsewhere.exists(QUEUE, &made).await);
}
