//! Errors of reading and writing state.

use std::{fmt, io};

use crate::sdk;
use crate::sdk::Hint;
use crate::state::lock::LockInfo;
use crate::state::refusal::{KeyMismatch, RelocationRefusal, UnlockRefusal};

/// The cause of an error, of any type.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An error of reading or writing state.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A document is incomplete or changed, or is none at all.
    #[error("{location} is damaged: {source}")]
    Damaged {
        /// The file or object.
        location: String,
        /// The damage.
        source: Cause,
    },
    /// A segment of the ledger of costs is missing or changed. The document itself is whole.
    #[error("the ledger of {location} is damaged: {source}")]
    DamagedLedger {
        /// The document that the ledger stands beside.
        location: String,
        /// The damage.
        source: Cause,
    },
    /// A document that was read contradicts itself.
    #[error("{location} contradicts itself: {contradictions}")]
    Contradictory {
        /// The file or object.
        location: String,
        /// The contradictions.
        contradictions: String,
    },
    /// The journal of an open run is incomplete or changed, or cannot be that of its run.
    #[error("the journal of {location} is damaged: {source}")]
    DamagedJournal {
        /// The document that the run is open in.
        location: String,
        /// The damage.
        source: Cause,
    },
    /// A document that was about to be written contradicts itself.
    #[error("refused to write {location}: {source}")]
    Inconsistent {
        /// The file or object.
        location: String,
        /// The contradiction.
        source: Cause,
    },
    /// A newer version wrote the document.
    #[error("{location} has state format {found}, this ebb knows formats up to {}", ebbtide::record::STATE_FORMAT)]
    NewerFormat {
        /// The file or object.
        location: String,
        /// The format found.
        found: u64,
    },
    /// The document belongs to another stack or environment.
    #[error("{location} is the state of {found}, not of {expected}: it was copied or renamed")]
    WrongStack {
        /// The file or object.
        location: String,
        /// The stack and environment in the document.
        found: String,
        /// The stack and environment of the command.
        expected: String,
    },
    /// The document changed between reading and writing.
    #[error("{location} was changed by another command since it was read{}", in_parentheses(.expected.as_ref()))]
    Conflict {
        /// The file or object.
        location: String,
        /// The document that was read. Backends do not know it: they compare versions only.
        expected: Option<Expected>,
    },
    /// The state was moved to another backend.
    #[error("{location} was moved to {to}")]
    Relocated {
        /// The former location.
        location: String,
        /// The present location.
        to: String,
    },
    /// Another command is working on this stack.
    #[error("{location} is being changed by {}{}", .lock.owner, renewed(.lock))]
    Locked {
        /// The state.
        location: String,
        /// The lock of the other command.
        lock: Box<LockInfo>,
    },
    /// This process lost the right to write while it was working.
    #[error("{location}: this process lost the right to write ({reason})")]
    LeaseLost {
        /// The state.
        location: String,
        /// The reason.
        reason: String,
    },
    /// The stack cannot be unlocked.
    #[error("{location} cannot be unlocked: {source}")]
    NotUnlocked {
        /// The state.
        location: String,
        /// The reason.
        source: UnlockRefusal,
    },
    /// State is neither moved nor encrypted again.
    #[error("{location} stays as it is: {source}")]
    RelocationRefused {
        /// The state.
        location: String,
        /// The reason.
        source: RelocationRefusal,
    },
    /// A serial records no resources to roll back to.
    #[error("serial {serial} of {location} records no resources")]
    NothingToRollBackTo {
        /// The state.
        location: String,
        /// The serial that was requested.
        serial: u64,
    },
    /// A serial does not exist.
    #[error("{location} has no serial {serial}; {}", in_words(*.known))]
    NoSuchSerial {
        /// The state.
        location: String,
        /// The serial that was requested.
        serial: u64,
        /// The first and the last serial that exist; `None` if nothing was ever committed.
        known: Option<(u64, u64)>,
    },
    /// The state is encrypted, and no such key is configured.
    #[error("{location} is encrypted with {with}, and no such key is configured")]
    NoKey {
        /// The file or object.
        location: String,
        /// The key that it is encrypted with.
        with: String,
    },
    /// The state is encrypted with another key.
    #[error("{location} is encrypted, and {with} does not open it: {source}")]
    WrongKey {
        /// The file or object.
        location: String,
        /// The key that was tried.
        with: String,
        /// The reason.
        source: KeyMismatch,
    },
    /// The environment variable with the passphrase is not set.
    #[error("there is no passphrase for the state: the environment variable {0} is not set")]
    PassphraseNotSet(String),
    /// The file with the passphrase cannot be read.
    #[error("there is no passphrase for the state: {0}")]
    PassphraseUnreadable(#[source] io::Error),
    /// The passphrase is too short.
    #[error("there is no passphrase for the state: {origin} has fewer than {least} characters")]
    PassphraseTooShort {
        /// The variable or file that the passphrase came from.
        origin: String,
        /// The least number of characters.
        least: usize,
    },
    /// State cannot be encrypted.
    #[error("cannot encrypt the state: {0}")]
    Encryption(#[source] Cause),
    /// AWS refused a call, or could not be reached.
    #[error("cannot {act} {location}: {source}")]
    Aws {
        /// The intended action.
        act: &'static str,
        /// The object, bucket or key.
        location: String,
        /// The error of the call.
        source: Box<sdk::Error>,
    },
    /// The bucket does not keep versions.
    #[error("the bucket {0} keeps no versions of its objects, so state that is overwritten by mistake would be lost")]
    NotVersioned(String),
    /// The file system refused an action.
    #[error("cannot {act} {location}: {source}")]
    Io {
        /// The intended action.
        act: &'static str,
        /// The file or directory.
        location: String,
        /// The error of the file system.
        source: io::Error,
    },
}

/// The document that a writer expects to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The lineage.
    pub lineage: String,
    /// The serial.
    pub serial: u64,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lineage {}, serial {} expected", self.lineage, self.serial)
    }
}

impl StateError {
    /// Creates the error for a damaged document.
    pub fn damaged(location: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Damaged { location: location.into(), source: cause.into() }
    }

    /// Creates the error for a ledger that cannot be read.
    pub(super) fn damaged_ledger(location: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::DamagedLedger { location: location.into(), source: cause.into() }
    }

    /// Creates the error for a document that contradicts itself.
    pub fn inconsistent(location: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Inconsistent { location: location.into(), source: cause.into() }
    }
}

impl Hint for StateError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Damaged { .. } => {
                "nothing was changed; restore it from a copy (earlier serials stand beside it), then run the same command"
            }
            Self::DamagedLedger { .. } => {
                "nothing was changed, and the record of the stack is whole; restore the segment from a copy, or from the versions of its \
                 object"
            }
            Self::DamagedJournal { .. } => {
                "nothing was changed; `ebb state repair` keeps what can be read of it, and the next command looks up the rest"
            }
            Self::Contradictory { .. } => {
                "nothing was changed; `ebb state forget ADDRESS` drops one of these resources from the record and leaves AWS \
                 alone; an earlier serial can be restored instead"
            }
            Self::Inconsistent { .. } => {
                "this is a bug in ebb, please report it; everything done so far is in the journal, and the next command looks \
                 it up; if that is refused as well, `ebb state forget ADDRESS` drops one of these resources from the record \
                 and leaves AWS alone"
            }
            Self::NewerFormat { .. } => "use a newer ebb",
            Self::WrongStack { .. } => "put the right document in its place",
            Self::Conflict { .. } => "run the same command again",
            Self::Relocated { .. } => {
                "set [state] in the environment's file to that location, then run the same command"
            }
            Self::Locked { lock, .. } => return Some(wait_for(lock)),
            Self::LeaseLost { .. } => {
                "nothing more was written or started; run the same command again: it looks up what was done"
            }
            Self::NotUnlocked { source, .. } => return source.hint(),
            Self::RelocationRefused { source, .. } => return source.hint(),
            Self::NothingToRollBackTo { .. } => "`ebb destroy` leads there",
            Self::NoSuchSerial { known, .. } => {
                return known.map(|_| "`ebb state history` lists the serials".to_owned());
            }
            Self::NoKey { .. } => "set [state.encryption] in the environment's file",
            Self::WrongKey { source, .. } => return source.hint(),
            Self::PassphraseNotSet(_) => "set it, then run the same command",
            Self::PassphraseUnreadable(_) => "make the file readable, or name another one under [state.encryption]",
            Self::PassphraseTooShort { .. } => "use a longer one",
            Self::Aws { source, .. } => return Hint::hint(source.as_ref()),
            Self::NotVersioned(_) => "`ebb state init` turns versioning on",
            Self::Io { .. } => {
                "make the state directory writable and see that the disk is not full, then run the same command"
            }
            Self::Encryption(_) => return None,
        };
        Some(hint.to_owned())
    }
}

fn in_parentheses(expected: Option<&Expected>) -> String {
    expected.map(|expected| format!(" ({expected})")).unwrap_or_default()
}

fn renewed(lock: &LockInfo) -> String {
    lock.renewed_ago.map(|ago| format!(", whose lease was renewed {ago} s ago")).unwrap_or_default()
}

fn in_words(known: Option<(u64, u64)>) -> String {
    match known {
        Some((first, last)) => format!("there are serials from {first} to {last}"),
        None => "nothing was ever committed".to_owned(),
    }
}

/// Returns how to wait for the end of a lock.
fn wait_for(lock: &LockInfo) -> String {
    match lock.ends_in() {
        Some(left) => format!(
            "wait until that command is done, then run the same command; if its process is gone, its lease ends in {left} s, \
             and `ebb state unlock` explains what else can be done"
        ),
        None => "wait until that command is done, then run the same command".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::sdk::ErrorKind;
    use crate::state::lock::LockOwner;

    fn lock(renewed_ago: Option<u64>) -> LockInfo {
        let owner = LockOwner {
            by: "ada@host".into(),
            process: 7,
            command: "apply".into(),
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        LockInfo { owner, renewed_ago, ends_after: renewed_ago.map(|_| 60), token: String::new() }
    }

    #[test]
    fn a_lock_names_its_owner_and_the_advice_its_end() {
        for (ago, in_message, in_hint) in [
            (None, "since 2026-01-01T00:00:00Z)", "run the same command"),
            (Some(5), "renewed 5 s ago", "ends in 57 s"),
        ] {
            let error = StateError::Locked { location: "demo.json".into(), lock: Box::new(lock(ago)) };
            let (message, hint) = (error.to_string(), error.hint().unwrap());
            assert!(message.contains("ada@host (`ebb apply`") && message.ends_with(in_message), "{message}");
            assert!(hint.contains(in_hint), "{hint}");
        }
    }

    #[test]
    fn a_conflict_names_the_expected_document_if_it_is_known() {
        let expected = Expected { lineage: "l".into(), serial: 4 };
        for (expected, end) in [(None, "since it was read"), (Some(expected), "(lineage l, serial 4 expected)")] {
            let error = StateError::Conflict { location: "demo.json".into(), expected };
            assert!(error.to_string().ends_with(end), "{error}");
        }
    }

    #[test]
    fn causes_are_kept() {
        let denied = sdk::Error::new(ErrorKind::Denied, "no").hint("allow it");
        let error = StateError::Aws { act: "read", location: "s3://b/k".into(), source: Box::new(denied.clone()) };
        assert_eq!(
            (error.to_string().as_str(), error.hint().as_deref()),
            ("cannot read s3://b/k: no", Some("allow it"))
        );
        assert_eq!(error.source().unwrap().to_string(), denied.to_string());
        let json = serde_json::from_str::<u8>("{").unwrap_err();
        let error = StateError::damaged("demo.json", json);
        assert!(error.source().unwrap().downcast_ref::<serde_json::Error>().is_some());
    }
}
