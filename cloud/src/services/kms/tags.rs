//! Tags of keys; KMS calls their parts `TagKey` and `TagValue`.

use serde_json::{Map, Value, json};

use super::listing::page;
use super::name;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;
use crate::services::tag_rules::{TagProblem, TagRules};

const RULES: TagRules = TagRules { most: 50, checks_length: false, unique: true };

/// Returns the tags of a call.
pub fn given(input: &Value) -> Result<Map<String, Value>, Fault> {
    let tags = input["Tags"].as_array().into_iter().flatten();
    let pairs = tags.map(|tag| (text(tag, "TagKey"), text(tag, "TagValue")));
    RULES.read(pairs).and_then(|tags| RULES.merge(Map::new(), tags)).map_err(|problem| refused(&problem))
}

fn refused(problem: &TagProblem) -> Fault {
    let message = match problem {
        TagProblem::Length(_) => "The length of a tag key or value is not allowed",
        TagProblem::Reserved(_) => "Tag keys that begin with aws: are AWS's own",
        TagProblem::Duplicate(_) => "Duplicate tag keys",
        TagProblem::TooMany(_) => "Too many tags",
    };
    Fault::new("TagException", message)
}

/// TagResource.
pub fn tag(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut key = name::find_itself(context, text(input, "KeyId"))?;
    key.check_staying(context)?;
    key.tags = RULES.merge(key.tags, given(input)?).map_err(|problem| refused(&problem))?;
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
