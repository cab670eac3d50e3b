//! The variants of an endpoint configuration, as far as an endpoint can have other values at run time.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::{ManagedInstanceScalingStatus, ProductionVariant, ProductionVariantSummary};
use serde::{Deserialize, Serialize};

use crate::sdk::{CallName, Context, Error, OptionalCall};

/// The initial properties of each variant of a configuration, by its name.
pub(super) type Fleet = BTreeMap<String, InitialVariant>;

/// The initial properties of a variant. Their serialized form is part of pause snapshots.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct InitialVariant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) instance_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<f32>,
    /// The provisioned concurrency and the greatest one, of a serverless variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) concurrency: Option<(Option<i32>, Option<i32>)>,
}

impl InitialVariant {
    fn of(variant: &ProductionVariant) -> Self {
        Self {
            instance_type: variant.instance_type().map(|name| name.as_str().to_owned()),
            count: variant.initial_instance_count(),
            weight: variant.initial_variant_weight(),
            concurrency: variant
                .serverless_config()
                .map(|serverless| (serverless.provisioned_concurrency(), serverless.max_concurrency())),
        }
    }

    /// Returns the number of requests that a serverless variant serves at once.
    pub(super) fn max_concurrency(&self) -> Option<i32> {
        self.concurrency.and_then(|(_, most)| most)
    }
}

/// Returns whether SageMaker sets the number of a variant's instances itself: it follows the copies of inference components.
pub(super) fn is_managed(variant: &ProductionVariantSummary) -> bool {
    let status = variant.managed_instance_scaling().and_then(|scaling| scaling.status());
    status == Some(&ManagedInstanceScalingStatus::Enabled)
}

/// Reads the variants of a configuration; `None` if it does not exist.
pub(super) async fn fleet(context: &Context, config: &str) -> Result<Option<Fleet>, Error> {
    let describe = context.aws.sagemaker().describe_endpoint_config().endpoint_config_name(config);
    let found = describe.send().await.named("sagemaker:DescribeEndpointConfig").optional()?;
    let named = |variant: &ProductionVariant| {
        (variant.variant_name().unwrap_or_default().to_owned(), InitialVariant::of(variant))
    };
    Ok(found.map(|found| found.production_variants().iter().map(named).collect()))
}
