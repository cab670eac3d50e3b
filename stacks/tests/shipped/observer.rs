//! Somebody else, who asks the cloud alone.

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide_cloud::{Cloud, Settings};

use crate::project::Project;

pub struct Observer {
    pub cloud: Cloud,
    pub config: aws_config::SdkConfig,
    runtime: tokio::runtime::Runtime,
}

impl Observer {
    pub fn new(project: &Project, region: &'static str) -> Self {
        let cloud = Cloud::open(&project.path("state/local/cloud"), Settings::default()).unwrap();
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new(region))
            .http_client(cloud.http_client())
            .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { cloud, config, runtime }
    }

    /// Waits for a call.
    pub fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }
}
