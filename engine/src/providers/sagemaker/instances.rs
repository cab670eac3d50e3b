//! The instances of endpoints, as they are billed.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{EndpointStatus, ProductionVariantSummary};

use super::fleet::is_managed;
use crate::sdk::{Aws, CallName, Error, OptionalCall};

/// Counts the instances of endpoints, by name and variant. An endpoint that comes up, goes, or failed is left out.
pub(super) async fn instances(aws: &Aws, names: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, f64>>, Error> {
    let mut counted = BTreeMap::new();
    for name in names {
        let describe = aws.sagemaker().describe_endpoint().endpoint_name(*name);
        let Some(found) = describe.send().await.named("sagemaker:DescribeEndpoint").optional()? else { continue };
        if let Some(variants) = variants(&found) {
            counted.insert((*name).to_owned(), variants);
        }
    }
    Ok(counted)
}

fn variants(endpoint: &DescribeEndpointOutput) -> Option<BTreeMap<String, f64>> {
    let changes = match endpoint.endpoint_status()? {
        EndpointStatus::InService | EndpointStatus::SystemUpdating => false,
        // Two fleets are there at once while another configuration is rolled out.
        EndpointStatus::Updating if endpoint.pending_deployment_summary().is_none() => true,
        _ => return None,
    };
    let shadows = endpoint.shadow_production_variants();
    let all = endpoint.production_variants().iter().chain(shadows);
    Some(all.filter_map(|variant| Some((variant.variant_name()?.to_owned(), count(variant, changes)?))).collect())
}

/// Returns the number of instances of a variant. Those that come bill from the beginning of the change, those that go until its
/// end. Managed scaling changes the number of an endpoint that is in service. A serverless variant has none.
fn count(variant: &ProductionVariantSummary, changes: bool) -> Option<f64> {
    let is_serverless = variant.current_serverless_config().is_some() || variant.desired_serverless_config().is_some();
    let current = variant.current_instance_count().filter(|_| !is_serverless)?;
    let desired = variant.desired_instance_count().filter(|_| changes || is_managed(variant)).unwrap_or(current);
    Some(f64::from(current.max(desired)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(status: &str, current: i32, desired: i32) -> DescribeEndpointOutput {
        let variant = ProductionVariantSummary::builder().variant_name("v");
        let variant = variant.current_instance_count(current).desired_instance_count(desired).build();
        DescribeEndpointOutput::builder().set_endpoint_status(Some(status.into())).production_variants(variant).build()
    }

    #[test]
    fn instances_that_come_and_go_are_there() {
        let of = |status, current, desired| variants(&endpoint(status, current, desired)).map(|found| found["v"]);
        assert_eq!(of("InService", 2, 2), Some(2.0));
        assert_eq!(of("Updating", 2, 4), Some(4.0));
        assert_eq!(of("Updating", 4, 2), Some(4.0));
        for status in ["Creating", "Deleting", "Failed", "RollingBack"] {
            assert_eq!(of(status, 2, 2), None, "{status}");
        }
    }
}
