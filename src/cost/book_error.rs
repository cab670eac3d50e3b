//! The faults of a file of prices.

use std::fmt;

/// One fault in a file of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFault {
    /// The file, as the reader was told its name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The fault.
    pub message: String,
}

/// The reason why a file of prices cannot be used: all of its faults.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct BookError(pub Vec<BookFault>);

impl fmt::Display for BookFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
