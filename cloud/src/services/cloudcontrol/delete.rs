//! DeleteResource.

use serde_json::Value;

use super::failure::Failure;
use super::request::Operation;
use super::schema::find;
use super::start::{Start, check_alone, output};
use super::{guards, identifier, tokens};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// DeleteResource. The handler finds out whether there is such a resource, so the request of one that is not there ends as FAILED with
/// NotFound, which clients take for a success (terraform-provider-awscc, `internal/service/cloudcontrol`).
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let facts = find(text(input, "TypeName"))?;
    facts.check_handler("delete")?;
    if let Some(event) = tokens::replayed("DeleteResource", input, context)? {
        return Ok(event);
    }
    let asked = text(input, "Identifier");
    let found = identifier::find(context.own, facts, asked, context.now_ms)?;
    let identifier = found.as_ref().map_or(asked, |resource| &resource.identifier).to_owned();
    check_alone(facts, &identifier, context)?;
    let failure = match &found {
        _ if context.denied.is_some() => Failure::denied(context),
        Some(resource) => guards::obstacle(resource, context)?,
        None => Some(Failure::new("NotFound", identifier::missing(facts, asked))),
    };
    let model = found.as_ref().map_or(Value::Null, |resource| resource.model.clone());
    let start = Start {
        call: "DeleteResource",
        input,
        facts,
        operation: Operation::Delete,
        identifier,
        model: &model,
        named: true,
        made: found.is_some(),
        desired: None,
        failure,
    };
    let request = start.begin(context)?;
    if let Some(mut resource) = found.filter(|_| request.failure.is_none()) {
        resource.deleting_ms = Some(context.now_ms);
        resource.save(context.own)?;
    }
    Ok(output(&request))
}
