//! Writing state in a local directory.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::durable_file::{DurableFile, sync_folder};
use super::files::{Files, io_error, read, version};
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
        let before = read(&path)?;
        if before.as_deref().map(version).as_ref() != commit.replaces {
            return Err(StateError::Conflict { location: path.display().to_string(), expected: None });
        }
        let new = self.write_new(commit.bytes)?;
        if let (Some(serial), Some(before)) = (commit.keep_as, &before) {
            self.keep_replaced(&path, before, serial)?;
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
        Ok(version(commit.bytes))
    }

    fn write_new(&self, bytes: &[u8]) -> Result<DurableFile, StateError> {
        let path = self.files.new_document();
        DurableFile::write(&path, bytes).map_err(io_error("write", &path))
    }

    /// Keeps the document that is about to be replaced under its serial. Another document of that serial, which was replaced
    /// by hand once, gets another name.
    fn keep_replaced(&self, path: &Path, bytes: &[u8], serial: u64) -> Result<(), StateError> {
        let (history, earlier) = (self.files.history(), self.files.earlier(serial));
        fs_err::create_dir_all(&history).map_err(io_error("create", &history))?;
        match read(&earlier)? {
            Some(kept) if kept == bytes => return Ok(()),
            Some(_) => {
                let mut names = (1..).map(|number| history.join(format!("{serial:08}.replaced-{number}.json")));
                if let Some(free) = names.find(|name| !name.exists()) {
                    std::fs::rename(&earlier, &free).map_err(io_error("rename", &earlier))?;
                }
            }
            None => {}
        }
        link_or_copy(path, bytes, &earlier, |from, to| std::fs::hard_link(from, to))
            .map_err(io_error("write", &earlier))?;
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

    fn keep_segment_under(&self, number: u64, bytes: &[u8]) -> Result<(), StateError> {
        let (ledger, segment) = (self.files.ledger(), self.files.segment(number));
        fs_err::create_dir_all(&ledger).map_err(io_error("create", &ledger))?;
        self.write_new(bytes)?.persist(&segment).map_err(io_error("write", &segment))
    }

    fn remove_earlier(&self, serials: &[u64]) -> Result<(), StateError> {
        for serial in serials {
            let earlier = self.files.earlier(*serial);
            match std::fs::remove_file(&earlier) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error("remove", &earlier)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn replace_index(&self, bytes: &[u8]) -> Result<(), StateError> {
        let (history, index) = (self.files.history(), self.files.index());
        fs_err::create_dir_all(&history).map_err(io_error("create", &history))?;
        DurableFile::write(&index.with_extension("new"), bytes)
            .and_then(|new| new.persist(&index))
            .map_err(io_error("write", &index))
    }
}

/// Gives a file a second name, which must be free. Where the file system has no hard links (exFAT, many network and FUSE file
/// systems), it is copied. The lock on the stack keeps other writers from the name meanwhile.
fn link_or_copy(
    path: &Path,
    bytes: &[u8],
    to: &Path,
    link: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    match link(path, to) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
            if to.try_exists()? {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            DurableFile::write(&to.with_extension("new"), bytes)?.persist(to)
        }
        linked => linked,
    }
}

/// Opens the journal for appending, readable by its owner only: it holds inputs and outputs. Removes a last line that a crash cut off: readers ignore it, and another line would
/// follow it.
fn open_journal(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
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

    fn remove<'a>(&'a mut self, serials: &'a [u64]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move { self.remove_earlier(serials) })
    }

    fn write_index<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move { self.replace_index(bytes) })
    }

    fn keep_segment<'a>(&'a mut self, number: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move { self.keep_segment_under(number, bytes) })
    }

    fn lease(&self) -> Lease {
        self.lease.clone()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { drop(self) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_links(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    #[test]
    fn a_document_is_copied_where_there_are_no_hard_links() {
        let folder = tempfile::tempdir().unwrap();
        let (path, kept) = (folder.path().join("demo.json"), folder.path().join("00000001.json"));
        std::fs::write(&path, "one").unwrap();
        link_or_copy(&path, b"one", &kept, no_links).unwrap();
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "one");
        assert!(!kept.with_extension("new").exists());
        let again = link_or_copy(&path, b"two", &kept, no_links).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "one", "a kept document is never overwritten");
    }

    #[test]
    fn other_errors_of_a_link_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let (path, kept) = (folder.path().join("demo.json"), folder.path().join("00000001.json"));
        let missing = link_or_copy(&path, b"one", &kept, |from, to| std::fs::hard_link(from, to)).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert!(!kept.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_journal() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demo.journal");
        open_journal(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
