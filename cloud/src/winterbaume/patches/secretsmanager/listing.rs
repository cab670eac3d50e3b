//! `ListSecrets`: winterbaume ignores filters, pages and secrets that await their deletion.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use crate::documents::CallContext;

/// Returns the list, made from the document.
pub(super) fn respond(body: &Value, context: &CallContext<'_>) -> MockResponse {
    let planned = body["IncludePlannedDeletion"].as_bool().unwrap_or(false);
    let after = body["NextToken"].as_str().unwrap_or_default();
    let limit = body["MaxResults"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
    let mut found = context
        .own
        .all("secrets")
        .filter(|(name, secret)| *name > after && (planned || secret["deleted_date"].is_null()))
        .filter(|(_, secret)| filters(body).all(|filter| matches(filter, secret)))
        .map(|(_, secret)| entry(secret));
    let page: Vec<Value> = found.by_ref().take(limit).collect();
    let mut answer = json!({ "SecretList": page });
    if found.next().is_some() {
        answer["NextToken"] = page_end(&answer);
    }
    MockResponse::json(200, answer.to_string())
}

fn page_end(answer: &Value) -> Value {
    answer["SecretList"].as_array().and_then(|page| page.last()).map_or(Value::Null, |last| last["Name"].clone())
}

fn filters(body: &Value) -> impl Iterator<Item = &Value> {
    body["Filters"].as_array().into_iter().flatten()
}

/// Returns whether one of the filter's values fits; `!value` fits where value does not. Text is compared by its
/// beginning.
fn matches(filter: &Value, secret: &Value) -> bool {
    let tags = || secret["tags"].as_object().into_iter().flatten();
    let texts: Vec<String> = match filter["Key"].as_str().unwrap_or_default() {
        "name" => vec![text(&secret["name"])],
        "description" => vec![text(&secret["description"])],
        "tag-key" => tags().map(|(key, _)| key.clone()).collect(),
        "tag-value" => tags().map(|(_, value)| text(value)).collect(),
        "primary-region" => vec![text(&secret["primary_region"])],
        "all" => [text(&secret["name"]), text(&secret["description"])]
            .into_iter()
            .chain(tags().flat_map(|(key, value)| [key.clone(), text(value)]))
            .collect(),
        _ => return false,
    };
    let fits = |wanted: &str| texts.iter().any(|text| text.starts_with(wanted));
    filter["Values"].as_array().into_iter().flatten().filter_map(Value::as_str).any(|value| {
        match value.strip_prefix('!') {
            Some(unwanted) => !fits(unwanted),
            None => fits(value),
        }
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn entry(secret: &Value) -> Value {
    let stages: serde_json::Map<_, _> = secret["versions"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, version)| (id.clone(), version["version_stages"].clone()))
        .collect();
    let tags: Vec<_> = secret["tags"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let mut entry = json!({
        "ARN": secret["arn"],
        "Name": secret["name"],
        "CreatedDate": seconds(&secret["created_date"]),
        "LastChangedDate": seconds(&secret["last_changed_date"]),
        "SecretVersionsToStages": stages,
        "Tags": tags,
        "PrimaryRegion": secret["primary_region"],
    });
    if !text(&secret["description"]).is_empty() {
        entry["Description"] = secret["description"].clone();
    }
    if secret["deleted_date"].is_string() {
        entry["DeletedDate"] = seconds(&secret["deleted_date"]);
    }
    entry
}

/// Returns a stored instant in seconds since the Unix epoch, as AWS's JSON has it.
fn seconds(stored: &Value) -> Value {
    let instant = stored.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    instant.map_or(Value::Null, |instant| json!(instant.as_second()))
}
