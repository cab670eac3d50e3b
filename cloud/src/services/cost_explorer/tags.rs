//! Cost allocation tags: which keys of tags costs are known by, and from when on.
//!
//! A tag counts for usage after its activation. AWS takes up to 24 hours for that, and offers only keys that it has seen; here
//! a key is active at once, whether it was seen or not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;
use crate::services::paging::page;

/// Key of a tag → since when it is active, in milliseconds since the Unix epoch, and its status.
const TABLE: &str = "CostAllocationTag";

/// Returns the active keys, each with the instant since when it is active, in milliseconds since the Unix epoch.
pub fn active(context: &CallContext<'_>) -> BTreeMap<String, i64> {
    let active = context.own.all(TABLE).filter(|(_, record)| record["Status"] == "Active");
    active.filter_map(|(key, record)| Some((key.to_owned(), record["SinceMs"].as_i64()?))).collect()
}

/// UpdateCostAllocationTagsStatus.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    for entry in input["CostAllocationTagsStatus"].as_array().into_iter().flatten() {
        let (key, status) = (text(entry, "TagKey"), text(entry, "Status"));
        if context.own.get(TABLE, key).is_none_or(|record| record["Status"] != status) {
            context.own.put(TABLE, key, json!({ "Status": status, "SinceMs": context.now_ms }));
        }
    }
    Ok(json!({ "Errors": [] }))
}

/// ListCostAllocationTags.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let keys: Option<Vec<&str>> =
        input["TagKeys"].as_array().map(|keys| keys.iter().filter_map(Value::as_str).collect());
    let wanted = |key: &str, record: &Value| {
        keys.as_ref().is_none_or(|keys| keys.contains(&key))
            && (input["Status"].is_null() || record["Status"] == input["Status"])
            && (input["Type"].is_null() || input["Type"] == kind(key))
    };
    let listed = context.own.all(TABLE).filter(|(key, record)| wanted(key, record)).map(|(key, record)| {
        let updated = jiff::Timestamp::from_millisecond(record["SinceMs"].as_i64().unwrap_or_default());
        let updated = updated.unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let shown = json!({ "TagKey": key, "Type": kind(key), "Status": record["Status"], "LastUpdatedDate": updated });
        (key.to_owned(), shown)
    });
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100);
    let invalid = || Fault::new("ValidationException", "The NextToken is invalid");
    let page = page(listed, input["NextToken"].as_str(), size).ok_or_else(invalid)?;
    Ok(json!({ "CostAllocationTags": page.items, "NextToken": page.next }))
}

fn kind(key: &str) -> &'static str {
    if key.starts_with("aws:") { "AWSGenerated" } else { "UserDefined" }
}
