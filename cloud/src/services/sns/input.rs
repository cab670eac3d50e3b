//! Input and errors that all of SNS shares.

use serde_json::{Map, Value};

use crate::service::Fault;
use crate::wire::query::Parameters;

/// The fields of a response, or an error.
pub(super) type Outcome = Result<Map<String, Value>, Fault>;

/// Returns the error for a parameter, in SNS's words: `Invalid parameter: Topic Name`.
pub(super) fn invalid(what: impl AsRef<str>) -> Fault {
    Fault::new("InvalidParameter", format!("Invalid parameter: {}", what.as_ref()))
}

pub(super) fn not_found(what: &str) -> Fault {
    Fault { status: 404, ..Fault::new("NotFound", format!("{what} does not exist")) }
}

/// Returns a required parameter; SNS calls a missing one invalid.
pub(super) fn need<'a>(input: &'a Parameters, name: &str) -> Result<&'a str, Fault> {
    input.get(name).filter(|value| !value.is_empty()).ok_or_else(|| invalid(name))
}

/// Returns an ARN, required and of the right number of parts.
pub(super) fn need_arn<'a>(input: &'a Parameters, name: &str) -> Result<&'a str, Fault> {
    let arn = need(input, name)?;
    let parts = arn.split(':').count();
    if parts < 6 {
        return Err(invalid(format!("{name} Reason: An ARN must have at least 6 elements, not {parts}")));
    }
    Ok(arn)
}

/// Returns a response without fields.
pub(super) fn nothing() -> Outcome {
    Ok(Map::new())
}

/// Returns a response of these fields.
pub(super) fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
