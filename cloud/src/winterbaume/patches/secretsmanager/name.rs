//! The names of secrets in requests.

use crate::documents::CallContext;

/// Returns the name of the secret that a call names by name or ARN.
pub(super) fn name_of(context: &CallContext<'_>, id: &str) -> Option<String> {
    if context.own.get("secrets", id).is_some() {
        return Some(id.to_owned());
    }
    context.own.all("secrets").find(|(_, secret)| secret["arn"] == id).map(|(name, _)| name.to_owned())
}
