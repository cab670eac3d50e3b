//! Policies that AWS manages (`arn:PARTITION:iam::aws:policy/…`): winterbaume knows none, so that attaching one fails.
//!
//! Any well-formed ARN counts as existing: AWS has far over a thousand of them and adds more.

use serde_json::{Map, Value, json};
use winterbaume_core::MockResponse;

use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::{Parameters, query_response};

/// Responds to calls on such a policy.
pub(super) fn respond(
    operation: &str,
    parameters: &Parameters,
    context: &mut CallContext<'_>,
) -> Result<Option<MockResponse>, Fault> {
    let prefix = format!("arn:{}:iam::aws:policy/", context.partition());
    let Some(arn) = parameters.get("PolicyArn").filter(|arn| arn.starts_with(&prefix)) else { return Ok(None) };
    let name = arn.rsplit('/').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(missing(format!("Policy {arn} does not exist or is not attachable.")));
    }
    let fields = match operation {
        "AttachRolePolicy" => {
            let attached = attached(parameters, context)?;
            if !attached.iter().any(|policy| policy["policy_arn"] == arn) {
                attached.push(json!({ "policy_name": name, "policy_arn": arn }));
            }
            Map::new()
        }
        "DetachRolePolicy" => {
            let attached = attached(parameters, context)?;
            let before = attached.len();
            attached.retain(|policy| policy["policy_arn"] != arn);
            if attached.len() == before {
                return Err(missing(format!("Policy {arn} was not found.")));
            }
            Map::new()
        }
        "GetPolicy" => {
            let path = arn.strip_prefix(prefix.trim_end_matches('/')).and_then(|path| path.strip_suffix(name));
            let policy = json!({
                "PolicyName": name,
                "Arn": arn,
                "Path": path.unwrap_or("/"),
                "DefaultVersionId": "v1",
                "IsAttachable": true,
            });
            Map::from_iter([("Policy".to_owned(), policy)])
        }
        _ => return Ok(None),
    };
    Ok(Some(query_response(operation, Ok(fields))))
}

fn attached<'a>(parameters: &Parameters, context: &'a mut CallContext<'_>) -> Result<&'a mut Vec<Value>, Fault> {
    let role = parameters.need("RoleName")?;
    context
        .own
        .get_mut("roles", role)
        .and_then(|stored| stored["attached_policies"].as_array_mut())
        .ok_or_else(|| missing(format!("The role with name {role} cannot be found.")))
}

fn missing(message: String) -> Fault {
    Fault { status: 404, code: "NoSuchEntity".into(), message }
}
