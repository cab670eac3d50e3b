//! A cloud in virtual time: its clock is tokio's, which is paused and jumps from timer to timer.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sagemaker::types::EndpointStatus;
use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Clock, Cloud, Durations, FaultInjector, Settings};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::sagemaker;

/// A cloud in virtual time.
pub struct World {
    /// The folder of the cloud, removed when dropped.
    _folder: TempDir,
    /// Its clock.
    pub clock: TokioClock,
    /// The cloud.
    pub cloud: Cloud,
}

impl World {
    /// Returns a new cloud whose clock begins at an instant.
    pub fn at(start: &str, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = TokioClock::starting_at(start.parse().unwrap());
        let cloud = Cloud::open_with_clock(folder.path(), settings, clock).unwrap();
        Self { _folder: folder, clock, cloud }
    }

    /// Returns a configuration for a region, with the time of the cloud.
    pub fn sdk(&self, region: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(self.cloud.credentials()))
            .http_client(self.cloud.http_client())
            .time_source(self.cloud.time_source())
            .build()
    }

    /// Lets time pass until an instant.
    pub async fn until(&self, instant: &str) {
        let at: Timestamp = instant.parse().unwrap();
        let left = at.duration_since(self.clock.now()).unsigned_abs();
        tokio::time::sleep(left).await;
        assert!(at.duration_since(self.clock.now()).abs() <= SignedDuration::from_millis(2), "{}", self.clock.now());
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_passes_in_milliseconds_and_an_endpoint_comes_into_service_by_the_clock_of_the_cloud() {
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    let world = World::at("2027-03-01T00:00:00Z", settings);
    let began = std::time::Instant::now();
    let client = sagemaker::client(&world.sdk("eu-west-1")).await;
    sagemaker::deploy(&client, "night", vec![sagemaker::variant("main", "night")], vec![]).await;
    let status = async || {
        let shown = client.describe_endpoint().endpoint_name("night").send().await.unwrap();
        (shown.endpoint_status.unwrap(), shown.creation_time.unwrap().secs())
    };
    let created = world.clock.now_ms() / 1000;
    assert_eq!(status().await, (EndpointStatus::Creating, created));
    assert_eq!(created, "2027-03-01T00:00:00Z".parse::<Timestamp>().unwrap().as_second(), "a call takes no time");
    tokio::time::sleep(Duration::from_secs(10 * 60 - 1)).await;
    assert_eq!(status().await.0, EndpointStatus::Creating);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(status().await.0, EndpointStatus::InService);
    world.until("2027-03-02T00:00:00Z").await;
    assert_eq!(status().await, (EndpointStatus::InService, created));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn delays_and_retries_and_time_outs_pass_in_virtual_time() {
    let world = World::at("2027-03-01T00:00:00Z", Settings::default());
    let began = std::time::Instant::now();
    world.cloud.faults().install(FaultInjector::from_spec("latency=60s fail=throttle:burst=1..2 hang=4").unwrap());
    let config = world.sdk("us-east-1").into_builder();
    let config = config
        .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(5))
        .timeout_config(
            aws_config::timeout::TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(600)).build(),
        )
        .build();
    let client = aws_sdk_sns::Client::new(&config);
    client.create_topic().name("a").send().await.unwrap();
    let passed = |clock: &TokioClock| clock.now().duration_since("2027-03-01T00:00:00Z".parse().unwrap());
    let after_two_retries = passed(&world.clock);
    assert!((180..240).contains(&after_two_retries.as_secs()), "{after_two_retries}");
    client.create_topic().name("b").send().await.unwrap();
    let after_a_time_out = passed(&world.clock) - after_two_retries;
    assert!((660..720).contains(&after_a_time_out.as_secs()), "{after_a_time_out}");
    assert_eq!(world.cloud.faults().calls(), 5);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn hosted_services_have_the_time_of_the_cloud() {
    let settings = Settings { assumable_after: Duration::from_secs(10), ..Settings::default() };
    // In the past of the system's clock, where an instant of the system is in the future.
    let world = World::at("2021-03-01T00:00:00Z", settings);
    let config = world.sdk("eu-west-1");
    let now = || world.clock.now().as_second();
    let iam = aws_sdk_iam::Client::new(&config);
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let made = iam.create_role().role_name("r").assume_role_policy_document(policy).send().await.unwrap();
    assert!((made.role.unwrap().create_date.secs() - now()).abs() <= 1);
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let role = iam.get_role().role_name("r").send().await.unwrap().role.unwrap();
    assert!((role.create_date.secs() + 3600 - now()).abs() <= 1);

    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    secrets.create_secret().name("s").secret_string("x").send().await.unwrap();
    let shown = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert!((shown.created_date.unwrap().secs() - now()).abs() <= 1);

    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    let group = logs.describe_log_groups().send().await.unwrap().log_groups.unwrap().remove(0);
    assert!((group.creation_time.unwrap() / 1000 - now()).abs() <= 1);

    let s3 = aws_sdk_s3::Client::new(&config);
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint("eu-west-1".into()).build();
    s3.create_bucket().bucket("b-of-2021").create_bucket_configuration(place).send().await.unwrap();
    let bucket = s3.list_buckets().send().await.unwrap().buckets.unwrap().remove(0);
    assert!((bucket.creation_date.unwrap().secs() - now()).abs() <= 1);
}
