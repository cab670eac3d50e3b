//! Changing and deleting feature groups.

use std::time::Duration;

use serde_json::{Value, json};

use super::feature_record::{FeatureGroup, Step};
use super::feature_rules;
use super::kind::FEATURE_GROUP;
use super::store::Record;
use super::transition::Transition;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// "You can switch a feature group to on-demand only once in a 24 hour period" (service model, `ThroughputConfig`).
const BETWEEN_SWITCHES: Duration = Duration::from_hours(24);

/// UpdateFeatureGroup: one of its three parameters at a time, says the service model.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut group = FeatureGroup::find(context, &FEATURE_GROUP.named(context, input))?;
    // "You cannot update a feature group's throughput while another update is in progress" (service model). Of the other
    // parameters AWS does not say so; this cloud is as strict with them.
    if group.transition.is_some() {
        let name = &group.feature_group_name;
        return Err(invalid(format!("Another operation on the feature group {name} is in progress.")));
    }
    let mut members = group.members.clone();
    let given: Vec<&str> = ["FeatureAdditions", "OnlineStoreConfig", "ThroughputConfig"]
        .into_iter()
        .filter(|member| !input[*member].is_null())
        .collect();
    match given.as_slice() {
        ["FeatureAdditions"] => add_features(&input["FeatureAdditions"], &mut members)?,
        ["OnlineStoreConfig"] => change_online_store(&input["OnlineStoreConfig"], &mut members)?,
        ["ThroughputConfig"] => {
            feature_rules::check_throughput(&input["ThroughputConfig"], &members)?;
            switch(&input["ThroughputConfig"], &mut group, context)?;
            members["ThroughputConfig"] = input["ThroughputConfig"].clone();
        }
        [] => return Err(invalid("UpdateFeatureGroup needs FeatureAdditions, OnlineStoreConfig or ThroughputConfig.")),
        _ => return Err(invalid("UpdateFeatureGroup takes one of its request parameters at a time.")),
    }
    group.modified_ms = context.now_ms;
    group.transition =
        Some(Transition::begin(context, context.durations.feature_group_change, Step::Update(Box::new(members))));
    group.save(context)?;
    Ok(json!({ "FeatureGroupArn": FEATURE_GROUP.arn(context, &group.feature_group_name) }))
}

fn add_features(additions: &Value, members: &mut Value) -> Result<(), Fault> {
    let mut definitions = members["FeatureDefinitions"].as_array().cloned().unwrap_or_default();
    definitions.extend(additions.as_array().into_iter().flatten().cloned());
    feature_rules::check_features(&definitions, members)?;
    members["FeatureDefinitions"] = json!(definitions);
    Ok(())
}

/// "To remove the default TtlDuration from an existing feature group, use the UpdateFeatureGroup API and set the TtlDuration Unit
/// and Value to null"; a storage type can be changed from Standard to Standard_V2 alone (service model).
fn change_online_store(change: &Value, members: &mut Value) -> Result<(), Fault> {
    if members["OnlineStoreConfig"]["EnableOnlineStore"] != true {
        return Err(invalid("The feature group has no online store."));
    }
    if let Some(to) = change["StorageType"].as_str() {
        let from = members["OnlineStoreConfig"]["StorageType"].as_str().unwrap_or("Standard");
        if (from, to) != ("Standard", "Standard_V2") {
            return Err(invalid(format!("The storage type cannot be changed from {from} to {to}.")));
        }
        members["OnlineStoreConfig"]["StorageType"] = json!(to);
    }
    match &change["TtlDuration"] {
        Value::Null => {}
        lifetime if text(lifetime, "Unit").is_empty() => {
            if let Some(online) = members["OnlineStoreConfig"].as_object_mut() {
                online.remove("TtlDuration");
            }
        }
        lifetime => members["OnlineStoreConfig"]["TtlDuration"] = lifetime.clone(),
    }
    Ok(())
}

/// Notes a switch to on demand, or refuses the second one of a day. AWS's words are not known; the code is the one that the service
/// model has for a limit.
fn switch(to: &Value, group: &mut FeatureGroup, context: &CallContext<'_>) -> Result<(), Fault> {
    let was_on_demand = group.members["ThroughputConfig"]["ThroughputMode"] == "OnDemand";
    if to["ThroughputMode"] != "OnDemand" || was_on_demand {
        return Ok(());
    }
    let between_ms = milliseconds(BETWEEN_SWITCHES);
    if group.on_demand_ms.is_some_and(|last_ms| context.now_ms < last_ms.saturating_add(between_ms)) {
        let message = "You can switch a feature group to on-demand only once in a 24 hour period.";
        return Err(Fault::new("ResourceLimitExceeded", message));
    }
    group.on_demand_ms = Some(context.now_ms);
    Ok(())
}

/// DeleteFeatureGroup. The bucket of an offline store keeps its objects ("Data written into the OfflineStore will not be
/// deleted"). While another operation is under way it is refused here; AWS does not say what it does then.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut group = FeatureGroup::find(context, &FEATURE_GROUP.named(context, input))?;
    match group.transition.as_ref().map(|transition| &transition.step) {
        Some(Step::Delete) => return Ok(json!({})),
        Some(Step::Create | Step::Update(_)) => {
            let name = &group.feature_group_name;
            return Err(invalid(format!("Another operation on the feature group {name} is in progress.")));
        }
        None => {}
    }
    group.modified_ms = context.now_ms;
    group.transition = Some(Transition::begin(context, context.durations.feature_group_change, Step::Delete));
    group.save(context)?;
    Ok(json!({}))
}
