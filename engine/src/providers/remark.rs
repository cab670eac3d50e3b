//! Remarks on declarations that are valid and do not do what they say.

/// A remark on a declaration that is valid and does not do what it says, at a certain time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The remark, in words.
    pub message: String,
    /// Advice on what to do next.
    pub hint: String,
    /// Whether the resource would do nothing from now on. If so, it is neither created nor changed.
    pub is_over: bool,
}
