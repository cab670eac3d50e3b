//! The results of functions that declare stacks.

use std::fmt::Display;

/// The result of a function that declares a stack: nothing, or a [`Result`] with any error that can be displayed.
pub trait DeclareResult {
    /// Returns the message of the error, if it is one.
    fn error(self) -> Option<String>;
}

impl DeclareResult for () {
    fn error(self) -> Option<String> {
        None
    }
}

impl<E: Display> DeclareResult for Result<(), E> {
    fn error(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}
