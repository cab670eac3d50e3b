//! The permissions of handlers, which act with those of the caller ("Resource types" of the Cloud Control API User Guide): `handlers`
//! in the schema of a type lists the actions of each. Which of them a handler calls for a given model is not documented, so all
//! are needed here, each on the resource itself; a role is passed where the model names one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::resource::Resource;
use super::schema::{Facts, find};
use super::tagged::arn;
use super::template::{Scope, fill};
use super::{identifier, known};
use crate::documents::CallContext;
use crate::services::json::text;

/// An action of a handler, and the resource that it is about.
pub(crate) struct HandlerNeed {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The service that a role is passed to.
    pub passed_to: Option<String>,
}

/// Returns the needs of the handler of a call; none for calls that have no handler.
pub(crate) fn handler_needs(operation: &str, input: &Value, context: &CallContext<'_>) -> Vec<HandlerNeed> {
    let handler = match operation {
        "CreateResource" => "create",
        "UpdateResource" => "update",
        "DeleteResource" => "delete",
        "GetResource" => "read",
        "ListResources" => "list",
        _ => return Vec::new(),
    };
    let Ok(facts) = find(text(input, "TypeName")) else { return Vec::new() };
    let service = service(facts);
    let found = identifier::find(context.own, facts, text(input, "Identifier"), i64::MAX).ok().flatten();
    let desired: Value = serde_json::from_str(text(input, "DesiredState")).unwrap_or_default();
    let desired = if handler == "create" { desired } else { identified(facts, text(input, "Identifier")) };
    let model = found.as_ref().map_or(&desired, |resource| &resource.model);
    let own = own(facts, found.as_ref(), model, context, &service);
    let mut needs = Vec::new();
    for action in facts.permissions(handler) {
        if action == "iam:PassRole" {
            // Once it is there, the model is no reason to pass its role again.
            let roles = if handler == "create" { roles(model) } else { Vec::new() };
            let passed_to = format!("{}.amazonaws.com", service.to_ascii_lowercase());
            needs.extend(roles.into_iter().map(|resource| HandlerNeed {
                action: action.clone(),
                resource,
                passed_to: Some(passed_to.clone()),
            }));
            continue;
        }
        let of = action.split(':').next().unwrap_or_default();
        let resource = match of {
            "iam" => format!("arn:{}:iam::{}:role/aws-service-role/*", context.partition(), context.account),
            of if of != service || is_unscoped(action) => "*".to_owned(),
            _ => own.clone(),
        };
        // Schemas write some services in capitals.
        let action = action.replacen(of, &of.to_ascii_lowercase(), 1);
        needs.push(HandlerNeed { action, resource, passed_to: None });
    }
    needs
}

/// Returns the ARN of a resource; one whose ARN AWS assigns when it is made has `*` in place of its id.
fn own(facts: &Facts, found: Option<&Resource>, model: &Value, context: &CallContext<'_>, service: &str) -> String {
    let scope = Scope::of(context, model);
    if let Some(arn) = found.and_then(|resource| arn(resource, &scope)) {
        return arn;
    }
    // The identifier of a resource that is not there may be its ARN.
    let parts = facts.primary_identifier.iter().filter_map(|property| model[property].as_str());
    if let Some(arn) = parts.clone().find(|part| part.starts_with("arn:")) {
        return arn.to_owned();
    }
    let known = known::of(&facts.type_name);
    let assigned = known.assigned.iter().filter(|(path, _)| path.to_lowercase().ends_with("arn"));
    let mut templates = known.arn.into_iter().chain(assigned.map(|(_, template)| *template));
    let named = templates
        .find(|template| template.contains(&format!(":{}:", service.to_ascii_lowercase())) && !template.contains("<#"));
    let filled = named.and_then(|template| fill(template, &scope)).and_then(|arn| arn.as_str().map(str::to_owned));
    filled.unwrap_or_else(|| match service {
        "apigateway" => format!("arn:{}:apigateway:{}::/*", context.partition(), context.region),
        "ce" => format!("arn:{}:ce::{}:*", context.partition(), context.account),
        service => {
            let service = service.to_ascii_lowercase();
            format!("arn:{}:{service}:{}:{}:*", context.partition(), context.region, context.account)
        }
    })
}

/// Returns the part of a model that an identifier has.
fn identified(facts: &Facts, identifier: &str) -> Value {
    let parts = facts.primary_identifier.iter().zip(identifier.split('|'));
    let mut model: Map<String, Value> = parts.map(|(property, part)| (property.clone(), part.into())).collect();
    if let Some(name) = identifier.strip_prefix("https://sqs.").and_then(|url| url.rsplit('/').next()) {
        model.insert("QueueName".to_owned(), name.into());
    }
    Value::Object(model)
}

/// Returns the service that most actions are of.
fn service(facts: &Facts) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for action in facts.all_permissions() {
        *counts.entry(action.split(':').next().unwrap_or_default()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or_else(String::new, |(service, _)| service.to_owned())
}

fn is_unscoped(action: &str) -> bool {
    include_str!("../../access/unscoped.txt").lines().any(|line| line == action)
}

/// Returns the roles that a model names.
fn roles(model: &Value) -> Vec<String> {
    match model {
        Value::String(text) => {
            let is_role = text.starts_with("arn:") && text.contains(":iam:") && text.contains(":role/");
            if is_role { vec![text.clone()] } else { Vec::new() }
        }
        Value::Array(items) => items.iter().flat_map(roles).collect(),
        Value::Object(fields) => fields.values().flat_map(roles).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
