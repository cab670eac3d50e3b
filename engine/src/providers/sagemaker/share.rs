//! The split of an endpoint's traffic between two variants, by their weights.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{DesiredWeightAndCapacity, EndpointStatus, ProductionVariantSummary};

use crate::sdk::{CallName, Context, Error};

/// Returns the percentage that a variant gets; `None` if the endpoint has no second one. While the endpoint is updated, AWS shows
/// the weight that it is on the way to.
pub(super) fn share(endpoint: &DescribeEndpointOutput, to: Option<&str>) -> Result<Option<f64>, Error> {
    let Some((new, old)) = sides(endpoint, to)? else { return Ok(None) };
    let is_updated = endpoint.endpoint_status() == Some(&EndpointStatus::Updating);
    let weight = |variant: &ProductionVariantSummary| {
        let weight = if is_updated { variant.desired_weight() } else { variant.current_weight() };
        f64::from(weight.or(variant.desired_weight()).unwrap_or_default())
    };
    let (new, old) = (weight(new), weight(old));
    Ok(Some(if new + old > 0.0 { new / (new + old) * 100.0 } else { 0.0 }))
}

/// Gives a variant a percentage, and the other one the rest.
pub(super) async fn set_share(
    context: &Context,
    endpoint: &DescribeEndpointOutput,
    to: Option<&str>,
    percent: u8,
) -> Result<(), Error> {
    let name = endpoint.endpoint_name().unwrap_or_default();
    let Some((new, old)) = sides(endpoint, to)? else {
        return Err(Error::invalid(format!("the endpoint {name} has one variant, and a roll-out needs two")));
    };
    let weights = [(new, percent), (old, 100_u8.saturating_sub(percent))];
    let weights = weights.map(|(variant, weight)| {
        let variant = DesiredWeightAndCapacity::builder().set_variant_name(variant.variant_name.clone());
        variant.desired_weight(f32::from(weight)).build()
    });
    let update = context.aws.sagemaker().update_endpoint_weights_and_capacities().endpoint_name(name);
    let update = update.set_desired_weights_and_capacities(Some(weights.into()));
    update.send().await.named("sagemaker:UpdateEndpointWeightsAndCapacities").map(drop)
}

/// Returns the new variant and the old one; `None` if there is one alone.
fn sides<'a>(
    endpoint: &'a DescribeEndpointOutput,
    to: Option<&str>,
) -> Result<Option<(&'a ProductionVariantSummary, &'a ProductionVariantSummary)>, Error> {
    let variants = endpoint.production_variants();
    if variants.len() < 2 {
        return Ok(None);
    }
    let names: Vec<&str> = variants.iter().filter_map(|variant| variant.variant_name()).collect();
    let listed = names.join(", ");
    let [one, other] = variants else {
        let message = format!("it has {} variants ({listed}), and a roll-out is between two", variants.len());
        return Err(Error::invalid(message));
    };
    match to {
        Some(to) if one.variant_name() == Some(to) => Ok(Some((one, other))),
        Some(to) if other.variant_name() == Some(to) => Ok(Some((other, one))),
        Some(to) => Err(Error::invalid(format!("it has no variant `{to}` (known: {listed})"))),
        None => Err(Error::invalid(format!("which variant is the new side is not said: set `to` to one of {listed}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(status: EndpointStatus, variants: &[(&str, f32, f32)]) -> DescribeEndpointOutput {
        let variant = |(name, current, desired): &(&str, f32, f32)| {
            let variant = ProductionVariantSummary::builder().variant_name(*name);
            variant.current_weight(*current).desired_weight(*desired).build()
        };
        let variants = variants.iter().map(variant).collect();
        DescribeEndpointOutput::builder()
            .endpoint_name("llm")
            .endpoint_arn("arn")
            .creation_time(aws_sdk_sagemaker::primitives::DateTime::from_secs(0))
            .last_modified_time(aws_sdk_sagemaker::primitives::DateTime::from_secs(0))
            .endpoint_status(status)
            .set_production_variants(Some(variants))
            .build()
    }

    #[test]
    fn a_share_follows_from_the_weights() {
        let of = |status, variants: &[_], to| share(&endpoint(status, variants), to).map_err(|error| error.message);
        let two = [("old", 3.0, 1.0), ("new", 1.0, 1.0)];
        assert_eq!(of(EndpointStatus::InService, &two, Some("new")), Ok(Some(25.0)));
        assert_eq!(of(EndpointStatus::Updating, &two, Some("new")), Ok(Some(50.0)));
        assert_eq!(of(EndpointStatus::InService, &two[..1], Some("new")), Ok(None));
        assert_eq!(of(EndpointStatus::InService, &[("a", 0.0, 0.0), ("b", 0.0, 0.0)], Some("a")), Ok(Some(0.0)));
        assert!(of(EndpointStatus::InService, &two, Some("nwe")).unwrap_err().contains("known: old, new"));
        assert!(of(EndpointStatus::InService, &two, None).unwrap_err().contains("set `to` to one of old, new"));
        let three = [("a", 1.0, 1.0), ("b", 1.0, 1.0), ("c", 1.0, 1.0)];
        assert!(of(EndpointStatus::InService, &three, Some("a")).unwrap_err().contains("between two"));
    }
}
