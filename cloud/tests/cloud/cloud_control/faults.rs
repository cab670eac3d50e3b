//! Faults of Cloud Control itself: throttling, and handlers that fail after they have made their resource.

use aws_config::retry::RetryConfig;
use ebbtide_cloud::FaultInjector;
use serde_json::json;

use super::{Control, outcome};
use crate::support::{Fixture, code};

const QUEUE: &str = "AWS::SQS::Queue";

#[tokio::test]
async fn a_failed_creation_may_leave_its_resource() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    fixture.cloud.faults().install(FaultInjector::from_spec("fails-after-create=1").unwrap());
    let failed = control.create(QUEUE, &json!({ "QueueName": "a" })).await;
    assert_eq!((outcome(&failed).0, outcome(&failed).1), ("FAILED", "NotStabilized"));
    let identifier = failed.identifier().unwrap();
    assert!(control.exists(QUEUE, identifier).await);
    let again = control.create(QUEUE, &json!({ "QueueName": "a" })).await;
    assert_eq!(outcome(&again).1, "AlreadyExists");
    assert_eq!(outcome(&control.delete(QUEUE, identifier).await).0, "SUCCESS");
    fixture.cloud.faults().install(FaultInjector::from_spec("exists-after-create=1").unwrap());
    let failed = control.create(QUEUE, &json!({ "QueueName": "b" })).await;
    assert_eq!(outcome(&failed).1, "AlreadyExists");
    assert!(control.exists(QUEUE, failed.identifier().unwrap()).await, "the request made it itself");
    control.made(QUEUE, &json!({ "QueueName": "c" })).await;
}

#[tokio::test]
async fn calls_are_throttled_and_denied_in_cloud_controls_words() {
    let fixture = Fixture::new();
    let once = fixture.sdk().to_builder().retry_config(RetryConfig::disabled()).build();
    let control = Control::new(&once);
    fixture.cloud.faults().install(FaultInjector::from_spec("fail=throttle:burst=1..1 denied=2").unwrap());
    let throttled = control.client.list_resources().type_name(QUEUE).send().await.unwrap_err().into_service_error();
    assert!(throttled.is_throttling_exception());
    let denied = control.client.list_resources().type_name(QUEUE).send().await;
    let message = format!("{:?}", denied.as_ref().unwrap_err());
    assert!(message.contains("cloudformation:ListResources"), "{message}");
    assert_eq!(code(denied), "AccessDeniedException");
    control.client.list_resources().type_name(QUEUE).send().await.unwrap();
}

#[tokio::test]
async fn a_resource_that_is_not_there_is_deleted_as_not_found() {
    let fixture = Fixture::new();
    let gone = Control::of(&fixture).delete(QUEUE, "none").await;
    assert_eq!((outcome(&gone).0, outcome(&gone).1), ("FAILED", "NotFound"));
}
