//! Tags of topics.

use serde_json::{Map, Value, json};

use super::input::{Outcome, fields, invalid, need_arn, nothing};
use super::records::TOPICS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::tag_rules::{TagProblem, TagRules, listed};
use crate::wire::query::Parameters;

const RULES: TagRules = TagRules { most: 50, checks_length: true, unique: true };

/// Returns the tags of a call.
pub(super) fn given(input: &Parameters) -> Result<Map<String, Value>, Fault> {
    let tags = input.list("Tags.member");
    let pairs = tags.iter().map(|tag| (tag.get("Key").unwrap_or_default(), tag.get("Value").unwrap_or_default()));
    RULES.read(pairs).and_then(|tags| RULES.merge(Map::new(), tags)).map_err(refused)
}

fn refused(problem: TagProblem) -> Fault {
    match problem {
        TagProblem::Length(_) => invalid("Tags Reason: a key has 1 to 128 characters, a value at most 256"),
        TagProblem::Reserved(_) => invalid("Tags Reason: the prefix aws: is reserved"),
        TagProblem::Duplicate(_) => invalid("Tags Reason: Duplicated keys are not allowed."),
        TagProblem::TooMany(_) => {
            let message = format!("Could not complete request: tag quota of {} per resource exceeded", RULES.most);
            Fault::new("TagLimitExceeded", message)
        }
    }
}

/// TagResource.
pub(super) fn tag(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let given = given(input)?;
    let tags = of_topic(input, context)?;
    *tags = RULES.merge(tags.clone(), given).map_err(refused)?;
    nothing()
}

/// UntagResource.
pub(super) fn untag(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let keys = input.strings("TagKeys.member");
    of_topic(input, context)?.retain(|key, _| !keys.contains(key));
    nothing()
}

/// ListTagsForResource.
pub(super) fn list(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let tags = of_topic(input, context)?;
    Ok(fields([("Tags", json!(listed(tags, "Key", "Value")))]))
}

fn of_topic<'a>(input: &Parameters, context: &'a mut CallContext<'_>) -> Result<&'a mut Map<String, Value>, Fault> {
    let arn = need_arn(input, "ResourceArn")?;
    let missing = || Fault { status: 404, ..Fault::new("ResourceNotFound", "Resource does not exist") };
    context.own.get_mut(TOPICS, arn).and_then(|topic| topic["Tags"].as_object_mut()).ok_or_else(missing)
}
