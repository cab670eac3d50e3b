//! GetResource and ListResources.

use serde_json::{Value, json};

use super::behaviour::names;
use super::resource::Resource;
use super::schema::{Facts, check_list_model, find};
use super::{identifier, known, model};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::paging::page;

/// How many resources a page of a list has. `MaxResults` is "Reserved", and AWS does not document the number.
const PAGE: usize = 100;

/// GetResource. It finds a resource that is being created (LIVE, clusters of EKS) or deleted.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let facts = find(text(input, "TypeName"))?;
    facts.check_handler("read")?;
    let asked = text(input, "Identifier");
    let found = identifier::find(context.own, facts, asked, context.now_ms)?;
    let resource = found.ok_or_else(|| identifier::not_found(facts, asked))?;
    let shown = model::shown(facts, known::of(&facts.type_name), &resource.model);
    Ok(json!({
        "TypeName": facts.type_name,
        "ResourceDescription": { "Identifier": resource.identifier, "Properties": shown.to_string() },
    }))
}

/// ListResources. A handler of a list has to return the primary identifiers, and no more ("Resource type handler contract"), so
/// the properties here are those.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let facts = find(text(input, "TypeName"))?;
    facts.check_handler("list")?;
    let wanted = wanted(facts, input)?;
    let fits = |resource: &Resource| {
        wanted.as_object().into_iter().flatten().all(|(property, value)| fits(value, property, &resource.model))
    };
    let found = Resource::all_of(context.own, &facts.type_name, context.now_ms)?.into_iter().filter(fits);
    let described = found.map(|resource| {
        let identity = identifier::identity(facts, &resource.model).to_string();
        (resource.identifier.clone(), json!({ "Identifier": resource.identifier, "Properties": identity }))
    });
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE);
    let page = page(described, input["NextToken"].as_str(), size).ok_or_else(|| invalid("Invalid NextToken"))?;
    Ok(json!({ "TypeName": facts.type_name, "ResourceDescriptions": page.items, "NextToken": page.next }))
}

/// Returns whether a model has a value, or is one of those that `PROPERTYs` lists.
fn fits(value: &Value, property: &str, model: &Value) -> bool {
    match (value, property.strip_suffix('s')) {
        (Value::Array(values), Some(one)) => values.iter().any(|value| names(value, &model[one])),
        _ => names(value, &model[property]) || *value == model[property],
    }
}

/// Returns the model that selects resources. The message for a missing one is Cloud Control's (awslabs/mcp#403).
fn wanted(facts: &Facts, input: &Value) -> Result<Value, Fault> {
    let wanted = match input["ResourceModel"].as_str() {
        Some(text) => {
            serde_json::from_str(text).map_err(|error| invalid(format!("ResourceModel is not valid JSON: {error}")))?
        }
        None => json!({}),
    };
    let found = check_list_model(facts, &wanted);
    if found.is_empty() {
        return Ok(wanted);
    }
    let message = format!(
        "Missing or invalid ResourceModel property in {} list handler request input.Required property: ({})",
        facts.type_name,
        found.join(", ")
    );
    Err(Fault::new("InvalidRequestException", message))
}
