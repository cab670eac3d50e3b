//! Requests: the operations on resources, which take their time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::failure::Failure;
use crate::clock::seconds;
use crate::documents::Tables;
use crate::service::Fault;
use crate::services::json::damaged;

/// The table of requests, by their tokens.
const TABLE: &str = "Request";

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// A creation.
    Create,
    /// An update.
    Update,
    /// A deletion.
    Delete,
}

impl Operation {
    /// Returns its name in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// A request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Its token.
    pub token: String,
    /// The type of the resource.
    pub type_name: String,
    /// The identifier of the resource.
    pub identifier: String,
    /// Whether events show the identifier before the request is in progress.
    pub named: bool,
    /// What it does.
    pub operation: Operation,
    /// When it was made, in milliseconds since the Unix epoch.
    pub requested_ms: i64,
    /// When its handler begins.
    pub starts_ms: i64,
    /// When it is over.
    pub ends_ms: i64,
    /// Why it fails, if it does.
    pub failure: Option<Failure>,
    /// Whether the resource is made although the request fails.
    pub made: bool,
    /// The model of the resource after an update, until it is over.
    pub desired: Option<Value>,
    /// The properties of the identifier, for the last event.
    pub identity: Value,
    /// When it was canceled.
    pub canceled_ms: Option<i64>,
    /// Whether its effect has been applied.
    pub settled: bool,
}

impl Request {
    /// Returns its status at an instant.
    pub fn status(&self, now_ms: i64) -> &'static str {
        match self.canceled_ms {
            // A request whose handler has not begun is canceled at once; a handler gets to its next step first.
            Some(canceled_ms) if canceled_ms < self.starts_ms || now_ms >= self.ends_ms => "CANCEL_COMPLETE",
            Some(_) => "CANCEL_IN_PROGRESS",
            None if now_ms < self.starts_ms => "PENDING",
            None if now_ms < self.ends_ms => "IN_PROGRESS",
            None if self.failure.is_some() => "FAILED",
            None => "SUCCESS",
        }
    }

    /// Returns whether it is under way at an instant.
    pub fn is_running(&self, now_ms: i64) -> bool {
        ["PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS"].contains(&self.status(now_ms))
    }

    /// Returns its event at an instant. The model of the last event is sparse: outputs are missing (cdkd#1105, #381), and here it has
    /// the identifier alone. There is no client token in an event.
    pub fn event(&self, now_ms: i64) -> Value {
        let status = self.status(now_ms);
        let changed_ms = match status {
            "PENDING" => self.requested_ms,
            "IN_PROGRESS" => self.starts_ms,
            "CANCEL_IN_PROGRESS" => self.canceled_ms.unwrap_or(self.starts_ms),
            "CANCEL_COMPLETE" => self.canceled_ms.unwrap_or(self.ends_ms).max(self.requested_ms),
            _ => self.ends_ms,
        };
        let shown = status != "PENDING" && (self.failure.is_none() || self.made) && !self.identifier.is_empty();
        let model = (status == "SUCCESS" && self.operation != Operation::Delete).then(|| self.identity.to_string());
        let failure = self.failure.as_ref().filter(|_| status == "FAILED");
        json!({
            "TypeName": self.type_name, "RequestToken": self.token, "Operation": self.operation.name(),
            "OperationStatus": status, "EventTime": seconds(changed_ms),
            "Identifier": (shown || self.named).then_some(&self.identifier),
            "ResourceModel": model,
            "StatusMessage": failure.map(|failure| &failure.message),
            "ErrorCode": failure.map(|failure| &failure.code),
        })
    }

    /// Stores it.
    pub fn save(&self, tables: &mut Tables) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged("Cloud Control", &error))?;
        tables.put(TABLE, self.token.as_str(), record);
        Ok(())
    }

    /// Returns the request of a token.
    pub fn find(tables: &Tables, token: &str) -> Result<Option<Self>, Fault> {
        tables.get(TABLE, token).map(read).transpose()
    }

    /// Returns the requests whose effect has not been applied.
    pub fn unsettled(tables: &Tables) -> Result<Vec<Self>, Fault> {
        tables.all(TABLE).filter(|(_, record)| record["settled"] == false).map(|(_, record)| read(record)).collect()
    }

    /// Returns all requests.
    pub fn all(tables: &Tables) -> Result<Vec<Self>, Fault> {
        tables.all(TABLE).map(|(_, record)| read(record)).collect()
    }

    /// Forgets the requests that are no longer kept.
    pub fn forget_old(tables: &mut Tables, before_ms: i64) {
        tables.retain(TABLE, |_, record| record["ends_ms"].as_i64().is_none_or(|ends_ms| ends_ms > before_ms));
    }
}

fn read(record: &Value) -> Result<Request, Fault> {
    Request::deserialize(record).map_err(|error| damaged("Cloud Control", &error))
}
