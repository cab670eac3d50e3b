//! The networks in which endpoints have interfaces: those of their models and configurations. A model by itself has
//! none, so its subnets and groups can be deleted under it.
//!
//! SageMaker makes and removes the interfaces with the execution role, which the permissions that such a role needs show
//! (CreateModel, "Execution Role Permissions": ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface). "You might still
//! see these resources in your account for a few minutes after deleting your endpoint. Do not delete or revoke the
//! permissions for your ExecutionRoleArn, otherwise SageMaker cannot delete these resources" (DeleteEndpoint).

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::endpoint_record::Endpoint;
use super::kind::ENDPOINT;
use super::store::Record;
use crate::documents::{CallContext, Tables};
use crate::durations::milliseconds;
use crate::services::json::text;

/// Id → network, and until when the interfaces of a deleted endpoint, or of its former fleet, stay there.
const LINGERING: &str = "LingeringNetwork";

/// An interface of SageMaker, as EC2 shows it.
pub struct Interface {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// The principal that made it: a session of the execution role.
    pub requester: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: i64,
}

/// Returns the interfaces that SageMaker has now. `tables` are SageMaker's and `iam` IAM's, as another service sees them.
pub fn interfaces(tables: &Tables, iam: &Tables, now_ms: i64) -> Vec<Interface> {
    let mut found = Vec::new();
    for (name, _) in tables.all(ENDPOINT.table) {
        let Ok(Some(endpoint)) = Endpoint::standing(tables, now_ms, name) else { continue };
        for (index, network) in endpoint.networks().enumerate() {
            let source = format!("{name}/{}/{index}", endpoint.created_ms);
            found.extend(in_network(network, &source, endpoint.created_ms, iam));
        }
    }
    for (id, record) in tables.all(LINGERING) {
        let from_ms = record["FromMs"].as_i64().unwrap_or_default();
        if now_ms >= from_ms && lingers(record, iam, now_ms) {
            found.extend(in_network(&record["Network"], id, from_ms, iam));
        }
    }
    found
}

/// Returns whether the interfaces of a record are still there: until their time, and without their role for ever.
fn lingers(record: &Value, iam: &Tables, now_ms: i64) -> bool {
    let Some(until_ms) = record["UntilMs"].as_i64() else { return false };
    let role = role_name(&record["Network"]);
    let deleted = iam.get("DeletedRole", role).and_then(Value::as_i64);
    let begun_ms = record["BegunMs"].as_i64().unwrap_or_default();
    now_ms < until_ms || deleted.is_some_and(|deleted_ms| (begun_ms..until_ms).contains(&deleted_ms))
}

fn role_name(network: &Value) -> &str {
    text(network, "Role").rsplit('/').next().unwrap_or_default()
}

fn in_network(network: &Value, source: &str, created_ms: i64, iam: &Tables) -> Vec<Interface> {
    let ids = |field: &str| -> Vec<String> {
        network[field].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let role_id = iam.get("Role", role_name(network)).map(|role| text(role, "RoleId")).unwrap_or_default();
    let interface = |subnet: String| {
        let digest = Sha256::digest(format!("{source}/{subnet}"));
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Interface {
            id: format!("eni-{}", &digits[..17]),
            subnet,
            groups: ids("SecurityGroupIds"),
            requester: format!("{role_id}:SageMaker"),
            created_ms,
        }
    };
    ids("Subnets").into_iter().map(interface).collect()
}

/// Lets interfaces stay in some networks after a transition that begins now and takes some time.
pub fn keep(networks: Vec<Value>, takes: Duration, context: &mut CallContext<'_>) {
    if context.interfaces_linger_ms == 0 {
        return;
    }
    let from_ms = context.now_ms.saturating_add(milliseconds(takes));
    let until_ms = from_ms.saturating_add(context.interfaces_linger_ms);
    for network in networks {
        let record = json!({ "Network": network, "BegunMs": context.now_ms, "FromMs": from_ms, "UntilMs": until_ms });
        context.own.put(LINGERING, uuid::Uuid::new_v4().to_string(), record);
    }
}

/// Forgets the interfaces that are gone.
pub fn forget_gone(context: &mut CallContext<'_>) {
    if context.own.all(LINGERING).next().is_none() {
        return;
    }
    let (now_ms, iam) = (context.now_ms, context.other("iam"));
    context.own.retain(LINGERING, |_, record| lingers(record, &iam, now_ms));
}
