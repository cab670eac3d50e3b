//! Writing state in a local directory.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::durable_file::{DurableFile, sync_folder};
use super::files::{Files, io_error, version};
use crate::sdk::BoxFuture;
use crate::state::backend::lease::Lease;
use crate::state::backend::traits::{Commit, Version, WriteSession};
use crate::state::error::StateError;

/// The right to write. The lock ends with it, also when the process dies.
pub(super) struct LocalSession {
    files: Files,
    journal: Option<File>,
    lease: Lease,
    _lock: File,
}

impl LocalSession {
    pub(super) fn new(files: Files, lock: File) -> Self {
        Self { files, journal: None, lease: Lease::of_process(), _lock: lock }
    }

    fn replace(&mut self, commit: Commit<'_>) -> Result<Version, StateError> {
        let path = self.files.document();
        if self.files.version()?.as_ref() != commit.replaces {
            return Err(StateError::Conflict { location: path.display().to_string(), expected: None });
        }
        let new = self.write_new(commit.bytes)?;
        if let Some(serial) = commit.keep_as {
            self.keep_replaced(&path, serial)?;
        }
        new.persist(&path).map_err(io_error("replace", &path))?;
        self.journal = None;
        let journal = self.files.journal();
        match std::fs::remove_file(&journal) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("remove", &journal)(error));
            }
            _ => {}
        }
        let metadata = std::fs::metadata(&path).map_err(io_error("read", &path))?;
        Ok(version(&metadata))
    }

    fn write_new(&self, bytes: &[u8]) -> Result<DurableFile, StateError> {
        let path = self.files.new_document();
        DurableFile::write(&path, bytes).map_err(io_error("write", &path))
    }

    /// Keeps the document that is about to be replaced under its serial. Another document of that serial, which was replaced
    /// by hand once, gets another name.
    fn keep_replaced(&self, path: &Path, serial: u64) -> Result<(), StateError> {
        let (history, earlier) = (self.files.history(), self.files.earlier(serial));
        fs_err::create_dir_all(&history).map_err(io_error("create", &history))?;
        let same = |metadata: &Metadata| std::fs::metadata(path).is_ok_and(|own| version(&own) == version(metadata));
        match std::fs::metadata(&earlier) {
            Ok(metadata) if same(&metadata) => return Ok(()),
            Ok(_) => {
                let mut names = (1..).map(|number| history.join(format!("{serial:08}.replaced-{number}.json")));
                if let Some(free) = names.find(|name| !name.exists()) {
                    std::fs::rename(&earlier, &free).map_err(io_error("rename", &earlier))?;
                }
            }
            Err(_) => {}
        }
        std::fs::hard_link(path, &earlier).map_err(io_error("write", &earlier))?;
        sync_folder(&history).map_err(io_error("write", &history))
    }

    fn append_lines(&mut self, lines: &[u8]) -> Result<(), StateError> {
        let path = self.files.journal();
        let file = match &mut self.journal {
            Some(file) => file,
            none => {
                let file = open_journal(&path).map_err(io_error("open", &path))?;
                let folder = self.files.folder();
                sync_folder(folder).map_err(io_error("write", folder))?;
                none.insert(file)
            }
        };
        let before = file.metadata().map_err(io_error("read", &path))?.len();
        file.write_all(lines).and_then(|()| file.sync_data()).map_err(|error| {
            // An incomplete line would damage the line that is appended after it.
            let _ = file.set_len(before);
            io_error("write", &path)(error)
        })
    }

    fn keep_under(&self, serial: u64, bytes: &[u8]) -> Result<(), StateError> {
        let (history, earlier) = (self.files.history(), self.files.earlier(serial));
        fs_err::create_dir_all(&history).map_err(io_error("create", &history))?;
        self.write_new(bytes)?.persist(&earlier).map_err(io_error("write", &earlier))
    }
}

/// Opens the journal for appending. Removes a last line that a crash cut off: readers ignore it, and another line would
/// follow it.
fn open_journal(path: &Path) -> io::Result<File> {
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
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> BoxFuture<'a, Result<Version, StateError>> {
        Box::pin(async move { self.replace(commit) })
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move { self.append_lines(lines) })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move { self.keep_under(serial, bytes) })
    }

    fn lease(&self) -> Lease {
        self.lease.clone()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { drop(self) })
    }
}
