//! Log events: winterbaume forgets them with its memory, and gives them another id with each read.

use serde_json::{Value, json};

use crate::documents::{CallContext, Tables};

/// Log group and position → an event. The position is the timestamp, followed by the id.
const TABLE: &str = "ebb:log_events";

/// An event of a log group.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The place in the order of AWS: by timestamp, then by ingestion and by the call (`FilterLogEvents`).
    pub(super) position: String,
    pub(super) stream: String,
    pub(super) timestamp: i64,
    pub(super) message: String,
    record: Value,
}

impl Event {
    /// Returns the event as `FilteredLogEvent` has it.
    pub(super) fn shown(&self) -> Value {
        self.record.clone()
    }
}

/// Keeps the events of a call of `PutLogEvents` that succeeded.
pub(super) fn keep(body: &Value, context: &mut CallContext<'_>) {
    let (group, stream) = (&body["logGroupName"], &body["logStreamName"]);
    let Some(group) = group.as_str() else { return };
    let next = context.own.all(TABLE).count();
    for (at, event) in body["logEvents"].as_array().into_iter().flatten().enumerate() {
        let timestamp = event["timestamp"].as_i64().unwrap_or_default();
        // The ids of AWS have 56 digits.
        let id = format!("{timestamp:020}{:020}{:016}", context.now_ms, next + at);
        let record = json!({
            "eventId": id, "logStreamName": stream, "timestamp": timestamp, "ingestionTime": context.now_ms,
            "message": event["message"],
        });
        context.own.put(TABLE, format!("{group}\n{id}"), record);
    }
}

/// Forgets the events of a group that was deleted, or of one stream of it.
pub(super) fn forget(group: &str, stream: Option<&str>, tables: &mut Tables) {
    let beginning = format!("{group}\n");
    let is_gone = |key: &str, event: &Value| {
        key.starts_with(&beginning) && stream.is_none_or(|stream| event["logStreamName"] == stream)
    };
    tables.retain(TABLE, |key, event| !is_gone(key, event));
}

/// Returns the events of a group that have not expired, the earliest first.
pub(super) fn of_group(group: &str, context: &CallContext<'_>) -> Vec<Event> {
    const DAY_MS: i64 = 86_400_000;
    let retention = context.own.get("log_groups", group).and_then(|group| group["retention_in_days"].as_i64());
    let first = retention.map_or(i64::MIN, |days| context.now_ms - days * DAY_MS);
    let beginning = format!("{group}\n");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = context.own.all(TABLE).filter_map(|(key, record)| {
        let position = key.strip_prefix(&beginning)?.to_owned();
        Some(Event {
            position,
            stream: text(&record["logStreamName"]),
            timestamp: record["timestamp"].as_i64().unwrap_or_default(),
            message: text(&record["message"]),
            record: record.clone(),
        })
    });
    events.filter(|event| event.timestamp >= first).collect()
}
