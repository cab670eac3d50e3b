//! Policy documents: AWS refuses malformed ones and returns them URL-encoded; winterbaume does neither.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use winterbaume_core::MockResponse;

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::principals;
use crate::winterbaume::policy::{self, Place};
use crate::wire::query::{Parameters, query_response};

/// The characters that RFC 3986 leaves unencoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns a document as AWS writes it in responses.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

/// Refuses a malformed document, resources of another partition, and principals of a trust policy that do not exist, or that
/// other parts of IAM do not know yet.
pub(super) fn check(operation: &str, parameters: &Parameters, context: &CallContext<'_>) -> Result<(), Fault> {
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
    let malformed = |reason| Fault::new("MalformedPolicyDocument", reason);
    policy::check(document, place).map_err(malformed)?;
    if let Some(resource) = of_other_partition(document, context) {
        let partition = resource.split(':').nth(1).unwrap_or_default();
        return Err(malformed(format!("Partition \"{partition}\" is not valid for resource \"{resource}\".")));
    }
    // IAM User Guide, "Changes that I make are not always immediately visible"; terraform-provider-aws retries this refusal of
    // CreateRole and UpdateAssumeRolePolicy (`internal/service/iam/role.go`, issues 1388 and 16820).
    match principals::unknown(document, context) {
        Some(arn) => Err(malformed(format!("Invalid principal in policy: \"AWS\":\"{arn}\""))),
        None => Ok(()),
    }
}

/// Returns the first resource in a document that is not of the partition of the call.
fn of_other_partition(document: &str, context: &CallContext<'_>) -> Option<String> {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    let resources = statements.iter().flat_map(|statement| match &statement["Resource"] {
        Value::Array(resources) => resources.as_slice(),
        resource => std::slice::from_ref(resource),
    });
    let is_other = |arn: &&str| {
        let partition = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').next());
        partition.is_some_and(|partition| partition != context.partition() && !partition.contains('*'))
    };
    resources.filter_map(Value::as_str).find(is_other).map(str::to_owned)
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
