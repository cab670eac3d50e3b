//! CreateResource.

use serde_json::Value;

use super::behaviour::Behaviour;
use super::failure::Failure;
use super::request::{Operation, Request};
use super::resource::Resource;
use super::schema::{Facts, breaches, find};
use super::start::{Start, check_alone, output};
use super::template::Scope;
use super::{identifier, known, model, references, rules, tokens, versions};
use crate::documents::{CallContext, HandlerFault};
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateResource. A desired state that does not fit the schema is refused at once; the handler's checks end the request as
/// FAILED.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let facts = find(text(input, "TypeName"))?;
    facts.check_handler("create")?;
    if let Some(event) = tokens::replayed("CreateResource", input, context)? {
        return Ok(event);
    }
    let known = known::of(&facts.type_name);
    let desired = desired(facts, input)?;
    let next = versions::next(&facts.type_name, &desired, context)?;
    let scope = Scope { next, ..Scope::of(context, &desired) };
    let mut made = model::completed(facts, known, desired.clone(), &scope);
    versions::snapshot(&facts.type_name, &mut made, context)?;
    let identifier = identifier::of(facts, &made).unwrap_or_default();
    let failure = match failure(facts, known, &desired, &made, context)? {
        None if identifier.is_empty() => Some(Failure::new("InternalFailure", "the identifier cannot be made")),
        None => {
            check_alone(facts, &identifier, context)?;
            taken(facts, known, &identifier, &made, context)?
        }
        failure => failure,
    };
    let named = !facts.primary_identifier.iter().any(|property| facts.read_only_properties.contains(property));
    let (failure, exists) = match (failure, context.handler_fault) {
        (None, Some(fault)) => (Some(after_creation(facts, &identifier, fault)), true),
        (failure, _) => {
            let exists = failure.is_none();
            (failure, exists)
        }
    };
    let start = Start {
        call: "CreateResource",
        input,
        facts,
        operation: Operation::Create,
        identifier: identifier.clone(),
        model: &made,
        named,
        failure,
        made: exists,
        desired: None,
    };
    let request = start.begin(context)?;
    if exists {
        versions::note(&facts.type_name, &desired, next, context)?;
        save(&request, made, context)?;
    }
    Ok(output(&request))
}

fn desired(facts: &Facts, input: &Value) -> Result<Value, Fault> {
    let desired: Value = serde_json::from_str(text(input, "DesiredState"))
        .map_err(|error| invalid(format!("DesiredState is not valid JSON: {error}")))?;
    let found = breaches(facts, &desired);
    if found.is_empty() {
        return Ok(desired);
    }
    Err(invalid(format!("Model validation failed ({})", found.join("\n"))))
}

/// Returns the failure of the handler before it makes the resource.
fn failure(
    facts: &Facts,
    known: &Behaviour,
    desired: &Value,
    made: &Value,
    context: &CallContext<'_>,
) -> Result<Option<Failure>, Fault> {
    if let Some(failure) = Failure::denied(context) {
        return Ok(Some(failure));
    }
    let assigned = model::assigned(facts, desired);
    if !assigned.is_empty() {
        // The contract test of creations expects InvalidRequest for read-only properties (cloudformation-cli#683).
        let message = format!("Encountered readOnly properties {} in the desired state", assigned.join(", "));
        return Ok(Some(Failure::invalid(message)));
    }
    if let Some(failure) = references::missing(facts, known, desired, context)? {
        return Ok(Some(failure));
    }
    rules::broken(&facts.type_name, made, None, context)
}

/// Returns the failure if the identifier, or a unique property, is taken.
fn taken(
    facts: &Facts,
    known: &Behaviour,
    identifier: &str,
    made: &Value,
    context: &CallContext<'_>,
) -> Result<Option<Failure>, Fault> {
    if Resource::find(context.own, &facts.type_name, identifier, i64::MAX)?.is_some() {
        return Ok(Some(Failure::exists(&facts.type_name, identifier)));
    }
    for property in known.unique {
        let value = &made[*property];
        if !value.is_null() && !Resource::with(context.own, &facts.type_name, property, value, i64::MAX)?.is_empty() {
            return Ok(Some(Failure::exists(&facts.type_name, value.as_str().unwrap_or(identifier))));
        }
    }
    Ok(None)
}

/// Returns the failure of a request that made its resource: the handler broke off after the creation (cdkd#957,
/// pulumi-aws-native#51), or tried again and met what it had made itself (terraform-provider-awscc#338).
fn after_creation(facts: &Facts, identifier: &str, fault: HandlerFault) -> Failure {
    match fault {
        HandlerFault::AfterCreation => {
            Failure::new("NotStabilized", "Resource of the request did not stabilize (Service: EmbeddedCloud)")
        }
        HandlerFault::AlreadyExists => Failure::exists(&facts.type_name, identifier),
    }
}

fn save(request: &Request, model: Value, context: &mut CallContext<'_>) -> Result<(), Fault> {
    let resource = Resource {
        type_name: request.type_name.clone(),
        identifier: request.identifier.clone(),
        model,
        from_ms: request.starts_ms,
        deleting_ms: None,
        ready_ms: request.ends_ms,
        updates: 0,
    };
    resource.save(context.own)
}
