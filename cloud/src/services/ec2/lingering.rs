//! Network interfaces that stay for a while after the resource that they served is gone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::records::interfaces::NetworkInterface;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;

/// Id → interface and when it lingers.
const TABLE: &str = "LingeringInterface";

#[derive(Debug, Serialize, Deserialize)]
struct Lingering {
    interface: NetworkInterface,
    /// The instant at which the resource it served is gone, in milliseconds since the Unix epoch.
    from_ms: i64,
    /// When it is gone itself, in milliseconds since the Unix epoch.
    until_ms: i64,
}

/// Keeps interfaces after the deletion of the resource that they serve. The deletion begins now and takes some time.
pub fn keep(interfaces: Vec<NetworkInterface>, takes: Duration, context: &mut CallContext<'_>) -> Result<(), Fault> {
    if context.interfaces_linger_ms == 0 {
        return Ok(());
    }
    let from_ms = context.now_ms.saturating_add(milliseconds(takes));
    let until_ms = from_ms.saturating_add(context.interfaces_linger_ms);
    for interface in interfaces {
        let id = interface.id.clone();
        let record = serde_json::to_value(Lingering { interface, from_ms, until_ms });
        context.own.put(TABLE, id, record.map_err(|error| damaged(&error))?);
    }
    Ok(())
}

/// Returns the interfaces that linger now.
pub fn all(context: &CallContext<'_>) -> Result<Vec<NetworkInterface>, Fault> {
    let mut found = Vec::new();
    for (_, record) in context.own.all(TABLE) {
        let lingering = Lingering::deserialize(record).map_err(|error| damaged(&error))?;
        if (lingering.from_ms..lingering.until_ms).contains(&context.now_ms) {
            found.push(lingering.interface);
        }
    }
    Ok(found)
}

/// Forgets the interfaces that are gone.
pub fn forget_gone(context: &mut CallContext<'_>) {
    let now_ms = context.now_ms;
    context.own.retain(TABLE, |_, record| record["until_ms"].as_i64().is_some_and(|until_ms| now_ms < until_ms));
}

fn damaged(error: &serde_json::Error) -> Fault {
    let message = format!("the record of a network interface is damaged: {error}");
    Fault { status: 500, code: "InternalError".into(), message }
}
