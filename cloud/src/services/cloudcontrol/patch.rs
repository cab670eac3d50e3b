//! Patch documents: RFC 6902, over the properties that a read shows.

use json_patch::PatchOperation;
use serde_json::Value;

use super::model;
use super::schema::Facts;
use crate::service::Fault;
use crate::services::json::invalid;

/// Applies a patch document to a model as a read shows it. Cloud Control reads the model, applies the patch and hands the whole
/// to the handler ("Updating a resource", Cloud Control API User Guide): a write-only property that the patch leaves out is
/// lost (cdkd#809, #812).
pub fn applied(facts: &Facts, live: &Value, document: &str) -> Result<Value, Fault> {
    let patch: Vec<PatchOperation> =
        serde_json::from_str(document).map_err(|error| invalid(format!("Invalid patch document: {error}")))?;
    let mut patched = live.clone();
    json_patch::patch(&mut patched, &patch).map_err(|error| invalid(format!("Invalid patch update: {error}")))?;
    if !patched.is_object() {
        return Err(invalid("Invalid patch update: the result is not an object"));
    }
    refuse_assigned(facts, live, &patched, &patch)?;
    let fixed = model::differing(&facts.create_only_properties, live, &patched);
    if fixed.is_empty() {
        return Ok(patched);
    }
    // Cloud Control's words (pulumi-aws-native#2936). A property that is write-only as well is missing from the model that was
    // read, so a patch that has it always differs (terraform-provider-awscc#2138).
    let message = format!("Invalid patch update: createOnlyProperties [{}] cannot be updated", fixed.join(", "));
    Err(Fault::new("NotUpdatableException", message))
}

/// Refuses a patch that changes or names a property that AWS assigns, in Cloud Control's words (carina#806,
/// pulumi-aws-native#941).
fn refuse_assigned(facts: &Facts, live: &Value, patched: &Value, patch: &[PatchOperation]) -> Result<(), Fault> {
    // A list is changed as a whole, and its items come without what AWS assigns to them.
    let apart: Vec<String> =
        facts.read_only_properties.iter().filter(|property| !property.contains('*')).cloned().collect();
    let mut assigned = model::differing(&apart, live, patched);
    let changes = |operation: &&PatchOperation| !matches!(operation, PatchOperation::Test(_));
    for operation in patch.iter().filter(changes) {
        let path = operation.path().to_string();
        let named = facts.read_only_properties.iter().find(|property| path == format!("/{property}"));
        assigned.extend(named.map(|property| format!("/properties/{property}")));
    }
    assigned.sort();
    assigned.dedup();
    if assigned.is_empty() {
        return Ok(());
    }
    Err(invalid(format!("Invalid patch update: readOnlyProperties [{}] cannot be updated", assigned.join(", "))))
}
