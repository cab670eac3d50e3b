//! Moving an endpoint to another configuration without losing what auto scaling has made of it.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::{ProductionVariant, VariantProperty, VariantPropertyType};

use super::Endpoint;
use crate::aws::autoscaling::{Snapshot, variant_resource};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::Resolved;

/// What a configuration starts each variant with, by its name.
type Fleet = BTreeMap<String, Start>;

#[derive(Clone, Debug, PartialEq)]
struct Start {
    instance_type: Option<String>,
    count: Option<i32>,
    weight: Option<f32>,
}

/// How one configuration differs from another, as far as an endpoint's retained properties go: names of variants.
#[derive(Debug, Default, PartialEq)]
struct Differences {
    other_type: Vec<String>,
    other_count: Vec<String>,
    other_weight: bool,
    gone: Vec<String>,
}

/// Asks SageMaker to move an endpoint from configuration `from` to what `to` says.
///
/// The endpoint retains the capacity it has, except where the new configuration asks for another on purpose. A variant
/// that auto scaling controls can neither change its instance type nor go: its scaling is taken off meanwhile, and put
/// back where the variant stays.
pub(super) async fn roll_out(context: &Context, name: &str, from: &str, to: &Endpoint<Resolved>) -> Result<(), Error> {
    let old = fleet(context, from).await?.unwrap_or_default();
    let Some(new) = fleet(context, to.config.as_str()).await? else {
        let message = format!("the endpoint configuration {} is not there (yet)", to.config);
        return Err(Error::new(ErrorKind::NotYet, message));
    };
    let differences = compare(&old, &new);
    let mut taken = Vec::new();
    for (variant, stays) in
        differences.other_type.iter().map(|v| (v, true)).chain(differences.gone.iter().map(|v| (v, false)))
    {
        let resource = variant_resource(name, variant);
        if let Some(snapshot) = Snapshot::take(context, &resource).await? {
            taken.push((resource, snapshot, stays));
        }
    }
    let excluded = excluded(context, name, &differences).await?;
    for (resource, _, _) in &taken {
        Snapshot::deregister(context, resource).await?;
    }
    let updated = update(context, name, from, to, excluded).await;
    // A refused update leaves everything as it was, the scaling of what was to go included.
    for (resource, snapshot, stays) in &taken {
        if *stays || updated.is_err() {
            snapshot.put_back(context, resource).await?;
        }
    }
    updated
}

async fn update(
    context: &Context,
    name: &str,
    from: &str,
    to: &Endpoint<Resolved>,
    excluded: Vec<VariantPropertyType>,
) -> Result<(), Error> {
    let excluded = excluded.into_iter().map(|kind| VariantProperty::builder().variant_property_type(kind).build());
    let request = context
        .aws
        .sagemaker()
        .update_endpoint()
        .endpoint_name(name)
        .endpoint_config_name(to.config.as_str())
        .retain_all_variant_properties(true)
        .set_exclude_retained_variant_properties(Some(excluded.collect()))
        .set_deployment_config(to.deployment.as_ref().map(super::Deployment::to_sdk));
    let updated = request.send().await.named("sagemaker:UpdateEndpoint").map(drop);
    updated.map_err(|error| explained(error, from, to.config.as_str()))
}

/// SageMaker may not see a configuration everywhere that was just created; one that it runs and cannot find was deleted.
fn explained(error: Error, from: &str, to: &str) -> Error {
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

/// What the endpoint must not retain. What it captures is always as the new configuration says. A number of instances
/// that was changed on purpose counts only where auto scaling does not set it.
async fn excluded(context: &Context, name: &str, differences: &Differences) -> Result<Vec<VariantPropertyType>, Error> {
    let mut excluded = vec![VariantPropertyType::DataCaptureConfig];
    let mut counts = !differences.other_type.is_empty();
    for variant in &differences.other_count {
        counts = counts || !Snapshot::is_registered(context, &variant_resource(name, variant)).await?;
    }
    if counts {
        excluded.push(VariantPropertyType::DesiredInstanceCount);
    }
    if differences.other_weight {
        excluded.push(VariantPropertyType::DesiredWeight);
    }
    Ok(excluded)
}

async fn fleet(context: &Context, config: &str) -> Result<Option<Fleet>, Error> {
    let describe = context.aws.sagemaker().describe_endpoint_config().endpoint_config_name(config);
    let found = describe.send().await.named("sagemaker:DescribeEndpointConfig").optional()?;
    let start = |variant: &ProductionVariant| Start {
        instance_type: variant.instance_type().map(|kind| kind.as_str().to_owned()),
        count: variant.initial_instance_count(),
        weight: variant.initial_variant_weight(),
    };
    let named = |variant: &ProductionVariant| (variant.variant_name().unwrap_or_default().to_owned(), start(variant));
    Ok(found.map(|found| found.production_variants().iter().map(named).collect()))
}

fn compare(old: &Fleet, new: &Fleet) -> Differences {
    let mut differences = Differences::default();
    for (name, was) in old {
        let Some(is) = new.get(name) else {
            differences.gone.push(name.clone());
            continue;
        };
        if was.instance_type != is.instance_type {
            differences.other_type.push(name.clone());
        }
        if was.count != is.count {
            differences.other_count.push(name.clone());
        }
        differences.other_weight |= was.weight != is.weight;
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(kind: &str, count: i32, weight: f32) -> Start {
        Start { instance_type: Some(kind.to_owned()), count: Some(count), weight: Some(weight) }
    }

    fn fleet_of(variants: &[(&str, Start)]) -> Fleet {
        variants.iter().map(|(name, start)| ((*name).to_owned(), start.clone())).collect()
    }

    #[test]
    fn configurations_are_compared_variant_by_variant() {
        let old = fleet_of(&[("a", start("ml.g5.xlarge", 1, 1.0)), ("b", start("ml.g5.xlarge", 1, 1.0))]);
        assert_eq!(compare(&old, &old), Differences::default());
        let new = fleet_of(&[("a", start("ml.g5.2xlarge", 2, 1.0)), ("c", start("ml.g5.xlarge", 1, 1.0))]);
        let expected = Differences {
            other_type: vec!["a".into()],
            other_count: vec!["a".into()],
            other_weight: false,
            gone: vec!["b".into()],
        };
        assert_eq!(compare(&old, &new), expected);
        let shifted = fleet_of(&[("a", start("ml.g5.xlarge", 1, 0.9)), ("b", start("ml.g5.xlarge", 1, 0.1))]);
        assert_eq!(compare(&old, &shifted), Differences { other_weight: true, ..Differences::default() });
    }
}
