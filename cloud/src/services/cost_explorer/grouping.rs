//! Groups: by dimensions and tags.

use serde_json::Value;

use super::costs::Line;
use crate::service::Fault;
use crate::services::json::{invalid, text};

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
pub fn keys(groups: &[Value], line: &Line) -> Vec<String> {
    let key = |group: &Value| {
        let key = text(group, "Key");
        match text(group, "Type") {
            "TAG" => format!("{key}${}", line.tags.get(key).map_or("", String::as_str)),
            _ => dimension(key, line).to_owned(),
        }
    };
    groups.iter().map(key).collect()
}

/// Returns the value of a dimension.
pub fn dimension<'a>(key: &str, line: &'a Line) -> &'a str {
    match key {
        "SERVICE" => &line.service,
        "USAGE_TYPE" => &line.usage_type,
        "OPERATION" => line.operation,
        "REGION" => &line.region,
        "LINKED_ACCOUNT" => &line.account,
        "RECORD_TYPE" => &line.record_type,
        "INSTANCE_TYPE" => line.instance_type.as_deref().unwrap_or("NoInstanceType"),
        _ => "",
    }
}
