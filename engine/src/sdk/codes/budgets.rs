//! Budgets.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    (code == "DuplicateRecordException").then_some(ErrorKind::AlreadyExists)
}
