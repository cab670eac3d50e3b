//! Reasons for refusing to unlock, to move or to decrypt state.

use crate::sdk;
use crate::sdk::Hint;

/// The reason why a stack cannot be unlocked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockRefusal {
    /// The lock belongs to a living process on this machine.
    #[error("it is locked by a process that is alive and ends the lock when it ends")]
    ProcessAlive {
        /// The process id.
        process: u32,
    },
    /// There is no lock.
    #[error("it is not locked any more")]
    NotLocked,
    /// The lock is not the one that was shown.
    #[error("it is not the lease any more that was shown")]
    AnotherLease,
    /// The lease was renewed at the same moment.
    #[error("its owner renewed the lease this very moment and is alive")]
    JustRenewed,
}

impl Hint for UnlockRefusal {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::ProcessAlive { process } => {
                format!("wait for process {process} on this machine, or end it: the next command looks up what it did")
            }
            Self::NotLocked => return None,
            Self::AnotherLease | Self::JustRenewed => "look again with `ebb state unlock`".to_owned(),
        })
    }
}

/// The reason why state is neither moved nor encrypted again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelocationRefusal {
    /// There is no state.
    #[error("there is nothing to {act}")]
    Nothing {
        /// The intended action: `move` or `encrypt`.
        act: &'static str,
    },
    /// There is other state at the destination.
    #[error("{location} has other state already (lineage {lineage}, serial {serial})")]
    OtherState {
        /// The destination.
        location: String,
        /// The lineage there.
        lineage: String,
        /// The serial there.
        serial: u64,
    },
    /// A run is open. Its journal belongs to the location and the key that it was started with.
    #[error("a run of `ebb {command}` by {by} is not over")]
    OpenRun {
        /// The command.
        command: String,
        /// The person or machine that started it.
        by: String,
    },
}

impl Hint for RelocationRefusal {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Nothing { .. } => None,
            Self::OtherState { .. } => Some("move that state away first".to_owned()),
            Self::OpenRun { command, .. } => {
                Some(format!("run `ebb {command}` again, which settles that run, then this command"))
            }
        }
    }
}

/// The reason why a key does not decrypt state.
#[derive(Debug, thiserror::Error)]
pub enum KeyMismatch {
    /// The state was encrypted with another passphrase.
    #[error("it is another passphrase")]
    Passphrase,
    /// KMS refuses the key.
    #[error("{0}")]
    Kms(#[source] Box<sdk::Error>),
}

impl Hint for KeyMismatch {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Passphrase => "nothing was changed; give the right passphrase, or name it under \
                                 [state.encryption.previous] if it was changed"
                .to_owned(),
            Self::Kms(_) => {
                "nothing was changed; see that the key exists, is enabled and may be used by these credentials"
                    .to_owned()
            }
        })
    }
}
