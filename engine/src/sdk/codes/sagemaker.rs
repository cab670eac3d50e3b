//! SageMaker.

use super::validation;
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    match code {
        "ResourceInUse" => Some(ErrorKind::AlreadyExists),
        "ResourceLimitExceeded" => Some(ErrorKind::Quota),
        "ValidationException" => validation::kind_of(message),
        _ => None,
    }
}
