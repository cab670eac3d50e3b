//! ARNs in other partitions: winterbaume writes `arn:aws:` everywhere.

use bytes::Bytes;
use serde_json::Value;
use winterbaume_core::MockResponse;

use crate::documents::Tables;

/// Moves the ARNs of a service in its document to a partition. Returns whether there were any to move.
pub(super) fn move_tables(tables: &mut Tables, service: &str, partition: &str) -> bool {
    if partition == "aws" {
        return false;
    }
    let (from, to) = prefixes(service, partition);
    let mut moved = false;
    for (table, key, mut record) in tables.everything() {
        let in_record = move_value(&mut record, &from, &to);
        let new_key = key.strip_prefix(&from).map(|rest| format!("{to}{rest}"));
        if in_record || new_key.is_some() {
            tables.remove(&table, &key);
            tables.put(&table, new_key.unwrap_or(key), record);
            moved = true;
        }
    }
    moved
}

/// Moves the ARNs of a service in a response to a partition.
pub(super) fn move_body(response: &mut MockResponse, service: &str, partition: &str) {
    let (from, to) = prefixes(service, partition);
    if let Some(text) =
        std::str::from_utf8(&response.body).ok().filter(|text| partition != "aws" && text.contains(&from))
    {
        response.body = Bytes::from(text.replace(&from, &to));
    }
}

fn prefixes(service: &str, partition: &str) -> (String, String) {
    (format!("arn:aws:{service}:"), format!("arn:{partition}:{service}:"))
}

fn move_value(value: &mut Value, from: &str, to: &str) -> bool {
    match value {
        Value::String(text) => match text.strip_prefix(from) {
            Some(rest) => {
                *text = format!("{to}{rest}");
                true
            }
            None => false,
        },
        Value::Array(members) => members.iter_mut().fold(false, |moved, one| move_value(one, from, to) | moved),
        Value::Object(fields) => {
            let keys: Vec<String> = fields.keys().filter(|key| key.starts_with(from)).cloned().collect();
            for key in &keys {
                if let Some(field) = fields.remove(key) {
                    fields.insert(key.replacen(from, to, 1), field);
                }
            }
            fields.values_mut().fold(!keys.is_empty(), |moved, one| move_value(one, from, to) | moved)
        }
        _ => false,
    }
}
