//! Advice beside a message.

/// An error with advice on what to do next, apart from its message.
pub trait Hint {
    /// Returns what to do next, if there is more to say than the message does.
    fn hint(&self) -> Option<String>;
}
