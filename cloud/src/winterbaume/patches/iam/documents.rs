//! Policy documents: AWS refuses malformed ones and returns them URL-encoded; winterbaume does neither.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use winterbaume_core::MockResponse;

use crate::documents::CallContext;
use crate::service::Fault;
use crate::winterbaume::policy::{self, Place};
use crate::wire::query::{Parameters, query_response};

/// The characters that RFC 3986 leaves unencoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns a document as AWS writes it in responses.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

/// Refuses a malformed document.
pub(super) fn check(operation: &str, parameters: &Parameters) -> Result<(), Fault> {
    let (field, place) = match operation {
        "CreateRole" => ("AssumeRolePolicyDocument", Place::Trust),
        "UpdateAssumeRolePolicy" => ("PolicyDocument", Place::Trust),
        "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy" | "CreatePolicy" | "CreatePolicyVersion" => {
            ("PolicyDocument", Place::Identity)
        }
        _ => return Ok(()),
    };
    // A missing document is winterbaume's to refuse.
    let Some(document) = parameters.get(field) else { return Ok(()) };
    policy::check(document, place).map_err(|reason| Fault::new("MalformedPolicyDocument", reason))
}

/// Returns the responses that carry a document, made anew with the document encoded.
pub(super) fn respond(operation: &str, parameters: &Parameters, context: &CallContext<'_>) -> Option<MockResponse> {
    match operation {
        "GetRolePolicy" => {
            let (role, name) = (parameters.get("RoleName")?, parameters.get("PolicyName")?);
            let policies = context.own.get("roles", role)?["inline_policies"].as_array()?;
            let policy = policies.iter().find(|policy| policy["policy_name"] == name)?;
            let mut fields = Map::new();
            fields.insert("RoleName".into(), json!(role));
            fields.insert("PolicyName".into(), json!(name));
            fields.insert("PolicyDocument".into(), json!(encoded(policy["policy_document"].as_str()?)));
            Some(query_response(operation, Ok(fields)))
        }
        "GetPolicyVersion" => {
            let policy = context.own.get("policies", parameters.get("PolicyArn")?)?;
            let wanted = parameters.get("VersionId")?;
            let version = policy["versions"].as_array()?.iter().find(|version| version["version_id"] == wanted)?;
            let version = json!({
                "Document": encoded(version["document"].as_str()?),
                "VersionId": wanted,
                "IsDefaultVersion": version["is_default_version"],
                "CreateDate": seconds(&version["create_date"]),
            });
            Some(query_response(operation, Ok(Map::from_iter([("PolicyVersion".to_owned(), version)]))))
        }
        _ => None,
    }
}

/// Returns a stored instant in the form of AWS, to the second.
pub(super) fn seconds(stored: &Value) -> Value {
    let instant = stored.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    instant.map_or(Value::Null, |instant| json!(instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
}
