//! Groups of model packages: the model registry.
//!
//! A group is complete at once: no source says how long AWS takes.

use serde_json::{Value, json};

use super::kind::PACKAGE_GROUP;
use super::listing::{self, Item};
use super::{model, model_package, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// CreateModelPackageGroup.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, PACKAGE_GROUP.name_field);
    PACKAGE_GROUP.check_free(context, name)?;
    let arn = PACKAGE_GROUP.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    context.own.put(PACKAGE_GROUP.table, name, model::kept(input, context.now_ms));
    Ok(json!({ "ModelPackageGroupArn": arn }))
}

/// DescribeModelPackageGroup.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = PACKAGE_GROUP.named(context, input);
    let mut shown = model::echoed(PACKAGE_GROUP.find(context, &name)?);
    shown["ModelPackageGroupArn"] = json!(PACKAGE_GROUP.arn(context, &name));
    shown["ModelPackageGroupStatus"] = json!("Completed");
    shown["CreatedBy"] = json!({});
    Ok(shown)
}

/// ListModelPackageGroups.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let summary = json!({
            "ModelPackageGroupName": name,
            "ModelPackageGroupArn": PACKAGE_GROUP.arn(context, name),
            "ModelPackageGroupDescription": record["ModelPackageGroupDescription"],
            "CreationTime": clock::seconds(created_ms),
            "ModelPackageGroupStatus": "Completed",
        });
        Item { name: name.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    let groups = context.own.all(PACKAGE_GROUP.table).map(item).collect();
    listing::respond(input, "ModelPackageGroupSummaryList", groups)
}

/// DeleteModelPackageGroup: refused while the group has packages. `ConflictException` is the one code that the service model has
/// for it; the words are this cloud's.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = PACKAGE_GROUP.named(context, input);
    PACKAGE_GROUP.find(context, &name)?;
    let arn = PACKAGE_GROUP.arn(context, &name);
    let packages = model_package::of_group(context, &name).count();
    if packages > 0 {
        let message =
            format!("Model Package Group {arn} cannot be deleted because it still contains {packages} Model Packages.");
        return Err(Fault::new("ConflictException", message));
    }
    tags::forget(context, &arn);
    context.own.remove(PACKAGE_GROUP.table, &name);
    Ok(json!({}))
}
