//! Fault specs: each word, as the SDK sees it.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_iam::Client;
use aws_sdk_s3::primitives::ByteStream;
use ebbtide_cloud::FaultInjector;

use crate::support::{Fixture, code, sdk};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn set(fixture: &Fixture, spec: &str) {
    fixture.cloud.faults().install(FaultInjector::from_spec(spec).unwrap());
}

/// Returns a configuration that tries once.
fn once(fixture: &Fixture) -> aws_config::SdkConfig {
    fixture.sdk().to_builder().retry_config(RetryConfig::disabled()).build()
}

async fn create(iam: &Client, name: &str) -> Result<(), aws_sdk_iam::Error> {
    iam.create_role().role_name(name).assume_role_policy_document(TRUST).send().await?;
    Ok(())
}

async fn names(iam: &Client) -> Vec<String> {
    let roles = iam.list_roles().send().await.unwrap();
    let mut names: Vec<_> = roles.roles().iter().map(|role| role.role_name().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_effect_and_is_an_error() {
    let fixture = Fixture::new();
    let iam = Client::new(&once(&fixture));
    set(&fixture, "truncate=1");
    let made = iam.create_role().role_name("r").assume_role_policy_document(TRUST).send().await.unwrap_err();
    assert!(made.as_service_error().is_none(), "{made:?}");
    assert_eq!(names(&iam).await, ["r"]);
    // The SDK's own retries see it as a broken connection: the second call of this reading gets through.
    set(&fixture, "truncate=3");
    assert_eq!(names(&Client::new(&fixture.sdk())).await, ["r"]);
    assert_eq!(fixture.cloud.faults().calls(), 4);
}

#[tokio::test]
async fn an_object_arrives_by_half() {
    let fixture = Fixture::new();
    let s3 = aws_sdk_s3::Client::new(&once(&fixture));
    s3.create_bucket().bucket("data").send().await.unwrap();
    let body = ByteStream::from(vec![b'x'; 100_000]);
    s3.put_object().bucket("data").key("k").body(body).send().await.unwrap();
    set(&fixture, "truncate=3,truncate=5");
    let mut arriving = s3.get_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!(arriving.content_length(), Some(100_000));
    let first = arriving.body.next().await.unwrap().unwrap();
    assert_eq!(first.len(), 50_000);
    arriving.body.next().await.unwrap().unwrap_err();
    let whole = s3.get_object().bucket("data").key("k").send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(whole.to_vec().len(), 100_000);
    // A response without a body has no middle: it does not arrive.
    let head = s3.head_object().bucket("data").key("k").send().await.unwrap_err();
    assert!(head.raw_response().is_none(), "{head:?}");
}

#[tokio::test]
async fn a_call_that_arrives_twice_acts_twice_and_the_second_answer_is_given() {
    let fixture = Fixture::new();
    let iam = Client::new(&once(&fixture));
    set(&fixture, "twice=1");
    let made = iam.create_role().role_name("r").assume_role_policy_document(TRUST).send().await;
    assert_eq!(code(made), "EntityAlreadyExists");
    assert_eq!(names(&iam).await, ["r"]);
    set(&fixture, "fail=twice");
    let ec2 = aws_sdk_ec2::Client::new(&once(&fixture));
    ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
    assert_eq!(ec2.describe_vpcs().send().await.unwrap().vpcs().len(), 2);
}

#[tokio::test]
async fn a_burst_ends() {
    let fixture = Fixture::new();
    let iam = Client::new(&once(&fixture));
    set(&fixture, "fail=unavailable:burst=2..3 fail=throttle:burst=4..4");
    let mut answers = Vec::new();
    for _ in 1..=5 {
        answers.push(match iam.list_roles().send().await {
            Ok(_) => "answered".to_owned(),
            refused => code(refused),
        });
    }
    assert_eq!(answers, ["answered", "ServiceUnavailable", "ServiceUnavailable", "Throttling", "answered"]);
}

#[tokio::test]
async fn throttling_is_worded_and_retried_in_each_protocol() {
    let fixture = Fixture::new();
    set(&fixture, "fail=throttle");
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = fixture.sdk().to_builder().retry_config(retries).build();
    let throttled = [
        (code(aws_sdk_ec2::Client::new(&config).describe_vpcs().send().await), "RequestLimitExceeded"),
        (code(aws_sdk_s3::Client::new(&config).list_buckets().send().await), "SlowDown"),
        (code(Client::new(&config).list_roles().send().await), "Throttling"),
        (code(aws_sdk_cloudwatch::Client::new(&config).describe_alarms().send().await), "Throttling"),
        (code(aws_sdk_sagemaker::Client::new(&config).list_models().send().await), "ThrottlingException"),
        (code(aws_sdk_kms::Client::new(&config).list_keys().send().await), "ThrottlingException"),
    ];
    for (told, expected) in &throttled {
        assert_eq!(told, expected);
    }
    assert_eq!(fixture.cloud.faults().calls(), 3 * throttled.len() as u64);
}

#[tokio::test]
async fn credentials_expire_for_this_process() {
    let fixture = Fixture::new();
    set(&fixture, "expired=2");
    let config = once(&fixture);
    create(&Client::new(&config), "r").await.unwrap();
    assert_eq!(code(Client::new(&config).list_roles().send().await), "ExpiredToken");
    assert_eq!(code(aws_sdk_ec2::Client::new(&config).describe_vpcs().send().await), "RequestExpired");
    assert_eq!(code(aws_sdk_s3::Client::new(&config).list_buckets().send().await), "ExpiredToken");
    assert_eq!(code(aws_sdk_kms::Client::new(&config).list_keys().send().await), "ExpiredTokenException");
    assert_eq!(code(aws_sdk_sagemaker::Client::new(&config).list_models().send().await), "ExpiredTokenException");
    assert_eq!(names(&Client::new(&sdk(&fixture.again(), "us-east-1"))).await, ["r"]);
}

#[tokio::test]
async fn a_call_is_denied_in_the_words_of_its_service() {
    let fixture = Fixture::new();
    set(&fixture, "denied=ListRoles denied=DescribeVpcs denied=GetCostAndUsage denied=4");
    let config = once(&fixture);
    assert_eq!(code(Client::new(&config).list_roles().send().await), "AccessDenied");
    assert_eq!(code(aws_sdk_ec2::Client::new(&config).describe_vpcs().send().await), "UnauthorizedOperation");
    let costs = aws_sdk_costexplorer::Client::new(&config);
    let period = aws_sdk_costexplorer::types::DateInterval::builder().start("2026-01-01").end("2026-01-02").build();
    let call = costs.get_cost_and_usage().time_period(period.unwrap()).metrics("UnblendedCost");
    let refused = call.granularity(aws_sdk_costexplorer::types::Granularity::Daily).send().await.unwrap_err();
    let refused = refused.into_service_error();
    assert_eq!(refused.meta().code(), Some("AccessDeniedException"));
    assert!(refused.meta().message().unwrap().ends_with("is not authorized to perform: ce:GetCostAndUsage"));
    assert_eq!(code(aws_sdk_s3::Client::new(&config).list_buckets().send().await), "AccessDenied");
    aws_sdk_s3::Client::new(&config).list_buckets().send().await.unwrap();
}

#[tokio::test]
async fn a_share_hangs() {
    let fixture = Fixture::new();
    set(&fixture, "fail=hang:burst=2..2");
    let limits = TimeoutConfig::builder().read_timeout(Duration::from_millis(50)).build();
    let iam = Client::new(&once(&fixture).to_builder().timeout_config(limits).build());
    iam.list_roles().send().await.unwrap();
    let error = iam.list_roles().send().await.unwrap_err();
    assert!(format!("{error:?}").to_lowercase().contains("timeout"), "{error:?}");
}

const LAG: Duration = Duration::from_millis(400);

#[tokio::test]
async fn a_stale_read_misses_new_roles_and_shows_deleted_ones() {
    let fixture = Fixture::new();
    let iam = Client::new(&once(&fixture));
    create(&iam, "old").await.unwrap();
    set(&fixture, "stale=400ms");
    create(&iam, "new").await.unwrap();
    iam.delete_role().role_name("old").send().await.unwrap();
    assert_eq!(names(&iam).await, ["old"]);
    assert_eq!(code(iam.get_role().role_name("new").send().await), "NoSuchEntity");
    // Writes act on the present.
    assert_eq!(code(iam.delete_role().role_name("old").send().await), "NoSuchEntity");
    iam.tag_role().role_name("new").tags(tag()).send().await.unwrap();
    tokio::time::sleep(LAG + Duration::from_millis(50)).await;
    assert_eq!(names(&iam).await, ["new"]);
    fixture.cloud.faults().clear();
    assert_eq!(names(&iam).await, ["new"]);
}

fn tag() -> aws_sdk_iam::types::Tag {
    aws_sdk_iam::types::Tag::builder().key("k").value("v").build().unwrap()
}

#[tokio::test]
async fn another_process_is_seen_late_too() {
    let fixture = Fixture::new();
    set(&fixture, "stale=400ms");
    let iam = Client::new(&once(&fixture));
    assert!(names(&iam).await.is_empty());
    create(&Client::new(&sdk(&fixture.again(), "us-east-1")), "theirs").await.unwrap();
    assert!(names(&iam).await.is_empty());
    tokio::time::sleep(LAG + Duration::from_millis(50)).await;
    assert_eq!(names(&iam).await, ["theirs"]);
}

#[tokio::test]
async fn objects_and_keys_are_seen_at_once_and_buckets_are_not() {
    let fixture = Fixture::new();
    set(&fixture, "stale=400ms");
    let s3 = aws_sdk_s3::Client::new(&once(&fixture));
    s3.create_bucket().bucket("data").send().await.unwrap();
    assert!(s3.list_buckets().send().await.unwrap().buckets().is_empty());
    s3.put_object().bucket("data").key("k").body(ByteStream::from_static(b"x")).send().await.unwrap();
    s3.get_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!(s3.list_objects_v2().bucket("data").send().await.unwrap().key_count(), Some(1));
    let kms = aws_sdk_kms::Client::new(&once(&fixture));
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    kms.describe_key().key_id(key.key_id).send().await.unwrap();
}

#[tokio::test]
async fn a_share_of_reads_is_stale() {
    let fixture = Fixture::new();
    set(&fixture, "stale=60s:50%:seed=3");
    let iam = Client::new(&once(&fixture));
    create(&iam, "r").await.unwrap();
    let mut seen = 0;
    for _ in 0..40 {
        seen += names(&iam).await.len();
    }
    assert!((8..=32).contains(&seen), "{seen}");
}

#[tokio::test]
async fn transitions_go_on_while_reads_lag() {
    let fixture = Fixture::new();
    set(&fixture, "stale=100ms");
    let ec2 = aws_sdk_ec2::Client::new(&once(&fixture));
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let service = "com.amazonaws.us-east-1.sagemaker.runtime";
    let endpoint = ec2.create_vpc_endpoint().vpc_id(vpc).service_name(service).private_dns_enabled(false);
    let endpoint = endpoint.vpc_endpoint_type(aws_sdk_ec2::types::VpcEndpointType::Interface).send().await.unwrap();
    let id = endpoint.vpc_endpoint.unwrap().vpc_endpoint_id.unwrap();
    let describe = || ec2.describe_vpc_endpoints().vpc_endpoint_ids(&id).send();
    assert_eq!(code(describe().await), "InvalidVpcEndpointId.NotFound");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(describe().await.unwrap().vpc_endpoints()[0].state().unwrap().as_str(), "available");
    ec2.delete_vpc_endpoints().vpc_endpoint_ids(&id).send().await.unwrap();
    assert_eq!(describe().await.unwrap().vpc_endpoints()[0].state().unwrap().as_str(), "available");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(code(describe().await), "InvalidVpcEndpointId.NotFound");
}
