//! The functions of a provider, by their effect.

/// The functions of a provider whose calls are allowed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// `find`, `read` and others that change nothing.
    Read,
    /// `create`.
    Create,
    /// `update`, `restore` and others that change a resource.
    Update,
    /// `delete`.
    Delete,
}
