//! Tags of budgets and budget actions.

use serde_json::{Map, Value, json};

use super::input::{Outcome, invalid, members, need, not_found};
use super::records::BUDGETS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::tag_rules::{TagProblem, TagRules, listed};

const RULES: TagRules = TagRules { most: 200, checks_length: true, unique: false };

/// Returns the tags of a call, under `ResourceTags`.
pub(super) fn given(input: &Value) -> Result<Map<String, Value>, Fault> {
    let mut pairs = Vec::new();
    for tag in members(input, "ResourceTags") {
        pairs.push((need(tag, "Key")?, tag["Value"].as_str().unwrap_or_default()));
    }
    RULES.read(pairs).and_then(|tags| RULES.merge(Map::new(), tags)).map_err(refused)
}

fn refused(problem: TagProblem) -> Fault {
    match problem {
        TagProblem::Length(_) => invalid("A tag's key has at most 128 characters, its value at most 256"),
        TagProblem::Reserved(_) => invalid("The prefix aws: of tag keys is reserved"),
        TagProblem::Duplicate(_) => invalid("A tag's key can be given once"),
        TagProblem::TooMany(_) => {
            let message = format!("A resource may have at most {} tags", RULES.most);
            Fault::new("ServiceQuotaExceededException", message)
        }
    }
}

/// TagResource.
pub(super) fn tag(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let given = given(input)?;
    let tags = of_resource(input, context)?;
    *tags = RULES.merge(tags.clone(), given).map_err(refused)?;
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
    Ok(json!({ "ResourceTags": listed(tags, "Key", "Value") }))
}

/// Returns the tags of the resource that the ARN names: `arn:PARTITION:budgets::ACCOUNT:budget/NAME`, or `…/NAME/action/ID`.
fn of_resource<'a>(input: &Value, context: &'a mut CallContext<'_>) -> Result<&'a mut Map<String, Value>, Fault> {
    let arn = need(input, "ResourceARN")?.to_owned();
    let missing = || not_found(format!("The resource {arn} doesn't exist."));
    let prefix = format!("arn:{}:budgets::{}:budget/", context.partition(), context.account);
    let path = arn.strip_prefix(&prefix).ok_or_else(missing)?;
    let tagged = match path.split_once("/action/") {
        Some((name, id)) => context.own.get_mut(BUDGETS, name).and_then(|record| record["Actions"].get_mut(id)),
        None => context.own.get_mut(BUDGETS, path),
    };
    tagged.and_then(|record| record["Tags"].as_object_mut()).ok_or_else(missing)
}
