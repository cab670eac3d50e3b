//! Tags of budgets and budget actions.

use serde_json::{Map, Value, json};

use super::input::{Outcome, invalid, members, need, not_found};
use super::records::BUDGETS;
use crate::documents::CallContext;
use crate::service::Fault;

/// The most tags that a resource may have.
const MOST: usize = 200;

/// The tags of a call, under `ResourceTags`.
pub(super) fn given(input: &Value) -> Result<Map<String, Value>, Fault> {
    let mut tags = Map::new();
    for tag in members(input, "ResourceTags") {
        let key = need(tag, "Key")?;
        let value = tag["Value"].as_str().unwrap_or_default();
        if key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid("A tag's key has at most 128 characters, its value at most 256"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("The prefix aws: of tag keys is reserved"));
        }
        tags.insert(key.to_owned(), json!(value));
    }
    if tags.len() > MOST {
        return Err(too_many());
    }
    Ok(tags)
}

/// TagResource.
pub(super) fn tag(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let given = given(input)?;
    let tags = of_resource(input, context)?;
    let mut all = tags.clone();
    all.extend(given);
    if all.len() > MOST {
        return Err(too_many());
    }
    *tags = all;
    Ok(json!({}))
}

/// UntagResource.
pub(super) fn untag(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let keys = members(input, "ResourceTagKeys");
    of_resource(input, context)?.retain(|key, _| !keys.iter().any(|gone| gone == key));
    Ok(json!({}))
}

/// ListTagsForResource.
pub(super) fn list(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let tags = of_resource(input, context)?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(json!({ "ResourceTags": tags }))
}

/// The tags of what the ARN names: `arn:aws:budgets::ACCOUNT:budget/NAME`, or `…/NAME/action/ID`.
fn of_resource<'a>(input: &Value, context: &'a mut CallContext<'_>) -> Result<&'a mut Map<String, Value>, Fault> {
    let arn = need(input, "ResourceARN")?.to_owned();
    let missing = || not_found(format!("The resource {arn} doesn't exist."));
    let prefix = format!("arn:aws:budgets::{}:budget/", context.account);
    let path = arn.strip_prefix(&prefix).ok_or_else(missing)?;
    let tagged = match path.split_once("/action/") {
        Some((name, id)) => context.own.get_mut(BUDGETS, name).and_then(|record| record["Actions"].get_mut(id)),
        None => context.own.get_mut(BUDGETS, path),
    };
    tagged.and_then(|record| record["Tags"].as_object_mut()).ok_or_else(missing)
}

fn too_many() -> Fault {
    Fault::new("ServiceQuotaExceededException", format!("A resource may have at most {MOST} tags"))
}
