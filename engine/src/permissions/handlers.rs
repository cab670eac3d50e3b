//! The permissions of the handlers of Cloud Control, which act with the permissions of the caller: `handlers` in the schema of each
//! type ("Resource type schema property reference" of the CloudFormation CLI User Guide).

use std::collections::BTreeMap;

use ebbtide::resource::cloud_control::facts;

use super::phase::Phase;

/// The permissions of a phase.
pub(super) struct Handler {
    /// The calls on Cloud Control.
    pub(super) calls: &'static [&'static str],
    /// The actions of the handler on the resource.
    pub(super) actions: Vec<String>,
    /// The actions by which it lists the resources of the type.
    pub(super) lists: Vec<String>,
    /// The service that the type belongs to, as actions name it.
    pub(super) service: &'static str,
}

const READS: &[&str] = &[
    "cloudformation:GetResource",
    "cloudformation:GetResourceRequestStatus",
    "cloudformation:ListResourceRequests",
    "cloudformation:ListResources",
];

/// Returns the permissions of a phase; `None` for a type whose schema is not here.
pub(super) fn of(type_name: &str, phase: Phase) -> Option<Handler> {
    let permissions = &facts(type_name)?.permissions;
    let (calls, handler): (&[&str], &str) = match phase {
        Phase::Read => (READS, "read"),
        Phase::Create => (&["cloudformation:CreateResource"], "create"),
        Phase::Update => (&["cloudformation:UpdateResource"], "update"),
        Phase::Delete => (&["cloudformation:DeleteResource"], "delete"),
    };
    let named = |handler: &str| permissions.get(handler).cloned().unwrap_or_default();
    let lists = if phase == Phase::Read { named("list") } else { Vec::new() };
    Some(Handler { calls, actions: named(handler), lists, service: service(permissions)? })
}

/// Returns the service that most actions are of.
fn service(permissions: &'static BTreeMap<String, Vec<String>>) -> Option<&'static str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for action in permissions.values().flatten() {
        *counts.entry(action.split(':').next().unwrap_or_default()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(service, _)| service)
}

/// Returns whether a policy can only allow an action on `*`.
pub(super) fn is_unscoped(action: &str) -> bool {
    include_str!("unscoped.txt").lines().any(|line| line.eq_ignore_ascii_case(action))
}

/// Returns the resources of a service whose names AWS assigns.
pub(super) fn arn_of_service(service: &str) -> String {
    match service {
        // The resources of API Gateway are paths without an account.
        "apigateway" => "arn:{partition}:apigateway:{region}::/*".to_owned(),
        "ce" => "arn:{partition}:ce::{account}:*".to_owned(),
        service => format!("arn:{{partition}}:{}:{{region}}:{{account}}:*", service.to_ascii_lowercase()),
    }
}
