//! Conflicts between the declared resources of one kind.

/// A declared resource that cannot exist beside another one of its kind in the same stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The index of the resource among those that were compared.
    pub index: usize,
    /// The conflict and what to change.
    pub message: String,
}
