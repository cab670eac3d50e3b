//! What can be wrong with state, each with what to do next.

use super::Holder;

/// An error of reading or writing state.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The document is not whole, or no state document at all.
    #[error(
        "{place} is damaged: {message}. Nothing was changed. Restore it from a copy (earlier serials stand beside it), then run the same command"
    )]
    Damaged {
        /// The file or object.
        place: String,
        /// What is wrong with it.
        message: String,
    },
    /// A newer version wrote it.
    #[error("{place} has state format {found}, this ebb knows formats up to {}; use a newer ebb", super::FORMAT)]
    NewerFormat {
        /// The file or object.
        place: String,
        /// The format found.
        found: u64,
    },
    /// It belongs to something else.
    #[error(
        "{place} is the state of {found}, not of {expected}: it was copied or renamed. Put the right document in its place"
    )]
    Foreign {
        /// The file or object.
        place: String,
        /// Whose state it is.
        found: String,
        /// Whose state is wanted.
        expected: String,
    },
    /// The document changed between reading and writing.
    #[error(
        "{place} was changed by somebody else since it was read (lineage {lineage}, serial {serial} expected); run the command again"
    )]
    Moved {
        /// The file or object.
        place: String,
        /// The lineage that was read.
        lineage: String,
        /// The serial that was read.
        serial: u64,
    },
    /// Somebody else is at work on this stack.
    #[error(
        "{stack} in {environment} is being changed by {holder}; wait until that is done, then run the same command"
    )]
    Held {
        /// The stack.
        stack: String,
        /// The environment.
        environment: String,
        /// Who.
        holder: Box<Holder>,
    },
    /// The file system said no.
    #[error(
        "cannot {act} {place}: {source}; make the state directory writable and see that the disk is not full, then run the same command"
    )]
    Io {
        /// What was tried.
        act: &'static str,
        /// The file.
        place: String,
        /// Why.
        source: std::io::Error,
    },
}
