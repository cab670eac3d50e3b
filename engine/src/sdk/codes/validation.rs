//! `ValidationException`: some services use it, with different messages, where others have codes of their own.

use crate::sdk::error::ErrorKind;

/// Returns the kind of a validation error by its message. The service says whether the message means that the resource itself is
/// missing.
pub(super) fn kind_of(message: &str, is_missing: bool) -> Option<ErrorKind> {
    let says = |text: &str| message.contains(text);
    if is_missing {
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
