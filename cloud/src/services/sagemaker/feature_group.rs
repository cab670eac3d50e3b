//! Feature groups: created, described, listed. Their records are another service's, which this cloud does not have.

use serde_json::{Value, json};

use super::feature_record::{FeatureGroup, Step};
use super::kind::FEATURE_GROUP;
use super::listing::{self, Item};
use super::store::Record;
use super::transition::Transition;
use super::{feature_rules, model, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// CreateFeatureGroup.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, FEATURE_GROUP.name_field);
    FEATURE_GROUP.check_free(context, name)?;
    feature_rules::check(input, context)?;
    let arn = FEATURE_GROUP.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    let mut members = model::kept(input, context.now_ms);
    fill_in(&mut members, name, context);
    let group = FeatureGroup {
        feature_group_name: name.to_owned(),
        created_ms: context.now_ms,
        modified_ms: context.now_ms,
        failure_reason: failure(input),
        updated: false,
        on_demand_ms: None,
        transition: Some(Transition::begin(context, context.durations.feature_group_change, Step::Create)),
        members,
    };
    group.save(context)?;
    Ok(json!({ "FeatureGroupArn": arn }))
}

/// Simulates failures, as for endpoints: an offline store with `fail` in its location is not set up.
fn failure(input: &Value) -> Option<String> {
    let uri = text(&input["OfflineStoreConfig"]["S3StorageConfig"], "S3Uri");
    uri.contains("fail").then(|| format!("The offline store could not be created at {uri}."))
}

/// Adds what AWS computes: Terraform's provider has the path of the offline store, its catalog and the throughput as computed. The
/// path is `S3_URI/ACCOUNT/sagemaker/REGION/offline-store/NAME-TIME/data`, the database `sagemaker_featurestore` (developer
/// guide, "Offline store").
fn fill_in(members: &mut Value, name: &str, context: &CallContext<'_>) {
    if members["ThroughputConfig"].is_null() {
        members["ThroughputConfig"] = json!({ "ThroughputMode": "OnDemand" });
    }
    let seconds = context.now_ms / 1000;
    if let Some(offline) = members.get_mut("OfflineStoreConfig") {
        let (region, account) = (context.region, context.account);
        let uri = text(&offline["S3StorageConfig"], "S3Uri").trim_end_matches('/').to_owned();
        offline["S3StorageConfig"]["ResolvedOutputS3Uri"] =
            json!(format!("{uri}/{account}/sagemaker/{region}/offline-store/{name}-{seconds}/data"));
        if offline["DisableGlueTableCreation"].is_null() {
            offline["DisableGlueTableCreation"] = json!(false);
        }
        if offline["DataCatalogConfig"].is_null() && offline["DisableGlueTableCreation"] == false {
            let table = format!("{}_{seconds}", name.to_ascii_lowercase().replace('-', "_"));
            offline["DataCatalogConfig"] =
                json!({ "TableName": table, "Catalog": "AwsDataCatalog", "Database": "sagemaker_featurestore" });
        }
    }
}

/// DescribeFeatureGroup.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let group = FeatureGroup::find(context, &FEATURE_GROUP.named(context, input))?;
    let mut shown = model::echoed(&group.members);
    shown["FeatureGroupArn"] = json!(FEATURE_GROUP.arn(context, &group.feature_group_name));
    shown["LastModifiedTime"] = clock::seconds(group.modified_ms);
    shown["FeatureGroupStatus"] = json!(group.status());
    shown["NextToken"] = json!("");
    if group.members["OnlineStoreConfig"]["EnableOnlineStore"] == true {
        shown["OnlineStoreTotalSizeBytes"] = json!(0);
    }
    if !group.members["OfflineStoreConfig"].is_null() {
        shown["OfflineStoreStatus"] = json!({ "Status": "Active" });
    }
    if group.updated || group.is_updating() {
        let status = if group.is_updating() { "InProgress" } else { "Successful" };
        shown["LastUpdateStatus"] = json!({ "Status": status });
    }
    if let Some(reason) = &group.failure_reason {
        shown["FailureReason"] = json!(reason);
    }
    Ok(shown)
}

/// ListFeatureGroups.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |group: FeatureGroup| Item {
        created_ms: group.created_ms,
        modified_ms: group.modified_ms,
        status: group.status().to_owned(),
        summary: json!({
            "FeatureGroupName": group.feature_group_name,
            "FeatureGroupArn": FEATURE_GROUP.arn(context, &group.feature_group_name),
            "CreationTime": clock::seconds(group.created_ms),
            "FeatureGroupStatus": group.status(),
        }),
        name: group.feature_group_name,
    };
    let asked =
        |group: &FeatureGroup| input["FeatureGroupStatusEquals"].as_str().is_none_or(|asked| asked == group.status());
    let groups = FeatureGroup::all(context)?.into_iter().filter(asked).map(item).collect();
    listing::respond(input, "FeatureGroupSummaries", groups)
}
