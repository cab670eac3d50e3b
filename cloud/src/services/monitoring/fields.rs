//! The types of CloudWatch's fields, as far as they are not text.
//!
//! The query protocol sends everything as text, and JSON does not distinguish a double from an integer or an instant
//! from a number; CBOR wants all of these right. So each field is brought to its type, whichever protocol it came by.

use serde_json::{Value, json};

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Text,
    Integer,
    Double,
    Flag,
    /// Seconds since the epoch.
    Instant,
}

/// Returns whether a field holds an instant (or a list of them).
pub(super) fn is_instant(name: &str) -> bool {
    matches!(
        name,
        "AlarmConfigurationUpdatedTimestamp"
            | "StateUpdatedTimestamp"
            | "StateTransitionedTimestamp"
            | "Timestamp"
            | "Timestamps"
            | "LastModified"
            | "StartTime"
            | "EndTime"
            | "StartDate"
            | "EndDate"
    )
}

fn type_of(parent: &str, name: &str) -> Type {
    match name {
        _ if is_instant(name) => Type::Instant,
        // A dimension and a tag have a text of the same name.
        "Value" if parent == "MetricData" => Type::Double,
        "Values" | "Counts" if parent == "MetricData" => Type::Double,
        "Threshold" | "SampleCount" | "Sum" | "Minimum" | "Maximum" => Type::Double,
        "Period"
        | "EvaluationPeriods"
        | "DatapointsToAlarm"
        | "EvaluationInterval"
        | "ActionsSuppressorWaitPeriod"
        | "ActionsSuppressorExtensionPeriod"
        | "MaxRecords"
        | "MaxDatapoints"
        | "StorageResolution"
        | "PendingPeriod"
        | "RecoveryPeriod"
        | "WarmUpPeriodDurationInMinutes" => Type::Integer,
        "ActionsEnabled"
        | "ReturnData"
        | "IncludeLinkedAccounts"
        | "StrictEntityValidation"
        | "OnlyStartEvaluatingAfterWarmUpPeriodEnds" => Type::Flag,
        _ => Type::Text,
    }
}

/// Brings every field of the input to its type. The error for a value that does not fit (`Period=abc`) is `path:
/// value`.
pub(super) fn typed(input: Value) -> Result<Value, String> {
    typed_field("", "", input)
}

fn typed_field(parent: &str, name: &str, value: Value) -> Result<Value, String> {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(field, value)| Ok((field.clone(), typed_field(name, &field, value)?)))
            .collect::<Result<_, String>>()
            .map(Value::Object),
        Value::Array(members) => members
            .into_iter()
            .map(|member| typed_field(parent, name, member))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        scalar => typed_scalar(type_of(parent, name), &scalar).ok_or_else(|| format!("{name}: {scalar}")),
    }
}

fn typed_scalar(wanted: Type, value: &Value) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    match wanted {
        Type::Text => Some(value.clone()),
        Type::Flag => match value {
            Value::String(text) => text.parse::<bool>().ok().map(Value::Bool),
            other => other.as_bool().map(Value::Bool),
        },
        Type::Integer => match value {
            Value::String(text) => text.parse::<i64>().ok().map(Value::from),
            other => other.as_i64().map(Value::from),
        },
        Type::Double => match value {
            Value::String(text) => {
                text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number))
            }
            other => other.as_f64().map(|number| json!(number)),
        },
        Type::Instant => match value {
            Value::String(text) => seconds(text).map(|number| json!(number)),
            other => other.as_f64().map(|number| json!(number)),
        },
    }
}

/// Returns an instant written as RFC 3339 or as a number of seconds.
fn seconds(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
    let milliseconds = timestamp.as_millisecond() as f64;
    Some(milliseconds / 1000.0)
}

/// Returns an instant as RFC 3339 text, as XML responses have it.
pub(super) fn rfc3339(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "an instant out of range saturates and is refused below")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    jiff::Timestamp::from_millisecond(milliseconds).map(|instant| format!("{instant:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_form_take_the_types_of_their_fields() {
        let input = json!({
            "Threshold": "80", "Period": "60", "ActionsEnabled": "false",
            "MetricData": [{ "Value": "2", "Timestamp": "1970-01-01T00:01:00Z", "Dimensions": [{ "Name": "a", "Value": "1" }] }],
        });
        let expected = json!({
            "Threshold": 80.0, "Period": 60, "ActionsEnabled": false,
            "MetricData": [{ "Value": 2.0, "Timestamp": 60.0, "Dimensions": [{ "Name": "a", "Value": "1" }] }],
        });
        assert_eq!(typed(input).unwrap(), expected);
    }

    #[test]
    fn an_integer_in_a_double_field_becomes_a_double() {
        assert!(typed(json!({ "Threshold": 80 })).unwrap()["Threshold"].is_f64());
    }

    #[test]
    fn an_unfit_value_is_named() {
        assert_eq!(typed(json!({ "Period": "abc" })).unwrap_err(), "Period: \"abc\"");
    }

    #[test]
    fn instants_read_as_they_are_written() {
        assert_eq!(rfc3339(1.5), "1970-01-01T00:00:01.500Z");
        assert_eq!(seconds(&rfc3339(1.5)), Some(1.5));
    }
}
