//! What can be wrong with state, each with what to do next.

use crate::sdk;
use crate::state::LockOwner;

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
    /// What was about to be written contradicts itself.
    #[error(
        "refused to write {place}: {message}. This is a bug in ebb; what was done is in the journal and is looked up by the next command. Please report it"
    )]
    Inconsistent {
        /// The file or object.
        place: String,
        /// The contradiction.
        message: String,
    },
    /// A newer version wrote it.
    #[error(
        "{place} has state format {found}, this ebb knows formats up to {}; use a newer ebb",
        ebbtide::record::STATE_FORMAT
    )]
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
    WrongStack {
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
    Conflict {
        /// The file or object.
        place: String,
        /// The lineage that was read.
        lineage: String,
        /// The serial that was read.
        serial: u64,
    },
    /// The state was moved to another backend.
    #[error(
        "{place} was moved to {to}; set [state] in the environment's file to that place, then run the same command"
    )]
    Relocated {
        /// Where it was.
        place: String,
        /// Where it is.
        to: String,
    },
    /// Somebody else is at work on this stack.
    #[error("{place} is being changed by {holder}{lease}")]
    Locked {
        /// The state.
        place: String,
        /// Who.
        holder: Box<LockOwner>,
        /// What is known of their lease, and what to do.
        lease: String,
    },
    /// The right to write was lost while this process was at work.
    #[error(
        "{place}: this process lost the right to write ({why}); nothing more was written or begun. Run the same command again: it looks up what was done"
    )]
    LeaseLost {
        /// The state.
        place: String,
        /// Why.
        why: String,
    },
    /// There is nothing to unlock, or it is not the lease any more that was shown.
    #[error("{place} cannot be unlocked: {why}")]
    NotUnlocked {
        /// The state.
        place: String,
        /// Why.
        why: String,
    },
    /// It cannot be moved, or encrypted anew.
    #[error("{place} stays as it is: {why}")]
    RelocationRefused {
        /// The state.
        place: String,
        /// Why.
        why: String,
    },
    /// A serial records no resources to roll back to.
    #[error("{place}: serial {serial} records no resources; `ebb destroy` leads there")]
    NothingToRollBackTo {
        /// The state.
        place: String,
        /// The serial that was asked for.
        serial: u64,
    },
    /// That serial is not kept.
    #[error("{place} has no serial {serial}; {known}")]
    NoSuchSerial {
        /// The state.
        place: String,
        /// The serial that was asked for.
        serial: u64,
        /// Which ones there are.
        known: String,
    },
    /// It is encrypted, and there is no key.
    #[error(
        "{place} is encrypted with {with}, and no such key is configured; set [state.encryption] in the environment's file"
    )]
    NoKey {
        /// The file or object.
        place: String,
        /// What it is encrypted with.
        with: String,
    },
    /// It is encrypted, and the key does not fit.
    #[error("{place} is encrypted, and {with} does not open it: {why}. Nothing was changed")]
    WrongKey {
        /// The file or object.
        place: String,
        /// The key that was tried.
        with: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The passphrase is missing.
    #[error("there is no passphrase for the state: {0}")]
    NoPassphrase(String),
    /// AWS said no.
    #[error("cannot {act} {place}: {error}")]
    Aws {
        /// What was tried.
        act: &'static str,
        /// The object or key.
        place: String,
        /// What AWS said.
        error: Box<sdk::Error>,
    },
    /// The bucket does not keep versions.
    #[error("the bucket {0} keeps no versions of its objects, so state that is overwritten by mistake would be lost")]
    NotVersioned(String),
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

impl StateError {
    /// What to do next, where the message does not say it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Aws { error, .. } => error.hint.clone(),
            Self::NotVersioned(_) => Some("`ebb state init` turns versioning on".to_owned()),
            _ => None,
        }
    }
}
