//! Groups: by dimensions and tags.

use serde_json::Value;

use super::costs::Line;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::usage::Item;

/// The dimensions that the cloud knows.
pub const DIMENSIONS: [&str; 7] =
    ["INSTANCE_TYPE", "LINKED_ACCOUNT", "OPERATION", "RECORD_TYPE", "REGION", "SERVICE", "USAGE_TYPE"];

/// Checks the groups of a request.
pub fn check(groups: &[Value]) -> Result<(), Fault> {
    if groups.len() > 2 {
        return Err(invalid("Only two values for GroupBy are allowed"));
    }
    for group in groups {
        let (kind, key) = (text(group, "Type"), text(group, "Key"));
        let known = match kind {
            "TAG" => !key.is_empty(),
            "DIMENSION" => DIMENSIONS.contains(&key),
            _ => false,
        };
        if !known {
            let message = format!(
                "The embedded cloud cannot group by {kind} {key}; it knows TAG and the dimensions {}",
                DIMENSIONS.join(", ")
            );
            return Err(invalid(message));
        }
    }
    Ok(())
}

/// Returns the keys of the group of a line.
pub fn keys(groups: &[Value], line: &Line, account: &str) -> Vec<String> {
    let key = |group: &Value| {
        let key = text(group, "Key");
        match text(group, "Type") {
            "TAG" => format!("{key}${}", line.tags.get(key).map_or("", String::as_str)),
            _ => dimension(key, line, account),
        }
    };
    groups.iter().map(key).collect()
}

/// Returns the value of a dimension.
pub fn dimension(key: &str, line: &Line, account: &str) -> String {
    let metered = &line.metered;
    match key {
        "SERVICE" => metered.service.to_owned(),
        "USAGE_TYPE" => metered.usage_type.clone(),
        "OPERATION" => metered.operation.to_owned(),
        "REGION" => metered.region.clone(),
        "LINKED_ACCOUNT" => account.to_owned(),
        "RECORD_TYPE" => "Usage".to_owned(),
        "INSTANCE_TYPE" => match &metered.item {
            Item::Hosting(instance) | Item::AsyncHosting(instance) => instance.clone(),
            _ => "NoInstanceType".to_owned(),
        },
        _ => String::new(),
    }
}
