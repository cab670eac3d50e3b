//! The outcome of a CloudWatch call: a response, or an error that may have fields of its own.

use serde_json::Value;

use crate::service::Fault;

/// An error, with the fields that some errors have beside code and message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub fault: Fault,
    /// An object with further fields of the error, or null.
    pub details: Value,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { fault, details: Value::Null }
    }
}

/// A response (an object) or an error.
pub(super) type Outcome<T = Value> = Result<T, Refusal>;

/// Returns the error for a value that CloudWatch's own checks do not accept.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Fault::new("ValidationError", message).into()
}

/// Returns the error for a parameter value, where the operation declares that error.
pub(super) fn invalid_value(message: impl Into<String>) -> Refusal {
    Fault::new("InvalidParameterValue", message).into()
}

/// Returns the error for parameters that do not go together.
pub(super) fn bad_combination(message: impl Into<String>) -> Refusal {
    Fault::new("InvalidParameterCombination", message).into()
}

/// Returns the error for a token that no page gave.
pub(super) fn bad_token() -> Refusal {
    Fault::new("InvalidNextToken", "The specified nextToken is invalid").into()
}

/// Returns a required text parameter.
pub(super) fn need<'a>(input: &'a Value, name: &str) -> Outcome<&'a str> {
    let missing = || Fault::new("MissingParameter", format!("The parameter {name} is required.")).into();
    input[name].as_str().filter(|text| !text.is_empty()).ok_or_else(missing)
}

/// Returns a list of texts; one that is absent is empty.
pub(super) fn texts<'a>(input: &'a Value, name: &str) -> Vec<&'a str> {
    members(input, name).iter().filter_map(Value::as_str).collect()
}

/// Returns the members of a list; one that is absent is empty.
pub(super) fn members<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input[name].as_array().map_or(&[], Vec::as_slice)
}

/// Returns the size of a page: `name` of the input, within 1 and `limit`, or `usual` when it is absent.
pub(super) fn page_size(input: &Value, name: &str, usual: usize, limit: usize) -> Outcome<usize> {
    match input[name].as_i64() {
        None => Ok(usual),
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| (1..=limit).contains(size))
            .ok_or_else(|| invalid(format!("Value '{size}' at '{name}' must be between 1 and {limit}"))),
    }
}
