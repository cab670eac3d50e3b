//! SNS.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    (code == "AuthorizationError").then_some(ErrorKind::Denied)
}
