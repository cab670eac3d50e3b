//! Changes of feature groups: AWS makes one at a time, and each takes a while.

use aws_sdk_sagemaker::operation::update_feature_group::builders::UpdateFeatureGroupFluentBuilder;
use aws_sdk_sagemaker::types::{OnlineStoreConfigUpdate, ThroughputConfigUpdate, TtlDuration};

use super::feature_values::{feature_to_sdk, lifetime_to_sdk, storage_to_sdk, throughput_to_sdk};
use crate::sdk::{CallName, Context, Error, ErrorKind};
use ebbtide::aws::sagemaker::{Feature, FeatureGroup, OnlineStorage, Throughput};
use ebbtide::resource::Resolved;

/// The most features that one call can add.
const MOST_AT_ONCE: usize = 100;

/// Sends the next call that brings a group from its live state to other inputs, and returns whether another one is needed then.
pub(super) async fn step(
    context: &Context,
    id: &str,
    live: &FeatureGroup<Resolved>,
    to: &FeatureGroup<Resolved>,
) -> Result<bool, Error> {
    check_possible(live, to)?;
    let added: Vec<&Feature> = to.features.iter().filter(|feature| !live.features.contains(feature)).collect();
    let online = live.storage != to.storage || live.lifetime != to.lifetime;
    let throughput = live.throughput != to.throughput;
    let calls = added.len().div_ceil(MOST_AT_ONCE) + usize::from(online) + usize::from(throughput);
    let update = context.aws.sagemaker().update_feature_group().feature_group_name(id);
    if !added.is_empty() {
        let next = added.into_iter().take(MOST_AT_ONCE).map(feature_to_sdk).collect();
        send(update.set_feature_additions(Some(next))).await?;
    } else if online {
        let storage = (live.storage != to.storage).then(|| storage_to_sdk(to.storage));
        // "To remove the default TtlDuration […] set the TtlDuration Unit and Value to null" (service model).
        let lifetime = to.lifetime.map_or_else(|| TtlDuration::builder().build(), lifetime_to_sdk);
        let lifetime = (live.lifetime != to.lifetime).then_some(lifetime);
        let change = OnlineStoreConfigUpdate::builder().set_storage_type(storage).set_ttl_duration(lifetime).build();
        send(update.online_store_config(change)).await?;
    } else if throughput {
        let (mode, reads, writes) = throughput_to_sdk(to.throughput, to.online_store.is_some());
        let change = ThroughputConfigUpdate::builder()
            .throughput_mode(mode)
            .set_provisioned_read_capacity_units(reads)
            .set_provisioned_write_capacity_units(writes)
            .build();
        send(update.throughput_config(change)).await.map_err(|error| explain_switch(error, to.throughput))?;
    }
    Ok(calls > 1)
}

async fn send(update: UpdateFeatureGroupFluentBuilder) -> Result<(), Error> {
    update.send().await.named("sagemaker:UpdateFeatureGroup").map(drop)
}

/// Checks a change against what AWS can do with a group: add features, and move from the first tier to the second.
pub(super) fn check_possible(from: &FeatureGroup<Resolved>, to: &FeatureGroup<Resolved>) -> Result<(), Error> {
    let lost: Vec<&str> =
        from.features.iter().filter(|feature| !to.features.contains(feature)).map(|feature| &*feature.name).collect();
    let hint = "keep it as it is, or give the group another `name` to have it replaced; its records stay behind";
    if !lost.is_empty() {
        let message =
            format!("AWS can add features to a group, and neither remove nor change one: {}", lost.join(", "));
        return Err(Error::invalid(message).hint(hint));
    }
    let moves = (from.storage, to.storage);
    if moves.0 != moves.1 && moves != (OnlineStorage::Standard, OnlineStorage::StandardV2) {
        let message = format!("AWS cannot change the storage of a group from {:?} to {:?}", moves.0, moves.1);
        return Err(Error::invalid(message).hint(hint));
    }
    Ok(())
}

/// Explains a refused switch to on demand. "You can switch a feature group to on-demand only once in a 24 hour period" (service
/// model); AWS's words for the refusal are not documented.
fn explain_switch(error: Error, to: Throughput) -> Error {
    let may_be_limit = error.is_code("ResourceLimitExceeded") || error.is_code("ValidationException");
    if to != Throughput::OnDemand || !may_be_limit || error.kind.passes() {
        return error;
    }
    error.as_kind(ErrorKind::Quota).hint(
        "AWS switches a feature group to on demand once in 24 hours, and its capacity is billed until then: run the same command \
         again later, or declare `keep_capacity_while_paused`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_switch_to_on_demand_is_explained_and_other_refusals_are_not() {
        let refused = |code: &str| Error { code: Some(code.to_owned()), ..Error::invalid("no") };
        let explained = |error, to| explain_switch(error, to).hint.is_some();
        let provisioned = Throughput::Provisioned { read_units: 1, write_units: 1 };
        assert!(explained(refused("ResourceLimitExceeded"), Throughput::OnDemand));
        assert!(explained(refused("ValidationException"), Throughput::OnDemand));
        assert!(!explained(refused("ResourceLimitExceeded"), provisioned));
        assert!(!explained(refused("ValidationException").as_kind(ErrorKind::Busy), Throughput::OnDemand));
        assert!(!explained(refused("AccessDenied"), Throughput::OnDemand));
    }
}
