//! The move of an endpoint to another configuration, which keeps the capacity that auto scaling set.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    DesiredWeightAndCapacity, EndpointStatus, ProductionVariantSummary, VariantProperty, VariantPropertyType,
};
use tracing::warn;

use super::deployment::deployment_to_sdk;
use super::fleet::{Fleet, fleet};
use crate::providers::autoscaling::PauseSnapshot;
use crate::sdk::{CallName, Context, Error, ErrorKind};
use ebbtide::aws::autoscaling::variant_resource;
use ebbtide::aws::sagemaker::{Deployment, Endpoint};
use ebbtide::resource::Resolved;

/// The differences between two configurations that matter for an endpoint's retained properties.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Differences {
    /// Variants with another instance type.
    instance_types: Vec<String>,
    /// Variants with another initial number of instances.
    counts: Vec<String>,
    /// Whether any variant has another initial weight.
    weights: bool,
    /// Variants that the new configuration does not have.
    removed: Vec<String>,
    /// Whether the new configuration has variants that the old one does not.
    added: bool,
}

/// The end of a split of traffic: the variants that stay get none of it now, and take it over from those that go.
#[derive(Debug, PartialEq)]
pub(super) struct Takeover {
    /// The variants that stay.
    pub(super) variants: Vec<String>,
    /// The most instances of a variant that goes.
    pub(super) instances: Option<i32>,
}

impl Differences {
    /// Reads both configurations and compares them.
    pub(super) async fn between(context: &Context, from: &str, to: &str) -> Result<Self, Error> {
        let old = fleet(context, from).await?.unwrap_or_default();
        let Some(new) = fleet(context, to).await? else {
            let message = format!("the endpoint configuration {to} does not exist (yet)");
            return Err(Error::new(ErrorKind::NotYet, message));
        };
        Ok(compare(&old, &new))
    }

    /// Returns whether SageMaker refuses the update as long as the variant is under auto scaling: one that is removed, or
    /// gets another instance type.
    pub(super) fn needs_scaling_off(&self, variant: &str) -> bool {
        self.instance_types.iter().chain(&self.removed).any(|name| name == variant)
    }

    /// Returns the takeover that an update with these differences is, if it is one.
    pub(super) fn takeover(&self, endpoint: &DescribeEndpointOutput) -> Option<Takeover> {
        let goes = |variant: &&ProductionVariantSummary| {
            variant.variant_name().is_some_and(|name| self.removed.iter().any(|removed| removed == name))
        };
        let (going, staying): (Vec<_>, Vec<_>) = endpoint.production_variants().iter().partition(goes);
        let serves = |variants: &[&ProductionVariantSummary]| {
            variants
                .iter()
                .any(|variant| variant.desired_weight().or(variant.current_weight()).unwrap_or_default() > 0.0)
        };
        let variants = staying.iter().filter_map(|variant| variant.variant_name.clone()).collect();
        let instances = going.iter().filter_map(|variant| variant.desired_instance_count()).max();
        (serves(&going) && !serves(&staying)).then_some(Takeover { variants, instances })
    }

    /// Returns whether both configurations have the same variants, by name.
    fn has_same_variants(&self) -> bool {
        self.removed.is_empty() && !self.added
    }
}

/// The auto scaling of a variant that a rollout takes off before the update.
struct DetachedScaling {
    resource: String,
    snapshot: PauseSnapshot,
    /// Whether the new configuration has the variant too.
    variant_stays: bool,
}

/// Asks SageMaker to move an endpoint from configuration `from` to the one of `to`.
///
/// The endpoint retains its capacity, except where the new configuration changes it on purpose. SageMaker refuses to
/// change the instance type of a variant under auto scaling, or to remove one: its scaling is taken off before the
/// update, and put back afterwards if the variant stays. It is in the state that was recorded before the update, so that
/// nothing is lost if this is cut off.
///
/// Where variants that had no traffic take all of it over from those that go, as at the end of a roll-out, they get the weights of the
/// new configuration instead of their own, and as many instances before the update.
pub(super) async fn roll_out(context: &Context, name: &str, from: &str, to: &Endpoint<Resolved>) -> Result<(), Error> {
    let differences = Differences::between(context, from, to.config.as_str()).await?;
    let scalings = scalings_in_the_way(context, name, &differences).await?;
    let takeover = if differences.removed.is_empty() { None } else { takeover(context, name, &differences).await? };
    let excluded = excluded_properties(context, name, &differences, takeover.is_some()).await?;
    if !scalings.is_empty() {
        // An endpoint in a transition refuses the update, and its scaling would be taken off and put back in vain.
        check_in_service(context, name).await?;
    }
    for scaling in &scalings {
        PauseSnapshot::deregister(context, &scaling.resource).await?;
    }
    // "Your new endpoint configuration must have the same variant name as the old endpoint configuration" (Exclusions of deployment
    // guardrails): with other variants, the deployment is AWS's own, which moves all at once once the new fleet is up.
    let deployment = to.deployment.as_ref().filter(|_| differences.has_same_variants());
    let updated = update(context, (name, deployment), from, to, excluded).await;
    // A refused update leaves all variants as they were, so the scaling of a variant to remove is put back as well.
    for scaling in &scalings {
        if scaling.variant_stays || updated.is_err() {
            let back = scaling.snapshot.put_back(context, &scaling.resource).await;
            if updated.is_err() {
                back?;
            } else if let Err(error) = back {
                warn!(resource = scaling.resource, %error, "its scaling is put back once the endpoint is in service");
            }
        }
    }
    updated
}

async fn check_in_service(context: &Context, name: &str) -> Result<(), Error> {
    let describe = context.aws.sagemaker().describe_endpoint().endpoint_name(name);
    let found = describe.send().await.named("sagemaker:DescribeEndpoint")?;
    match found.endpoint_status() {
        Some(EndpointStatus::InService) => Ok(()),
        status => {
            let status = status.map_or("unknown", EndpointStatus::as_str);
            Err(Error::new(ErrorKind::Busy, format!("the endpoint {name} cannot be updated while it is {status}")))
        }
    }
}

async fn scalings_in_the_way(
    context: &Context,
    name: &str,
    differences: &Differences,
) -> Result<Vec<DetachedScaling>, Error> {
    let staying = differences.instance_types.iter().map(|variant| (variant, true));
    let removed = differences.removed.iter().map(|variant| (variant, false));
    let mut scalings = Vec::new();
    for (variant, variant_stays) in staying.chain(removed) {
        let resource = variant_resource(name, variant);
        if let Some(snapshot) = PauseSnapshot::take(context, &resource).await? {
            scalings.push(DetachedScaling { resource, snapshot, variant_stays });
        }
    }
    Ok(scalings)
}

/// Returns the takeover that an update is, if it is one. Before that, the variants that stay have to have as many instances as those
/// that go: they are asked for, and the update waits.
async fn takeover(context: &Context, name: &str, differences: &Differences) -> Result<Option<Takeover>, Error> {
    let sagemaker = context.aws.sagemaker();
    let found = sagemaker.describe_endpoint().endpoint_name(name).send().await.named("sagemaker:DescribeEndpoint")?;
    let Some(takeover) = differences.takeover(&found) else { return Ok(None) };
    let too_small = found.production_variants().iter().find(|variant| {
        let stays = variant.variant_name().is_some_and(|name| takeover.variants.iter().any(|one| one == name));
        stays && variant.desired_instance_count().is_some() && variant.desired_instance_count() < takeover.instances
    });
    let Some(variant) = too_small else { return Ok(Some(takeover)) };
    // AWS changes the capacity of one variant in a call.
    let change = DesiredWeightAndCapacity::builder()
        .set_variant_name(variant.variant_name.clone())
        .set_desired_instance_count(takeover.instances)
        .build();
    let raise = sagemaker.update_endpoint_weights_and_capacities().endpoint_name(name);
    raise.desired_weights_and_capacities(change).send().await.named("sagemaker:UpdateEndpointWeightsAndCapacities")?;
    let variant = variant.variant_name().unwrap_or_default();
    Err(Error::new(ErrorKind::Busy, format!("variant {variant} of {name} gets the instances to take over all traffic")))
}

async fn update(
    context: &Context,
    (name, deployment): (&str, Option<&Deployment<Resolved>>),
    from: &str,
    to: &Endpoint<Resolved>,
    excluded: Vec<VariantPropertyType>,
) -> Result<(), Error> {
    let excluded =
        excluded.into_iter().map(|property| VariantProperty::builder().variant_property_type(property).build());
    let request = context
        .aws
        .sagemaker()
        .update_endpoint()
        .endpoint_name(name)
        .endpoint_config_name(to.config.as_str())
        .retain_all_variant_properties(true)
        .set_exclude_retained_variant_properties(Some(excluded.collect()))
        .set_deployment_config(deployment.map(deployment_to_sdk));
    let updated = request.send().await.named("sagemaker:UpdateEndpoint").map(drop);
    updated.map_err(|error| explain(error, from, to.config.as_str()))
}

/// Explains a configuration that SageMaker cannot find: the new one may not be visible everywhere yet, the one that the
/// endpoint runs was deleted.
fn explain(error: Error, from: &str, to: &str) -> Error {
    let misses = |config: &str| error.kind == ErrorKind::NotFound && error.message.contains(config);
    if misses(to) {
        error.as_kind(ErrorKind::NotYet)
    } else if misses(from) {
        let hint = format!(
            "the configuration {from}, which the endpoint runs, was deleted, so SageMaker cannot update it: delete the \
             endpoint, then run the same command, which creates it again"
        );
        error.as_kind(ErrorKind::Invalid).hint(hint)
    } else {
        error
    }
}

/// Returns the properties that the endpoint must take from the new configuration. A changed number of instances counts only
/// if auto scaling does not set the number. Data capture is none of them: the API's model has it as "not currently supported".
async fn excluded_properties(
    context: &Context,
    name: &str,
    differences: &Differences,
    is_takeover: bool,
) -> Result<Vec<VariantPropertyType>, Error> {
    let mut excluded = Vec::new();
    let mut counts = false;
    for variant in &differences.counts {
        counts = counts || !PauseSnapshot::is_registered(context, &variant_resource(name, variant)).await?;
    }
    if counts {
        excluded.push(VariantPropertyType::DesiredInstanceCount);
    }
    if differences.weights || is_takeover {
        excluded.push(VariantPropertyType::DesiredWeight);
    }
    Ok(excluded)
}

fn compare(old: &Fleet, new: &Fleet) -> Differences {
    let added = new.keys().any(|name| !old.contains_key(name));
    let mut differences = Differences { added, ..Differences::default() };
    for (name, before) in old {
        let Some(after) = new.get(name) else {
            differences.removed.push(name.clone());
            continue;
        };
        if before.instance_type != after.instance_type {
            differences.instance_types.push(name.clone());
        }
        if before.count != after.count {
            differences.counts.push(name.clone());
        }
        differences.weights |= before.weight != after.weight;
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::sagemaker::fleet::InitialVariant;

    fn fleet_of(variants: &[(&str, &str, i32, f32)]) -> Fleet {
        let initial = |(name, instance_type, count, weight): &(&str, &str, i32, f32)| {
            let (instance_type, count, weight) = (Some((*instance_type).to_owned()), Some(*count), Some(*weight));
            ((*name).to_owned(), InitialVariant { instance_type, count, weight, concurrency: None })
        };
        variants.iter().map(initial).collect()
    }

    #[test]
    fn configurations_are_compared_variant_by_variant() {
        let old = fleet_of(&[("a", "ml.g5.xlarge", 1, 1.0), ("b", "ml.g5.xlarge", 1, 1.0)]);
        assert_eq!(compare(&old, &old), Differences::default());
        let new = fleet_of(&[("a", "ml.g5.2xlarge", 2, 1.0), ("c", "ml.g5.xlarge", 1, 1.0)]);
        let expected = Differences {
            instance_types: vec!["a".into()],
            counts: vec!["a".into()],
            weights: false,
            removed: vec!["b".into()],
            added: true,
        };
        assert_eq!(compare(&old, &new), expected);
        let shifted = fleet_of(&[("a", "ml.g5.xlarge", 1, 0.9), ("b", "ml.g5.xlarge", 1, 0.1)]);
        assert_eq!(compare(&old, &shifted), Differences { weights: true, ..Differences::default() });
    }
}
