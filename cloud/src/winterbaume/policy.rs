//! Checks of policy documents, as AWS makes them when one is stored: grammar, and the fields that its place allows.

use serde_json::{Map, Value};

/// Where a document is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// The trust policy of a role.
    Trust,
    /// A managed or inline policy of a role, user or group.
    Identity,
    /// The policy of this bucket.
    Bucket(&'a str),
}

const FIELDS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Checks a document; the error is the reason in AWS's words where they are known.
pub(super) fn check(document: &str, place: Place<'_>) -> Result<(), String> {
    let syntax = || "Syntax errors in policy.".to_owned();
    let value: Value = serde_json::from_str(document).map_err(|_| match place {
        Place::Bucket(_) => "Policies must be valid JSON and the first byte must be '{'".to_owned(),
        _ => "This policy contains invalid Json".to_owned(),
    })?;
    let policy = value.as_object().ok_or_else(syntax)?;
    if let Some(field) = policy.keys().find(|key| !["Version", "Id", "Statement"].contains(&key.as_str())) {
        return Err(format!("Unknown field {field}"));
    }
    if let Some(version) = policy.get("Version")
        && !matches!(version.as_str(), Some("2012-10-17" | "2008-10-17"))
    {
        return Err("The policy must contain a valid version string".to_owned());
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => return Err("Could not parse the policy: Statement is empty!".to_owned()),
    };
    statements.into_iter().try_for_each(|statement| {
        let statement = statement.as_object().ok_or_else(syntax)?;
        check_statement(statement, place)
    })
}

fn check_statement(statement: &Map<String, Value>, place: Place<'_>) -> Result<(), String> {
    if let Some(field) = statement.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!("Unknown field {field}"));
    }
    match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow" | "Deny") => {}
        Some(other) => return Err(format!("Invalid effect: {other}")),
        None => return Err("Missing required field Effect".to_owned()),
    }
    if !statement
        .get("Condition")
        .is_none_or(|condition| condition.as_object().is_some_and(|operators| operators.values().all(Value::is_object)))
    {
        return Err("Syntax errors in policy.".to_owned());
    }
    let principal = statement.contains_key("Principal") || statement.contains_key("NotPrincipal");
    let actions = strings(statement, "Action", "NotAction")?
        .ok_or_else(|| "Policy statement must contain actions.".to_owned())?;
    let resources = strings(statement, "Resource", "NotResource")?;
    match place {
        Place::Trust => {
            if !principal {
                return Err("Missing required field Principal".to_owned());
            }
            if resources.is_some() {
                return Err("Has prohibited field Resource".to_owned());
            }
            if actions.iter().any(|action| *action != "*" && !action.starts_with("sts:")) {
                return Err("AssumeRole policy may only specify STS AssumeRole actions.".to_owned());
            }
        }
        Place::Identity => {
            if principal {
                return Err("Policy document should not specify a principal.".to_owned());
            }
            let resources = resources.ok_or_else(|| "Policy statement must contain resources.".to_owned())?;
            if let Some(action) = actions.iter().find(|action| **action != "*" && !action.contains(':')) {
                return Err(format!(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {action}"
                ));
            }
            if let Some(resource) = resources.iter().find(|name| **name != "*" && !name.starts_with("arn:")) {
                return Err(format!("Resource {resource} must be in ARN format or \"*\"."));
            }
        }
        Place::Bucket(bucket) => {
            if !principal {
                return Err("Missing required field Principal".to_owned());
            }
            if actions.iter().any(|action| *action != "*" && !action.starts_with("s3:")) {
                return Err("Policy has invalid action".to_owned());
            }
            let resources = resources.ok_or_else(|| "Missing required field Resource".to_owned())?;
            let inside = format!("{bucket}/");
            if !resources.iter().all(|name| *name == bucket || name.starts_with(&inside)) {
                return Err("Policy has invalid resource".to_owned());
            }
        }
    }
    Ok(())
}

/// Returns the strings of `field` or of its negation; exactly one of them may be there.
fn strings<'a>(statement: &'a Map<String, Value>, field: &str, negated: &str) -> Result<Option<Vec<&'a str>>, String> {
    let value = match (statement.get(field), statement.get(negated)) {
        (Some(_), Some(_)) => return Err(format!("Statement contains both {field} and {negated}")),
        (Some(value), None) | (None, Some(value)) => value,
        (None, None) => return Ok(None),
    };
    let members = match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(members) if !members.is_empty() => members
            .iter()
            .map(|member| member.as_str().ok_or_else(|| "Syntax errors in policy.".to_owned()))
            .collect::<Result<_, _>>()?,
        _ => return Err("Syntax errors in policy.".to_owned()),
    };
    Ok(Some(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(statement: &str, place: Place<'_>) -> String {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        check(&document, place).err().unwrap_or_default()
    }

    #[test]
    fn good_documents_pass() {
        let trust = r#"{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        let identity = r#"{"Effect":"Deny","NotAction":["s3:*"],"Resource":["arn:aws:s3:::b","*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
        let bucket =
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}"#;
        assert_eq!(reason(trust, Place::Trust), "");
        assert_eq!(reason(identity, Place::Identity), "");
        assert_eq!(reason(bucket, Place::Bucket("arn:aws:s3:::b")), "");
    }

    #[test]
    fn bad_documents_are_refused_with_their_reason() {
        let cases = [
            (r#"{"Effect":"Allow","Action":"s3:Get"}"#, Place::Identity, "must contain resources"),
            (r#"{"Effect":"Allow","Action":"GetObject","Resource":"*"}"#, Place::Identity, "prefaced by a vendor"),
            (r#"{"Effect":"Allow","Action":"s3:*","Resource":"b"}"#, Place::Identity, "ARN format"),
            (r#"{"Effect":"allow","Action":"s3:*","Resource":"*"}"#, Place::Identity, "Invalid effect"),
            (r#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#, Place::Trust, "Principal"),
            (
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::other"}"#,
                Place::Bucket("arn:aws:s3:::b"),
                "invalid resource",
            ),
            (r#"{"Efect":"Allow"}"#, Place::Identity, "Unknown field Efect"),
            ("", Place::Identity, "Statement is empty"),
        ];
        for (statement, place, expected) in cases {
            let found = reason(statement, place);
            assert!(found.contains(expected), "{statement}: {found}");
        }
        assert!(check("{", Place::Trust).is_err());
    }
}
