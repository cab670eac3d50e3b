//! Tags of keys; KMS calls their parts `TagKey` and `TagValue`.

use serde_json::{Map, Value, json};

use super::listing::page;
use super::name;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// The most tags that a key may have.
const MOST: usize = 50;

/// The tags of a call.
pub fn given(input: &Value) -> Result<Map<String, Value>, Fault> {
    let mut tags = Map::new();
    for tag in input["Tags"].as_array().into_iter().flatten() {
        let key = text(tag, "TagKey");
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(Fault::new("TagException", "Tag keys that begin with aws: are AWS's own"));
        }
        if tags.insert(key.to_owned(), json!(text(tag, "TagValue"))).is_some() {
            return Err(Fault::new("TagException", "Duplicate tag keys"));
        }
    }
    limited(tags)
}

fn limited(tags: Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    if tags.len() > MOST {
        return Err(Fault::new("TagException", "Too many tags"));
    }
    Ok(tags)
}

/// TagResource.
pub fn tag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    key.check_staying(context)?;
    key.tags.extend(given(input)?);
    key.tags = limited(key.tags)?;
    key.save(context)?;
    Ok(json!({}))
}

/// UntagResource: keys that are not there are no error.
pub fn untag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    key.check_staying(context)?;
    let gone = input["TagKeys"].as_array().map(Vec::as_slice).unwrap_or_default();
    key.tags.retain(|tag, _| !gone.iter().any(|name| name == tag));
    key.save(context)?;
    Ok(json!({}))
}

/// ListResourceTags.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = name::find_itself(context, text(input, "KeyId"))?;
    let tags = key.tags.iter().map(|(tag, value)| (tag.clone(), json!({ "TagKey": tag, "TagValue": value })));
    page("Tags", tags.collect(), input)
}
