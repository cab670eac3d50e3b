//! The networks in which endpoints have interfaces: those of their models and configurations. A model by itself has
//! none, so its subnets and groups can be deleted under it.

use serde_json::{Value, json};

use super::endpoint_record::Endpoint;
use super::kind::ENDPOINT;
use super::store::Record;
use crate::documents::{CallContext, Tables};

/// Id → network and until when the interfaces of a deleted endpoint stay there.
const LINGERING: &str = "LingeringNetwork";

/// Returns whether SageMaker has an interface with a subnet (`Subnets`) or security group (`SecurityGroupIds`).
/// `tables` are SageMaker's as another service sees them.
pub fn uses(tables: &Tables, now_ms: i64, field: &str, id: &str) -> bool {
    let has = |network: &Value| network[field].as_array().is_some_and(|ids| ids.iter().any(|present| present == id));
    let of_endpoints = tables.all(ENDPOINT.table).any(|(name, _)| match Endpoint::standing(tables, now_ms, name) {
        Ok(Some(endpoint)) => endpoint.networks().any(has),
        Ok(None) => false,
        // An unreadable record may hold anything; calls that need it are refused.
        Err(_) => true,
    });
    let lingers = |record: &Value| record["UntilMs"].as_i64().is_some_and(|until_ms| now_ms < until_ms);
    of_endpoints || tables.all(LINGERING).any(|(_, record)| lingers(record) && has(&record["Network"]))
}

/// Lets the interfaces of an endpoint stay after its deletion, which begins now.
pub fn keep(endpoint: &Endpoint, context: &mut CallContext<'_>) {
    if context.interfaces_linger_ms == 0 {
        return;
    }
    let until_ms = context.now_ms.saturating_add(context.transition_ms).saturating_add(context.interfaces_linger_ms);
    for network in endpoint.networks() {
        let record = json!({ "Network": network, "UntilMs": until_ms });
        context.own.put(LINGERING, uuid::Uuid::new_v4().to_string(), record);
    }
}

/// Forgets the interfaces that are gone.
pub fn forget_gone(context: &mut CallContext<'_>) {
    let now_ms = context.now_ms;
    context.own.retain(LINGERING, |_, record| record["UntilMs"].as_i64().is_some_and(|until_ms| now_ms < until_ms));
}
