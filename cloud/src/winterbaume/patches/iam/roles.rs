//! Roles: winterbaume returns them without description, tags and boundary, and their documents unencoded, though its
//! state has them all; and it accepts any name.

use serde_json::{Map, Value, json};
use winterbaume_core::MockResponse;

use super::documents::{encoded, seconds};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::{Parameters, query_response};

/// Refuses a role name that AWS refuses.
pub(super) fn check_name(operation: &str, parameters: &Parameters) -> Result<(), Fault> {
    let Some(name) = parameters.get("RoleName").filter(|_| operation == "CreateRole") else { return Ok(()) };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return Err(Fault::new(
            "ValidationError",
            format!(
                "1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: Member must \
                 have length less than or equal to 64 and match [\\w+=,.@-]+"
            ),
        ));
    }
    Ok(())
}

/// Returns the responses that carry roles, made anew from the document.
pub(super) fn respond(operation: &str, parameters: &Parameters, context: &CallContext<'_>) -> Option<MockResponse> {
    let fields = match operation {
        "CreateRole" | "GetRole" => {
            let stored = context.own.get("roles", parameters.get("RoleName")?)?;
            Map::from_iter([("Role".to_owned(), role(stored, true))])
        }
        "ListRoles" => {
            let prefix = parameters.get("PathPrefix").unwrap_or("/");
            let roles = context
                .own
                .all("roles")
                .map(|(_, stored)| stored)
                .filter(|stored| stored["path"].as_str().is_some_and(|path| path.starts_with(prefix)))
                // As on AWS, a list leaves out tags and boundary.
                .map(|stored| role(stored, false))
                .collect();
            Map::from_iter([("IsTruncated".to_owned(), json!(false)), ("Roles".to_owned(), Value::Array(roles))])
        }
        _ => return None,
    };
    Some(query_response(operation, Ok(fields)))
}

fn role(stored: &Value, whole: bool) -> Value {
    let mut role = json!({
        "Path": stored["path"],
        "RoleName": stored["name"],
        "RoleId": stored["role_id"],
        "Arn": stored["arn"],
        "CreateDate": seconds(&stored["create_date"]),
        "AssumeRolePolicyDocument": encoded(stored["assume_role_policy_document"].as_str().unwrap_or_default()),
        "MaxSessionDuration": stored["max_session_duration"],
    });
    if let Some(description) = stored["description"].as_str().filter(|text| !text.is_empty()) {
        role["Description"] = json!(description);
    }
    if whole {
        let tags: Vec<Value> = stored["tags"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect();
        if !tags.is_empty() {
            role["Tags"] = Value::Array(tags);
        }
        if let Some(boundary) = stored["permissions_boundary"].as_str() {
            role["PermissionsBoundary"] =
                json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary });
        }
    }
    role
}
