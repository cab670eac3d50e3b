//! `ValidationException`: some services use it, with different messages, where others have codes of their own.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(message: &str) -> Option<ErrorKind> {
    let says = |text: &str| message.contains(text);
    if says_not_found(message) {
        Some(ErrorKind::NotFound)
    } else if says("already exist") {
        Some(ErrorKind::AlreadyExists)
    } else if says("in-progress") || says("in progress") {
        Some(ErrorKind::Busy)
    } else if says("Could not assume role") || says("could not be assumed") {
        Some(ErrorKind::NotYet)
    } else {
        None
    }
}

/// Returns whether a message says that a resource does not exist.
pub(super) fn says_not_found(message: &str) -> bool {
    message.contains("Could not find") || message.contains("does not exist")
}
