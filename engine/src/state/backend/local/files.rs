//! The files of one stack's state, and their versions.

use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};

use crate::state::backend::traits::Version;
use crate::state::error::StateError;

/// The files of one stack's state.
#[derive(Clone, Debug)]
pub(super) struct Files {
    folder: PathBuf,
    stack: String,
}

impl Files {
    pub(super) fn new(root: &Path, environment: &str, stack: &str) -> Self {
        Self { folder: root.join(environment), stack: stack.to_owned() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn document(&self) -> PathBuf {
        self.path("json")
    }

    /// The temporary name of a document that is being written.
    pub(super) fn new_document(&self) -> PathBuf {
        self.path("new")
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.path("journal")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.path("lock")
    }

    /// The folder of earlier documents.
    pub(super) fn history(&self) -> PathBuf {
        self.path("history")
    }

    /// The document of an earlier serial.
    pub(super) fn earlier(&self, serial: u64) -> PathBuf {
        self.history().join(format!("{serial:08}.json"))
    }

    /// The index of the history.
    pub(super) fn index(&self) -> PathBuf {
        self.history().join("index.json")
    }

    /// The folder of the ledger.
    pub(super) fn ledger(&self) -> PathBuf {
        self.path("ledger")
    }

    /// A segment of the ledger.
    pub(super) fn segment(&self, number: u64) -> PathBuf {
        self.ledger().join(format!("{number:08}.json"))
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.stack))
    }
}

/// Returns the bytes of a file, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, StateError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

/// Returns the version of a document: the hash of its bytes. Times and numbers of files differ from one file system to the
/// next in what they tell apart.
pub(super) fn version(bytes: &[u8]) -> Version {
    Version(digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Converts an error of the file system, given the intended action.
pub(super) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let location = path.display().to_string();
    move |source| StateError::Io { act, location, source }
}
