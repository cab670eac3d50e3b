//! Tags: at creation, and CreateTags, DeleteTags, DescribeTags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::kind::{self, Kind};
use super::{filter, listing};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The table of tags: id of the resource → key → value.
pub(super) const TABLE: &str = "Tags";
/// How many tags one thing may have.
const MOST: usize = 50;

/// Returns the tags that a create call gives in its `TagSpecification`s; one of another resource type is refused.
pub fn specified(parameters: &Parameters, kind: Kind) -> Result<BTreeMap<String, String>, Fault> {
    let mut tags = BTreeMap::new();
    for specification in parameters.list("TagSpecification") {
        let resource_type = specification.need("ResourceType")?;
        if resource_type != kind.resource_type {
            return Err(Fault::new(
                "InvalidParameterValue",
                format!("'{resource_type}' is not a valid taggable resource type for this operation."),
            ));
        }
        for (key, value) in pairs(&specification)? {
            let value = value.unwrap_or_default();
            check(&key, &value)?;
            if tags.insert(key.clone(), value).is_some() {
                return Err(Fault::new("InvalidParameterValue", format!("Duplicate tag key '{key}' specified.")));
            }
        }
    }
    check_count(tags.len())?;
    Ok(tags)
}

/// Adds tags to a thing, replacing those of the same keys.
pub fn add(tables: &mut Tables, id: &str, tags: BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.is_empty() {
        return Ok(());
    }
    let mut present = of(tables, id);
    present.extend(tags);
    check_count(present.len())?;
    tables.put(TABLE, id, json!(present));
    Ok(())
}

/// Returns the type of a resource in tag specifications and ARNs.
pub(crate) fn resource_type(id: &str) -> Option<&'static str> {
    Kind::of(id).map(|kind| kind.resource_type)
}

/// Forgets the tags of something that is gone.
pub fn forget(tables: &mut Tables, id: &str) {
    tables.remove(TABLE, id);
}

/// Returns a thing's tags as responses show them.
pub fn set(tables: &Tables, id: &str) -> Value {
    of(tables, id).into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

fn of(tables: &Tables, id: &str) -> BTreeMap<String, String> {
    let fields = tables.get(TABLE, id).and_then(Value::as_object).into_iter().flatten();
    fields.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// CreateTags.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let ids = resource_ids(parameters, context.own)?;
    let mut tags = BTreeMap::new();
    for (key, value) in pairs(parameters)? {
        let value = value.unwrap_or_default();
        check(&key, &value)?;
        tags.insert(key, value);
    }
    if tags.is_empty() {
        return Err(Fault::new("MissingParameter", "The request must contain the parameter tagSet"));
    }
    for id in ids {
        add(context.own, &id, tags.clone())?;
    }
    Ok(json!({ "return": true }))
}

/// DeleteTags: by key, by key and value, or, with no tag named, all of them.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let asked = pairs(parameters)?;
    for id in resource_ids(parameters, context.own)? {
        let mut present = of(context.own, &id);
        present.retain(|key, value| {
            let named = asked.iter().any(|(k, v)| k == key && v.as_ref().is_none_or(|v| v == value));
            !asked.is_empty() && !named
        });
        context.own.put(TABLE, &*id, json!(present));
    }
    Ok(json!({ "return": true }))
}

/// DescribeTags.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    const FILTERS: filter::Filters =
        &[("key", "key"), ("value", "value"), ("resource-id", "resourceId"), ("resource-type", "resourceType")];
    filter::check(parameters, FILTERS)?;
    let mut items = Vec::new();
    for (id, _) in context.own.all(TABLE) {
        let resource_type = Kind::of(id).map(|kind| kind.resource_type);
        for (key, value) in of(context.own, id) {
            let mut item = json!({
                "resourceId": id, "resourceType": resource_type, "key": key, "value": value,
                "tagSet": [{ "key": key, "value": value }],
            });
            if filter::passes(parameters, FILTERS, &item)? {
                // Only there for the filter `tag:KEY`; the response has no such field.
                item["tagSet"] = Value::Null;
                items.push(item);
            }
        }
    }
    listing::page(parameters, "tagSet", items, |item| format!("{} {}", item["resourceId"], item["key"]))
}

fn resource_ids(parameters: &Parameters, tables: &Tables) -> Result<Vec<String>, Fault> {
    let ids = parameters.strings("ResourceId");
    if ids.is_empty() {
        return Err(Fault::new("MissingParameter", "The request must contain the parameter resourceIdSet"));
    }
    for id in &ids {
        let kind = Kind::of(id).filter(|kind| !kind.table.is_empty() && *kind != kind::ASSOCIATION);
        let kind = kind.ok_or_else(|| Fault::new("InvalidID", format!("The ID '{id}' is not valid")))?;
        kind.check_form(id)?;
        tables.get(kind.table, id).ok_or_else(|| kind.missing(id))?;
    }
    Ok(ids)
}

fn pairs(parameters: &Parameters) -> Result<Vec<(String, Option<String>)>, Fault> {
    let tags = parameters.list("Tag");
    tags.iter().map(|tag| Ok((tag.need("Key")?.to_owned(), tag.get("Value").map(str::to_owned)))).collect()
}

fn check(key: &str, value: &str) -> Result<(), Fault> {
    let invalid = |message: String| Err(Fault::new("InvalidParameterValue", message));
    if key.to_ascii_lowercase().starts_with("aws:") {
        return invalid("Tag keys starting with 'aws:' are reserved for internal use".into());
    }
    if key.chars().count() > 128 {
        return invalid(format!("Tag key exceeds the maximum length of 128 characters: {key}"));
    }
    if value.chars().count() > 256 {
        return invalid(format!("Tag value exceeds the maximum length of 256 characters for the key {key}"));
    }
    Ok(())
}

fn check_count(count: usize) -> Result<(), Fault> {
    if count > MOST {
        return Err(Fault::new("TagLimitExceeded", format!("More than {MOST} tags specified")));
    }
    Ok(())
}
