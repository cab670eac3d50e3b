//! Secrets Manager.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    (code == "ResourceExistsException").then_some(ErrorKind::AlreadyExists)
}
