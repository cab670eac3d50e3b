//! The clients of the official SDK, each made when it is first asked for.

use std::sync::OnceLock;

use aws_config::SdkConfig;

use crate::sdk::no_retry::Once;

/// Everything that talks to AWS goes through one of these.
pub struct Aws {
    config: SdkConfig,
    path_style: bool,
    applicationautoscaling: OnceLock<aws_sdk_applicationautoscaling::Client>,
    budgets: OnceLock<aws_sdk_budgets::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    cloudwatchlogs: OnceLock<aws_sdk_cloudwatchlogs::Client>,
    ec2: OnceLock<aws_sdk_ec2::Client>,
    iam: OnceLock<aws_sdk_iam::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    sagemaker: OnceLock<aws_sdk_sagemaker::Client>,
    secretsmanager: OnceLock<aws_sdk_secretsmanager::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    sts: OnceLock<aws_sdk_sts::Client>,
}

macro_rules! clients {
    ($($(#[$doc:meta])* $name:ident: $client:ty),* $(,)?) => {
        impl Aws {
            $( $(#[$doc])* pub fn $name(&self) -> &$client {
                self.$name.get_or_init(|| <$client>::new(&self.config))
            } )*
        }
    };
}

clients! {
    /// Application Auto Scaling.
    applicationautoscaling: aws_sdk_applicationautoscaling::Client,
    /// Budgets.
    budgets: aws_sdk_budgets::Client,
    /// CloudWatch metrics, alarms and dashboards.
    cloudwatch: aws_sdk_cloudwatch::Client,
    /// CloudWatch Logs.
    cloudwatchlogs: aws_sdk_cloudwatchlogs::Client,
    /// IAM.
    iam: aws_sdk_iam::Client,
    /// KMS, which seals state.
    kms: aws_sdk_kms::Client,
    /// SageMaker.
    sagemaker: aws_sdk_sagemaker::Client,
    /// Secrets Manager.
    secretsmanager: aws_sdk_secretsmanager::Client,
    /// SNS.
    sns: aws_sdk_sns::Client,
    /// STS.
    sts: aws_sdk_sts::Client,
}

impl Aws {
    /// Clients of one configuration. `path_style` is for S3 behind an endpoint that has no host name for each bucket.
    pub fn new(config: SdkConfig, path_style: bool) -> Self {
        Self {
            config,
            path_style,
            applicationautoscaling: OnceLock::new(),
            budgets: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            cloudwatchlogs: OnceLock::new(),
            ec2: OnceLock::new(),
            iam: OnceLock::new(),
            kms: OnceLock::new(),
            s3: OnceLock::new(),
            sagemaker: OnceLock::new(),
            secretsmanager: OnceLock::new(),
            sns: OnceLock::new(),
            sts: OnceLock::new(),
        }
    }

    /// EC2, of which the networking part is used.
    pub fn ec2(&self) -> &aws_sdk_ec2::Client {
        self.ec2.get_or_init(|| {
            let config = aws_sdk_ec2::config::Builder::from(&self.config).interceptor(Once).build();
            aws_sdk_ec2::Client::from_conf(config)
        })
    }

    /// S3.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.path_style).build();
            aws_sdk_s3::Client::from_conf(config)
        })
    }

    /// The same clients for another region.
    pub fn in_region(&self, region: &str) -> Self {
        let region = aws_config::Region::new(region.to_owned());
        Self::new(self.config.to_builder().region(region).build(), self.path_style)
    }

    /// The region, e.g. `eu-west-1`.
    pub fn region(&self) -> &str {
        self.config.region().map_or("", aws_config::Region::as_ref)
    }
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws").field("region", &self.region()).finish_non_exhaustive()
    }
}
