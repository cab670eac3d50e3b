//! The clients of the official SDK, each made when it is first used.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::Timestamp;

use crate::logging::is_redacting;
use crate::sdk::claims::Claims;
use crate::sdk::cloud_control::Memory;
use crate::sdk::credentials::Registered;
use crate::sdk::no_retry::Once;
use crate::sdk::trace::LogCalls;

/// The longest time for a response of an endpoint, or for its beginning if it is streamed.
const ANSWERED_WITHIN: Duration = Duration::from_secs(70);

/// Returns the present.
type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Declares the struct of clients, its constructor and its accessors. A client whose configuration differs from the shared
/// one is followed by the change: `|aws, config| …`.
macro_rules! clients {
    ($(
        $(#[$doc:meta])*
        $name:ident: $sdk:ident $(, |$aws:ident, $builder:ident| $change:expr)?;
    )*) => {
        /// The clients; every call to AWS goes through one of them, and is logged.
        pub struct Aws {
            config: SdkConfig,
            path_style: bool,
            clock: Clock,
            cloud_control: Memory,
            claims: Claims,
            $( $name: OnceLock<$sdk::Client>, )*
        }

        impl Aws {
            fn with(config: SdkConfig, path_style: bool) -> Self {
                Self { config, path_style, clock: Arc::new(Timestamp::now), cloud_control: Memory::default(), claims: Claims::default(), $( $name: OnceLock::new(), )* }
            }

            $(
                $(#[$doc])*
                pub fn $name(&self) -> &$sdk::Client {
                    self.$name.get_or_init(|| {
                        let builder = $sdk::config::Builder::from(&self.config).interceptor(LogCalls).interceptor(Once);
                        $( let builder = { let ($aws, $builder) = (self, builder); $change }; )?
                        $sdk::Client::from_conf(builder.build())
                    })
                }
            )*
        }
    };
}

clients! {
    /// Application Auto Scaling.
    applicationautoscaling: aws_sdk_applicationautoscaling;
    /// Bedrock, of which the customization and the deployment of models are used.
    bedrock: aws_sdk_bedrock;
    /// Budgets.
    budgets: aws_sdk_budgets;
    /// Cloud Control, which manages resources of many services.
    cloudcontrol: aws_sdk_cloudcontrol;
    /// CloudWatch metrics, alarms and dashboards.
    cloudwatch: aws_sdk_cloudwatch;
    /// CloudWatch Logs.
    cloudwatchlogs: aws_sdk_cloudwatchlogs;
    /// Cost Explorer, of which one call is used.
    costexplorer: aws_sdk_costexplorer;
    /// EC2, of which the networking part is used.
    ec2: aws_sdk_ec2;
    /// ECR, of which images are looked for.
    ecr: aws_sdk_ecr;
    /// IAM.
    iam: aws_sdk_iam;
    /// KMS, which encrypts state and data.
    kms: aws_sdk_kms;
    /// The Price List API, which has endpoints in few regions.
    pricing: aws_sdk_pricing;
    /// The Resource Groups Tagging API, which finds tagged resources of all services.
    resourcegroupstagging: aws_sdk_resourcegroupstagging;
    /// S3.
    s3: aws_sdk_s3, |aws, config| config.force_path_style(aws.path_style);
    /// SageMaker.
    sagemaker: aws_sdk_sagemaker;
    /// The runtime of SageMaker, which invokes endpoints. A call may cost a minute of a GPU and is sent once; a model may take 60 seconds to
    /// answer, for which the API's reference asks for 70, and a response that is streamed may pause.
    sagemakerruntime: aws_sdk_sagemakerruntime, |_aws, config| config
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(5))
                .operation_attempt_timeout(ANSWERED_WITHIN)
                .operation_timeout(ANSWERED_WITHIN)
                .build(),
        )
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    /// Secrets Manager.
    secretsmanager: aws_sdk_secretsmanager;
    /// Service Quotas, of which quotas are read.
    servicequotas: aws_sdk_servicequotas;
    /// SNS.
    sns: aws_sdk_sns;
    /// STS.
    sts: aws_sdk_sts;
}

impl Aws {
    /// Clients of one configuration. `path_style` is for S3 behind an endpoint that has no host name for each bucket.
    pub fn new(config: SdkConfig, path_style: bool) -> Self {
        match config.credentials_provider() {
            Some(provider) if is_redacting() => {
                let provider = SharedCredentialsProvider::new(Registered(provider));
                Self::with(config.to_builder().credentials_provider(provider).build(), path_style)
            }
            _ => Self::with(config, path_style),
        }
    }

    /// Returns the same clients for another region.
    pub fn in_region(&self, region: &str) -> Self {
        let region = aws_config::Region::new(region.to_owned());
        let other = Self::with(self.config.to_builder().region(region).build(), self.path_style);
        Self { clock: Arc::clone(&self.clock), ..other }
    }

    /// Returns the same clients, whose calls to Cloud Control keep one pace with those of all such clients of this process: AWS
    /// counts them by account and region.
    #[must_use]
    pub fn with_shared_pace(self) -> Self {
        Self { cloud_control: Memory::of_region(self.region()), ..self }
    }

    /// Returns the same clients with another clock than that of the system.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Returns the present, by the clock of the cloud.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Returns what the calls to Cloud Control share.
    pub(crate) fn cloud_control_memory(&self) -> &Memory {
        &self.cloud_control
    }

    /// Returns what is known of the owners of resources without a name and tags.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the region, e.g. `eu-west-1`.
    pub fn region(&self) -> &str {
        self.config.region().map_or("", aws_config::Region::as_ref)
    }
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws").field("region", &self.region()).finish_non_exhaustive()
    }
}
