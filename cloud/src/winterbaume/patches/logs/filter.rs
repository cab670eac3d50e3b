//! `FilterLogEvents`: winterbaume has no pages, one direction, and names of groups alone.
//!
//! Everything here is as the service model says it (botocore, `logs` 2014-03-28).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::events::{self, Event};
use crate::documents::CallContext;
use crate::service::Fault;

/// The most events of a page, and the most bytes of their messages.
const EVENTS: usize = 10_000;
const BYTES: usize = 1_048_576;

/// 2024-01-01T00:00:00Z: reads from the end may not begin earlier.
const FROM_THE_END_SINCE_MS: i64 = 1_704_067_200_000;

/// Handles the call.
pub(super) fn respond(body: &Value, context: &CallContext<'_>) -> Result<MockResponse, Fault> {
    let group = group(body)?;
    if context.own.get("log_groups", &group).is_none() {
        return Err(Fault::new("ResourceNotFoundException", "The specified log group does not exist."));
    }
    let limit = match &body["limit"] {
        Value::Null => EVENTS,
        limit => {
            let limit = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
            limit.filter(|limit| (1..=EVENTS).contains(limit)).ok_or_else(|| {
                invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must be between 1 and 10000")
            })?
        }
    };
    let (from_the_end, after) = match body["nextToken"].as_str() {
        Some(token) => read_token(token).ok_or_else(|| invalid("The specified nextToken is invalid."))?,
        None => (body["startFromHead"] == false, None),
    };
    let start = body["startTime"].as_i64();
    if from_the_end && start.is_some_and(|start| start < FROM_THE_END_SINCE_MS) {
        return Err(invalid("startFromHead can be false only if startTime is on or after 2024-01-01T00:00:00Z."));
    }
    let mut found: Vec<Event> =
        events::of_group(&group, context).into_iter().filter(|one| matches(one, body)).collect();
    if from_the_end {
        found.reverse();
    }
    let is_next = |event: &Event| match &after {
        Some(after) if from_the_end => event.position < *after,
        Some(after) => event.position > *after,
        None => true,
    };
    let (mut page, mut bytes, mut next) = (Vec::new(), 0, None);
    let mut rest = found.into_iter().filter(is_next).peekable();
    while let Some(event) = rest.next() {
        bytes += event.message.len();
        let position = event.position.clone();
        page.push(event.shown());
        if (page.len() == limit || bytes >= BYTES) && rest.peek().is_some() {
            next = Some(write_token(from_the_end, &position));
            break;
        }
    }
    let answer = json!({ "events": page, "searchedLogStreams": [], "nextToken": next });
    Ok(MockResponse::json(200, answer.to_string()))
}

/// Returns the name of the group: it is given as one, or as an identifier, which may be an ARN.
fn group(body: &Value) -> Result<String, Fault> {
    match (body["logGroupName"].as_str(), body["logGroupIdentifier"].as_str()) {
        (Some(name), None) => Ok(name.to_owned()),
        (None, Some(identifier)) => {
            let named = identifier.split_once(":log-group:").map_or(identifier, |(_, name)| name);
            Ok(named.trim_end_matches(":*").to_owned())
        }
        _ => Err(invalid("Exactly one of logGroupName and logGroupIdentifier must be given.")),
    }
}

fn matches(event: &Event, body: &Value) -> bool {
    let names = body["logStreamNames"].as_array();
    let is_in_stream = names.is_none_or(|names| names.iter().any(|name| *name == event.stream.as_str()))
        && body["logStreamNamePrefix"].as_str().is_none_or(|prefix| event.stream.starts_with(prefix));
    let is_in_time = body["startTime"].as_i64().is_none_or(|start| event.timestamp >= start)
        && body["endTime"].as_i64().is_none_or(|end| event.timestamp <= end);
    // Of the patterns, those of plain terms: a message has all of them.
    let pattern = body["filterPattern"].as_str().unwrap_or_default();
    is_in_stream && is_in_time && pattern.split_whitespace().all(|term| event.message.contains(term.trim_matches('"')))
}

fn write_token(from_the_end: bool, position: &str) -> String {
    BASE64.encode(format!("{}{position}", if from_the_end { 'b' } else { 'f' }))
}

fn read_token(token: &str) -> Option<(bool, Option<String>)> {
    let text = String::from_utf8(BASE64.decode(token).ok()?).ok()?;
    match text.split_at_checked(1)? {
        ("b", position) => Some((true, Some(position.to_owned()))),
        ("f", position) => Some((false, Some(position.to_owned()))),
        _ => None,
    }
}

fn invalid(message: &str) -> Fault {
    Fault::new("InvalidParameterException", message)
}
