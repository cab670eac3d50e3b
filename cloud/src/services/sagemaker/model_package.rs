//! Versioned model packages, by their group. Packages without a group, which AWS has too, are not here.

use serde_json::{Value, json};

use super::kind::PACKAGE_GROUP;
use super::listing::{self, Item};
use super::model;
use crate::clock;
use crate::documents::CallContext;
use crate::partition;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// `GROUP/VERSION` → package.
const TABLE: &str = "ModelPackage";

/// Returns the packages of a group with their keys.
pub fn of_group<'a>(context: &'a CallContext<'_>, group: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let of_group = move |(_, package): &(&str, &Value)| text(package, PACKAGE_GROUP.name_field) == group;
    context.own.all(TABLE).filter(of_group)
}

fn arn(context: &CallContext<'_>, key: &str) -> String {
    let (region, account) = (context.region, context.account);
    format!("arn:{}:sagemaker:{region}:{account}:model-package/{}", partition::of(region), key.to_ascii_lowercase())
}

/// CreateModelPackage: the next version of its group. The refusals are AWS's: getmoto/moto#7165.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if input[PACKAGE_GROUP.name_field].is_null() {
        return Err(match input["ModelPackageName"].as_str() {
            None => invalid("Missing ARN."),
            Some(name) => {
                invalid(format!("{name}: the embedded cloud has only model packages of a Model Package Group."))
            }
        });
    }
    if !input["ModelPackageName"].is_null() {
        return Err(invalid(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.",
        ));
    }
    let group = PACKAGE_GROUP.named(context, input);
    PACKAGE_GROUP.find(context, &group)?;
    let version = of_group(context, &group).filter_map(|(_, package)| package["ModelPackageVersion"].as_i64()).max();
    let version = version.unwrap_or(0) + 1;
    let key = format!("{group}/{version}");
    let mut record = model::kept(input, context.now_ms);
    record[PACKAGE_GROUP.name_field] = json!(group);
    record["ModelPackageVersion"] = json!(version);
    if record["ModelApprovalStatus"].is_null() {
        record["ModelApprovalStatus"] = json!("PendingManualApproval");
    }
    let arn = arn(context, &key);
    context.own.put(TABLE, key, record);
    Ok(json!({ "ModelPackageArn": arn }))
}

/// Returns the key of the package that an input names by its ARN.
fn key(input: &Value, context: &CallContext<'_>) -> Result<String, Fault> {
    let named = text(input, "ModelPackageName");
    let found = context.own.all(TABLE).find(|(key, _)| arn(context, key) == named);
    found.map(|(key, _)| key.to_owned()).ok_or_else(|| invalid(format!("Model Package {named} does not exist.")))
}

/// DescribeModelPackage.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = key(input, context)?;
    let mut shown = model::echoed(context.own.get(TABLE, &key).unwrap_or(&Value::Null));
    shown["ModelPackageArn"] = json!(arn(context, &key));
    shown["ModelPackageStatus"] = json!("Completed");
    shown["ModelPackageStatusDetails"] = json!({ "ValidationStatuses": [] });
    Ok(shown)
}

/// ListModelPackages.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let group = input[PACKAGE_GROUP.name_field].as_str().map(|_| PACKAGE_GROUP.named(context, input));
    if let Some(group) = &group {
        PACKAGE_GROUP.find(context, group)?;
    }
    let asked = |package: &Value| group.as_ref().is_none_or(|group| text(package, PACKAGE_GROUP.name_field) == group);
    let item = |(key, package): (&str, &Value)| {
        let created_ms = package["CreatedMs"].as_i64().unwrap_or_default();
        let summary = json!({
            "ModelPackageArn": arn(context, key),
            "ModelPackageGroupName": package[PACKAGE_GROUP.name_field],
            "ModelPackageVersion": package["ModelPackageVersion"],
            "ModelApprovalStatus": package["ModelApprovalStatus"],
            "CreationTime": clock::seconds(created_ms),
            "ModelPackageStatus": "Completed",
        });
        Item { name: key.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    let packages = context.own.all(TABLE).filter(|(_, package)| asked(package)).map(item).collect();
    listing::respond(input, "ModelPackageSummaryList", packages)
}

/// DeleteModelPackage.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = key(input, context)?;
    context.own.remove(TABLE, &key);
    Ok(json!({}))
}
