//! The handler of each operation, and GetResources.

use serde_json::{Value, json};

use super::resources::{TagMap, tagged};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{Handler, text};
use crate::services::paging::page;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "GetResources" => get_resources,
        _ => return None,
    })
}

/// GetResources: all filters must fit; of the values of one filter, one. Without values, the key is enough. The token of the
/// last page is empty (API reference of GetResources).
fn get_resources(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let listed = tagged(context).into_iter().filter(|(arn, tags)| fits(input, arn, tags));
    let token = Some(text(input, "PaginationToken")).filter(|token| !token.is_empty());
    let size = input["ResourcesPerPage"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(50);
    let listed = listed.map(|(arn, tags)| {
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        (arn.clone(), json!({ "ResourceARN": arn, "Tags": tags }))
    });
    let expired = || Fault::new("PaginationTokenExpiredException", "The pagination token is invalid or has expired.");
    let page = page(listed, token, size).ok_or_else(expired)?;
    Ok(json!({ "ResourceTagMappingList": page.items, "PaginationToken": page.next.unwrap_or_default() }))
}

fn fits(input: &Value, arn: &str, tags: &TagMap) -> bool {
    let mut filters = input["TagFilters"].as_array().into_iter().flatten();
    let has_tags = filters.all(|filter| {
        let values: Vec<&str> = filter["Values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let value = tags.get(text(filter, "Key"));
        value.is_some_and(|value| values.is_empty() || values.contains(&value.as_str()))
    });
    let mut types = input["ResourceTypeFilters"].as_array().into_iter().flatten().filter_map(Value::as_str).peekable();
    has_tags && (types.peek().is_none() || types.any(|wanted| is_of_type(arn, wanted)))
}

/// Returns whether an ARN is of a type `SERVICE` or `SERVICE:TYPE`.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    let kind = resource.split(['/', ':']).next().unwrap_or_default();
    match wanted.split_once(':') {
        Some((of, wanted)) => of == service && wanted == kind,
        None => wanted == service,
    }
}
