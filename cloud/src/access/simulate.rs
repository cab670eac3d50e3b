//! SimulatePrincipalPolicy: what the caller's policies would decide, without a call.
//!
//! The caller alone is simulated: this cloud does not evaluate the policies of other roles. Context keys are those of the request and no
//! others, so that a condition on any other key names it in `MissingContextValues`, as on AWS.

use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use super::condition::Keys;
use super::guard::Caller;
use super::policy::{Check, Decision, evaluate, missing_keys};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::{Parameters, query_response};

/// The name of the caller's role, as refusals have it.
pub(super) const ROLE: &str = "ebb";

/// The number of results of a page, unless the request says another ("the number of items defaults to 100").
const PAGE: usize = 100;

/// Returns the response of GetCallerIdentity: the session of the caller's role.
pub fn identity(context: &CallContext<'_>) -> MockResponse {
    let (partition, account) = (context.partition(), context.account);
    let arn = format!("arn:{partition}:sts::{account}:assumed-role/{ROLE}/session");
    let fields = [("Arn", arn.as_str()), ("UserId", "AROAEBBTIDEEMBEDDED0:session"), ("Account", account)];
    let fields = fields.map(|(name, value)| (name.to_owned(), Value::from(value)));
    query_response("GetCallerIdentity", Ok(fields.into_iter().collect()))
}

/// Returns the response of SimulatePrincipalPolicy. Without a caller everything is allowed.
pub fn simulate(caller: Option<&Caller>, request: &MockRequest, context: &CallContext<'_>) -> MockResponse {
    query_response("SimulatePrincipalPolicy", results(caller, &Parameters::of(request), context))
}

fn results(
    caller: Option<&Caller>,
    parameters: &Parameters,
    context: &CallContext<'_>,
) -> Result<Map<String, Value>, Fault> {
    check_source(parameters.need("PolicySourceArn")?, context)?;
    let keys = keys(parameters);
    let resources = parameters.strings("ResourceArns.member");
    let actions = parameters.strings("ActionNames.member");
    let from: usize = parameters.get("Marker").and_then(|marker| marker.parse().ok()).unwrap_or(0);
    let size = parameters.get("MaxItems").and_then(|most| most.parse().ok()).unwrap_or(PAGE).max(1);
    let results = actions.iter().skip(from).take(size).map(|action| result(caller, action, &resources, &keys));
    let results: Vec<Value> = results.collect();
    let to = from + results.len();
    let mut fields = Map::new();
    fields.insert("EvaluationResults".to_owned(), results.into());
    fields.insert("IsTruncated".to_owned(), (to < actions.len()).into());
    if to < actions.len() {
        fields.insert("Marker".to_owned(), to.to_string().into());
    }
    Ok(fields)
}

/// Refuses a principal that is not a role, user or group, or that this cloud does not evaluate.
fn check_source(arn: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let own = format!("arn:{}:iam::{}:role/{ROLE}", context.partition(), context.account);
    if arn == own {
        return Ok(());
    }
    if !arn.contains(":iam:") {
        return Err(Fault::new(
            "InvalidInput",
            format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."),
        ));
    }
    let (kind, name) = arn.rsplit_once(':').and_then(|(_, rest)| rest.split_once('/')).unwrap_or(("role", arn));
    let name = name.rsplit('/').next().unwrap_or(name);
    if kind == "role" && context.other("iam").get("Role", name).is_some() {
        let message = format!("the embedded cloud simulates the policies of its caller alone, {own}");
        return Err(Fault::new("EmbeddedCloudNotImplemented", message));
    }
    let message = format!("The {kind} with name {name} cannot be found.");
    Err(Fault { status: 404, code: "NoSuchEntity".to_owned(), message })
}

fn keys(parameters: &Parameters) -> Keys {
    let entries = parameters.list("ContextEntries.member");
    let key = |entry: &Parameters| {
        let name = entry.get("ContextKeyName")?.to_ascii_lowercase();
        Some((name, entry.strings("ContextKeyValues.member")))
    };
    entries.iter().filter_map(key).collect()
}

/// Returns the result of an action. A denial of one resource is a denial of the action.
fn result(caller: Option<&Caller>, action: &str, resources: &[String], keys: &Keys) -> Value {
    let decide = |resource: &str| {
        let check = Check { action: action.to_owned(), resource: resource.to_owned(), keys: keys.clone() };
        let policies = caller.map(Caller::policies);
        let decision = policies.map_or(Decision::Allowed, |policies| evaluate(policies, &check));
        let missing = policies.map(|policies| missing_keys(policies, &check)).unwrap_or_default();
        (decision, missing)
    };
    if resources.is_empty() {
        let (decision, missing) = decide("*");
        return json!({
            "EvalActionName": action, "EvalResourceName": "*", "EvalDecision": word(decision),
            "MissingContextValues": missing,
        });
    }
    let decided: Vec<_> = resources.iter().map(|resource| (resource, decide(resource))).collect();
    let worst = decided.iter().map(|(_, (decision, _))| *decision).max_by_key(|decision| match decision {
        Decision::Allowed => 0,
        Decision::NotAllowed => 1,
        Decision::Denied => 2,
    });
    let each: Vec<Value> = decided
        .iter()
        .map(|(resource, (decision, missing))| {
            json!({
                "EvalResourceName": resource, "EvalResourceDecision": word(*decision), "MissingContextValues": missing,
            })
        })
        .collect();
    json!({
        "EvalActionName": action, "EvalResourceName": "*", "EvalDecision": word(worst.unwrap_or(Decision::Allowed)),
        "MissingContextValues": [], "ResourceSpecificResults": each,
    })
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::NotAllowed => "implicitDeny",
        Decision::Denied => "explicitDeny",
    }
}
