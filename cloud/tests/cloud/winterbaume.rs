//! The services of winterbaume: each patch, and persistence across processes.

mod iam;
mod logs;
mod s3;
mod secretsmanager;

use crate::support::Fixture;

#[tokio::test]
async fn the_caller_belongs_to_the_account() {
    let fixture = Fixture::new();
    let identity = aws_sdk_sts::Client::new(&fixture.sdk()).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some("123456789012"));
}

#[tokio::test]
async fn an_unknown_operation_is_refused_once_and_not_retried() {
    let fixture = Fixture::new();
    let request = winterbaume_core::MockRequest {
        method: "POST".into(),
        uri: "https://secretsmanager.us-east-1.amazonaws.com/".into(),
        headers: [("x-amz-target".parse().unwrap(), "secretsmanager.InventTheWheel".parse().unwrap())]
            .into_iter()
            .collect(),
        body: bytes::Bytes::from_static(b"{}"),
    };
    let answer = fixture.cloud.handle(request).await;
    assert_eq!(answer.status, 400, "{answer:?}");
}
