//! The files of one stack's state, and their versions.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

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

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.stack))
    }

    /// Returns the version of the document on disk, without reading it.
    pub(super) fn version(&self) -> Result<Option<Version>, StateError> {
        let path = self.document();
        match std::fs::metadata(&path) {
            Ok(metadata) => Ok(Some(version(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("read", &path)(error)),
        }
    }
}

/// Returns the bytes and metadata of a file, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<(Vec<u8>, Metadata)>, StateError> {
    let read = || -> io::Result<_> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        Ok((bytes, metadata))
    };
    match read() {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

/// Returns the version of a document. A document is replaced by renaming another file to its name, so each is a file of its
/// own, written at its own time.
pub(super) fn version(metadata: &Metadata) -> Version {
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let file = 0;
    let written = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Version(format!("{file}-{}-{}", metadata.len(), written.unwrap_or_default().as_nanos()))
}

/// Converts an error of the file system, given the intended action.
pub(super) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let location = path.display().to_string();
    move |source| StateError::Io { act, location, source }
}
