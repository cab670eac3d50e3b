//! Tags, by ARN.

use serde_json::{Value, json};

use super::kind::{self, Kind};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::paging;
use crate::services::tag_rules::{TagProblem, TagRules};

/// ARN → list of tags.
const TABLE: &str = "Tags";
const RULES: TagRules = TagRules { most: 50, checks_length: false, unique: true };

/// Returns the tags of an ARN, or null.
pub fn of<'a>(tables: &'a Tables, arn: &str) -> &'a Value {
    tables.get(TABLE, arn).unwrap_or(&Value::Null)
}

/// Keeps the tags of a create call. Whatever an earlier bearer of the name had is gone.
pub fn record(context: &mut CallContext<'_>, arn: &str, tags: &Value) -> Result<(), Fault> {
    context.own.remove(TABLE, arn);
    merge(context, arn, tags)?;
    Ok(())
}

/// Forgets the tags of something deleted.
pub fn forget(context: &mut CallContext<'_>, arn: &str) {
    context.own.remove(TABLE, arn);
}

fn merge(context: &mut CallContext<'_>, arn: &str, added: &Value) -> Result<Vec<Value>, Fault> {
    let added = added.as_array().map(Vec::as_slice).unwrap_or_default();
    let refused = |problem| match problem {
        TagProblem::Length(key) | TagProblem::Duplicate(key) => invalid(format!("Duplicate tag key '{key}'.")),
        TagProblem::Reserved(key) => invalid(format!("The tag key '{key}' is reserved: it begins with 'aws:'.")),
        TagProblem::TooMany(count) => {
            let most = RULES.most;
            invalid(format!("A resource may have at most {most} tags; {arn} would have {count}."))
        }
    };
    RULES.read(added.iter().map(|tag| (text(tag, "Key"), text(tag, "Value")))).map_err(refused)?;
    let mut tags = current(context, arn);
    tags.retain(|tag| !added.iter().any(|new| new["Key"] == tag["Key"]));
    tags.extend(added.iter().map(|tag| json!({ "Key": tag["Key"], "Value": tag["Value"] })));
    if tags.len() > RULES.most {
        return Err(refused(TagProblem::TooMany(tags.len())));
    }
    if !tags.is_empty() {
        context.own.put(TABLE, arn, json!(tags));
    }
    Ok(tags)
}

fn current(context: &CallContext<'_>, arn: &str) -> Vec<Value> {
    context.own.get(TABLE, arn).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Returns the ARN that an input names, if a resource has it.
fn resource(input: &Value, context: &CallContext<'_>) -> Result<String, Fault> {
    let arn = text(input, "ResourceArn");
    let borne = |kind: &Kind| context.own.all(kind.table).any(|(name, _)| kind.arn(context, name) == arn);
    if kind::ALL.iter().any(borne) {
        return Ok(arn.to_owned());
    }
    Err(invalid(format!("Could not find resource \"{arn}\".")))
}

/// AddTags.
pub fn add(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    Ok(json!({ "Tags": merge(context, &arn, &input["Tags"])? }))
}

/// ListTags.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    let mut tags: Vec<_> = current(context, &arn).into_iter().map(|tag| (text(&tag, "Key").to_owned(), tag)).collect();
    tags.sort_by(|one, other| one.0.cmp(&other.0));
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(RULES.most);
    let page = paging::page(tags, input["NextToken"].as_str(), size).ok_or_else(|| invalid("Invalid NextToken."))?;
    Ok(json!({ "Tags": page.items, "NextToken": page.next }))
}

/// DeleteTags: keys that are not there are no error.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let arn = resource(input, context)?;
    let keys = input["TagKeys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut tags = current(context, &arn);
    tags.retain(|tag| !keys.contains(&tag["Key"]));
    context.own.put(TABLE, arn, json!(tags));
    Ok(json!({}))
}
