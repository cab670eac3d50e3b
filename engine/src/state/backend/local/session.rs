//! Writing state in a local directory.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::sdk::Boxed;
use crate::state::backend::local::backend::version;
use crate::state::{Commit, Lease, LocalBackend, StateError, Version, WriteSession};

/// The right to write; the lock goes with it, also when the process dies.
pub(super) struct LocalSession {
    backend: LocalBackend,
    journal: Option<File>,
    lease: Lease,
    _lock: File,
}

impl LocalSession {
    pub(super) fn new(backend: LocalBackend, lock: File) -> Self {
        Self { backend, journal: None, lease: Lease::of_process(), _lock: lock }
    }

    fn write(&mut self, commit: Commit<'_>) -> Result<Version, StateError> {
        let path = self.backend.path("json");
        if self.backend.version()?.as_ref() != commit.replaces {
            let (lineage, serial) = (String::new(), 0);
            return Err(StateError::Conflict { place: path.display().to_string(), lineage, serial });
        }
        let new = self.prepared(commit.bytes)?;
        if let Some(serial) = commit.keep_as {
            self.link(&path, serial)?;
        }
        std::fs::rename(&new, &path).map_err(LocalBackend::io("replace", &path))?;
        self.sync_folder()?;
        self.journal = None;
        let journal = self.backend.path("journal");
        match std::fs::remove_file(&journal) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(LocalBackend::io("remove", &journal)(error));
            }
            _ => {}
        }
        let metadata = std::fs::metadata(&path).map_err(LocalBackend::io("read", &path))?;
        Ok(version(&metadata))
    }

    /// Writes bytes to the file that is renamed next. It has one name: what a killed process left is overwritten.
    fn prepared(&self, bytes: &[u8]) -> Result<std::path::PathBuf, StateError> {
        let path = self.backend.path("new");
        let write = || {
            let mut options = File::options();
            options.write(true).create(true).truncate(true);
            // Inputs are nobody else's business.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        match write() {
            Ok(()) => Ok(path),
            Err(error) => {
                // Half a document is of no use, and the disk may be full.
                let _ = std::fs::remove_file(&path);
                Err(LocalBackend::io("write", &path)(error))
            }
        }
    }

    /// Keeps the document that is about to be replaced under its serial. A document of the same serial that was
    /// replaced by hand once is set aside, not lost.
    fn link(&self, path: &Path, serial: u64) -> Result<(), StateError> {
        let earlier = self.backend.earlier_path(serial);
        let history = self.backend.path("history");
        fs_err::create_dir_all(&history).map_err(LocalBackend::io("create", &history))?;
        let same =
            |metadata: &std::fs::Metadata| std::fs::metadata(path).is_ok_and(|own| version(&own) == version(metadata));
        match std::fs::metadata(&earlier) {
            Ok(metadata) if same(&metadata) => return Ok(()),
            Ok(_) => {
                let aside = (1..).map(|number| history.join(format!("{serial:08}.replaced-{number}.json")));
                if let Some(aside) = aside.into_iter().find(|aside| !aside.exists()) {
                    std::fs::rename(&earlier, &aside).map_err(LocalBackend::io("rename", &earlier))?;
                }
            }
            Err(_) => {}
        }
        std::fs::hard_link(path, &earlier).map_err(LocalBackend::io("write", &earlier))?;
        sync(&history)
    }

    fn sync_folder(&self) -> Result<(), StateError> {
        sync(&self.backend.folder)
    }

    fn add(&mut self, lines: &[u8]) -> Result<(), StateError> {
        let path = self.backend.path("journal");
        if self.journal.is_none() {
            self.journal = Some(whole_lines(&path).map_err(LocalBackend::io("open", &path))?);
            // A file whose name is lost in a power failure is lost, whatever was written into it.
            self.sync_folder()?;
        }
        match &mut self.journal {
            Some(file) => {
                let before = file.metadata().map_err(LocalBackend::io("read", &path))?.len();
                file.write_all(lines).and_then(|()| file.sync_data()).map_err(|error| {
                    // Half a line would damage the one that is appended after it.
                    let _ = file.set_len(before);
                    LocalBackend::io("write", &path)(error)
                })
            }
            None => Ok(()),
        }
    }

    fn keep_under(&self, serial: u64, bytes: &[u8]) -> Result<(), StateError> {
        let history = self.backend.path("history");
        fs_err::create_dir_all(&history).map_err(LocalBackend::io("create", &history))?;
        let (new, earlier) = (self.prepared(bytes)?, self.backend.earlier_path(serial));
        std::fs::rename(new, &earlier).map_err(LocalBackend::io("write", &earlier))?;
        sync(&history)
    }
}

/// Makes the names in a folder durable: a file whose name is lost in a power failure is lost.
fn sync(folder: &Path) -> Result<(), StateError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(LocalBackend::io("write", folder))
}

/// The journal, to append to. A last line that a crash cut off is not read, and goes before another one follows it.
fn whole_lines(path: &Path) -> io::Result<File> {
    let mut file = File::options().read(true).append(true).create(true).open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < bytes.len() {
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
    }
    Ok(file)
}

impl WriteSession for LocalSession {
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> Boxed<'a, Result<Version, StateError>> {
        Box::pin(async move { self.write(commit) })
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move { self.add(lines) })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move { self.keep_under(serial, bytes) })
    }

    fn lease(&self) -> Lease {
        self.lease.clone()
    }

    fn release(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move { drop(self) })
    }
}
