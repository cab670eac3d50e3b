//! CloudWatch.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    (code == "DashboardNotFoundError").then_some(ErrorKind::NotFound)
}
