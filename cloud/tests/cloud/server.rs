//! The cloud over HTTP, asked by clients that know nothing of it.

use std::process::Stdio;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::primitives::ByteStream;
use ebbtide_cloud::{FaultInjector, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::Fixture;

/// A served cloud.
struct Served {
    fixture: Fixture,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn new() -> Self {
        let fixture = Fixture::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let cloud = fixture.cloud.clone();
        let task = tokio::spawn(serve(cloud, listener, async { _ = stopped.await }));
        Self { fixture, address, stop, task }
    }

    /// Returns a configuration that goes through the socket, with an HTTP client of its own.
    fn sdk(&self, host: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AK", "SK", None, None, "test")))
            .endpoint_url(format!("http://{host}:{}", self.address.port()))
            .retry_config(RetryConfig::disabled())
            .build()
    }

    /// Sends raw text, and returns everything that the server sends until it closes.
    async fn raw(&self, text: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

const SIGNATURE: &str = "Authorization: AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00";

#[tokio::test]
async fn requests_are_routed_by_the_signature() {
    let served = Served::new().await;
    let logs = aws_sdk_cloudwatchlogs::Client::new(&served.sdk("127.0.0.1"));
    logs.create_log_group().log_group_name("/over/http").send().await.unwrap();
    // The region of the signature decides, and the same cloud sees it in the process.
    let inside = crate::support::sdk(&served.fixture.cloud, "eu-west-1");
    let groups = aws_sdk_cloudwatchlogs::Client::new(&inside).describe_log_groups().send().await.unwrap();
    assert_eq!(groups.log_groups()[0].log_group_name(), Some("/over/http"));
    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn s3_by_path_and_by_host() {
    let served = Served::new().await;
    let inside = aws_sdk_s3::Client::new(&crate::support::sdk(&served.fixture.cloud, "us-east-1"));
    inside.create_bucket().bucket("data").send().await.unwrap();
    let config = served.sdk("localhost").to_builder().region(Region::new("us-east-1")).build();
    let by_path = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let by_path = aws_sdk_s3::Client::from_conf(by_path);
    let body = ByteStream::from_static(b"content");
    by_path.put_object().bucket("data").key("a/b c").body(body).send().await.unwrap();
    let found = by_path.get_object().bucket("data").key("a/b c").send().await.unwrap();
    assert_eq!(found.body.collect().await.unwrap().into_bytes().as_ref(), b"content");
    assert_eq!(by_path.head_object().bucket("data").key("a/b c").send().await.unwrap().content_length(), Some(7));
    // A host that need not resolve: the request is sent by hand.
    let answer = served
        .raw(&format!(
            "GET /a/b%20c HTTP/1.1\r\nHost: data.localhost:1\r\n{}\r\nConnection: close\r\n\r\n",
            SIGNATURE.replace("/iam/", "/s3/")
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\ncontent"), "{answer}");
}

#[tokio::test]
async fn unsigned_requests_are_refused_clearly() {
    let served = Served::new().await;
    let answer = served.raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("MissingAuthenticationToken"), "{answer}");
}

#[tokio::test]
async fn a_cut_connection_is_an_error_of_the_client() {
    let served = Served::new().await;
    served.fixture.cloud.faults().install(FaultInjector::from_spec("fail=cut").unwrap());
    let iam = aws_sdk_iam::Client::new(&served.sdk("127.0.0.1"));
    let error = iam.list_roles().send().await.unwrap_err();
    assert!(error.as_service_error().is_none_or(|error| error.meta().code().is_none()), "{error:?}");
    assert_eq!(served.fixture.cloud.faults().calls(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error_of_the_client() {
    let served = Served::new().await;
    let config = aws_sdk_s3::config::Builder::from(&served.sdk("127.0.0.1")).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    let place = aws_sdk_s3::types::BucketLocationConstraint::EuWest1;
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(place).build();
    s3.create_bucket().bucket("data").create_bucket_configuration(place).send().await.unwrap();
    let body = ByteStream::from(vec![b'x'; 100_000]);
    s3.put_object().bucket("data").key("k").body(body).send().await.unwrap();
    served.fixture.cloud.faults().install(FaultInjector::from_spec("truncate=3").unwrap());
    let get = || s3.get_object().bucket("data").key("k").send();
    match get().await {
        Ok(arriving) => _ = arriving.body.collect().await.unwrap_err(),
        Err(error) => assert!(error.as_service_error().is_none(), "{error:?}"),
    }
    assert_eq!(get().await.unwrap().body.collect().await.unwrap().to_vec().len(), 100_000);
}

/// curl signs by itself and shares no code with the SDK.
#[tokio::test(flavor = "multi_thread")]
async fn curl_can_look_at_it() {
    let served = Served::new().await;
    let iam = aws_sdk_iam::Client::new(&served.fixture.sdk());
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    iam.create_role().role_name("seen-by-curl").assume_role_policy_document(trust).send().await.unwrap();
    let output = tokio::process::Command::new("curl")
        .args(["--silent", "--user", "AK:SK", "--aws-sigv4", "aws:amz:us-east-1:iam"])
        .args(["--data", "Action=ListRoles&Version=2010-05-08"])
        .arg(format!("http://{}/", served.address))
        .stderr(Stdio::inherit())
        .output()
        .await;
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains("<RoleName>seen-by-curl</RoleName>"), "{text}");
        }
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}

#[tokio::test]
async fn json_services_answer_in_the_version_of_their_models_and_without_nulls() {
    let served = Served::new().await;
    for (service, target, version) in [
        ("sagemaker", "SageMaker.ListModels", "1.1"),
        ("application-autoscaling", "AnyScaleFrontendService.DescribeScalableTargets", "1.1"),
        ("budgets", "AWSBudgetServiceGateway.DescribeBudgets", "1.1"),
        ("logs", "Logs_20140328.DescribeLogGroups", "1.1"),
        ("secretsmanager", "secretsmanager.ListSecrets", "1.1"),
        ("kms", "TrentService.ListKeys", "1.1"),
        ("monitoring", "GraniteServiceVersion20100801.DescribeAlarms", "1.0"),
    ] {
        let body = r#"{"AccountId":"123456789012","ServiceNamespace":"sagemaker"}"#;
        let signature = SIGNATURE.replace("/iam/", &format!("/{service}/"));
        let answer = served
            .raw(&format!(
                "POST / HTTP/1.1\r\nHost: x\r\n{signature}\r\nX-Amz-Target: {target}\r\nConnection: close\r\n\
                 Content-Type: application/x-amz-json-{version}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await;
        assert!(answer.contains(&format!("content-type: application/x-amz-json-{version}\r\n")), "{service}: {answer}");
        assert!(!answer.contains("null"), "{service}: {answer}");
    }
}
