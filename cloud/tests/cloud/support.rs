//! A cloud on a folder of its own, and the configuration that brings an SDK to it.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ebbtide_cloud::{Cloud, Settings};
use std::time::Duration;
use tempfile::TempDir;

/// A cloud that ends with the test.
pub struct Fixture {
    /// The folder, removed when dropped.
    pub folder: TempDir,
    /// The cloud.
    pub cloud: Cloud,
}

impl Fixture {
    /// Returns a new cloud with transitions of 50 ms.
    pub fn new() -> Self {
        Self::with(Settings { transition: Duration::from_millis(50), ..Settings::default() })
    }

    /// Returns a new cloud with settings.
    pub fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(folder.path(), settings).unwrap();
        Self { folder, cloud }
    }

    /// Another cloud on the same folder, as another process would open it.
    pub fn again(&self) -> Cloud {
        Cloud::open(self.folder.path(), Settings::default()).unwrap()
    }

    /// Returns a configuration for us-east-1.
    pub fn sdk(&self) -> SdkConfig {
        sdk(&self.cloud, "us-east-1")
    }
}

/// Returns a configuration for a cloud and region; nothing is read from the environment.
pub fn sdk(cloud: &Cloud, region: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
        .http_client(cloud.http_client())
        .build()
}

/// AWS's code of an error, e.g. `NoSuchEntity`.
pub fn code<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug, R: std::fmt::Debug>(
    result: Result<T, SdkError<E, R>>,
) -> String {
    match result {
        Ok(value) => panic!("not refused: {value:?}"),
        Err(SdkError::ServiceError(refusal)) => refusal.err().code().unwrap_or_default().to_owned(),
        Err(error) => panic!("no answer: {error:?}"),
    }
}
