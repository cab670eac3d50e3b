//! Identifiers: ids of twelve letters and digits, ARNs, and lists in pages.

use serde_json::{Map, Value, json};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// Returns a new id: twelve lower-case letters and digits, as in the patterns of the ARNs.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect()
}

/// Returns an ARN of the account.
pub fn arn(context: &CallContext<'_>, resource: &str) -> String {
    format!("arn:{}:bedrock:{}:{}:{resource}", context.partition(), context.region, context.account)
}

/// Returns the ARN of a resource that is named by its ARN or its name. `name` is the member with the name.
pub fn found(context: &CallContext<'_>, table: &str, name: &str, identifier: &str) -> Option<String> {
    let by_name = |(arn, record): (&str, &Value)| (record[name] == identifier).then(|| arn.to_owned());
    match context.own.get(table, identifier) {
        Some(_) => Some(identifier.to_owned()),
        None => context.own.all(table).find_map(by_name),
    }
}

/// Returns the error for a resource that does not exist.
pub fn not_found(what: &str, identifier: &str) -> Fault {
    Fault::new("ResourceNotFoundException", format!("Could not find {what} {identifier}."))
}

/// Returns the instant at which a client token was used for a resource of a table, by its ARN. "If this token matches a previous
/// request, Amazon Bedrock ignores the request, but does not return an error" (API reference, `clientRequestToken`).
pub fn same_token(context: &CallContext<'_>, table: &str, input: &Value) -> Option<String> {
    let token = input["clientRequestToken"].as_str()?;
    let same = |(arn, record): (&str, &Value)| (record["Token"] == token).then(|| arn.to_owned());
    context.own.all(table).find_map(same)
}

/// Returns a page of summaries, filtered by a part of the name and a status, newest first as AWS sorts them.
pub fn page(input: &Value, member: &str, mut summaries: Vec<(String, Value)>, status: &str) -> Result<Value, Fault> {
    for filter in input.as_object().into_iter().flat_map(Map::keys) {
        if filter.starts_with("creationTime") || filter.starts_with("created") || filter.starts_with("sort") {
            let message = format!("The embedded cloud neither filters by {filter} nor sorts by it");
            return Err(Fault::new("ValidationException", message));
        }
    }
    let wanted = text(input, "nameContains");
    summaries.retain(|(name, _)| name.contains(wanted));
    if let Some(equal) = input["statusEquals"].as_str().or_else(|| input["modelStatus"].as_str()) {
        summaries.retain(|(_, summary)| summary[status] == equal);
    }
    if let Some(equal) = input["modelArnEquals"].as_str() {
        summaries.retain(|(_, summary)| summary["modelArn"] == equal);
    }
    let most = input["maxResults"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(1000);
    let from: usize = text(input, "nextToken").parse().unwrap_or(0);
    let left = summaries.len().saturating_sub(from.saturating_add(most));
    let shown: Vec<Value> = summaries.into_iter().skip(from).take(most).map(|(_, summary)| summary).collect();
    let next = (left > 0).then(|| (from + most).to_string());
    Ok(json!({ member: shown, "nextToken": next }))
}
