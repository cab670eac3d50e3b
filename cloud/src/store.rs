//! The folder: one JSON document for each service and region, replaced atomically, shared by several processes.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::documents::Tables;
use crate::history::History;

/// A document that cannot be read or written. It always names the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The file cannot be read, written or locked.
    #[error("cannot {act} {}: {source}", path.display())]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    /// The file is not the JSON that this crate wrote.
    #[error("{} is damaged ({source}); restore it from a copy, or remove it to start that service empty", path.display())]
    Damaged { path: PathBuf, source: serde_json::Error },
}

/// The documents of one folder, as last read or written by this process.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    lock: File,
    documents: HashMap<String, Cached>,
    history: History,
}

/// The file is kept open as long as its content is remembered: an inode number cannot be given to another file
/// meanwhile, so that a changed identity is never overlooked.
#[derive(Debug)]
struct Cached {
    _file: File,
    identity: Identity,
    tables: Arc<Tables>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl Store {
    /// Opens the folder, creating it if need be.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let failed = |act, path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { act, path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed("create", folder))?;
        let path = folder.join("cloud.lock");
        let lock =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(failed("open", &path))?;
        // The unfinished file of a killed process is removed, unless another process is at work just now.
        if lock.try_lock().is_ok() {
            let swept = remove_unfinished(folder).map_err(failed("clean", folder));
            lock.unlock().map_err(failed("unlock", &path))?;
            swept?;
        }
        Ok(Self { folder: folder.to_owned(), lock, documents: HashMap::new(), history: History::default() })
    }

    /// Waits until no other process (and no other `Store` of this one) works on the folder; released when dropped.
    pub fn exclusive(&mut self) -> Result<Exclusive<'_>, StoreError> {
        self.lock.lock().map_err(|source| StoreError::Io {
            act: "lock",
            path: self.folder.join("cloud.lock"),
            source,
        })?;
        Ok(Exclusive { store: self })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}

/// The folder while this process alone works on it.
#[derive(Debug)]
pub(crate) struct Exclusive<'a> {
    store: &'a mut Store,
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        // The system drops the lock with the process in any case; a failure here can only delay others until then.
        let _ = self.store.lock.unlock();
    }
}

impl Exclusive<'_> {
    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.store.folder
    }

    /// Returns the names of all documents.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |source| StoreError::Io { act: "read", path: self.store.folder.clone(), source };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.store.folder).map_err(failed)? {
            let file = entry.map_err(failed)?.file_name();
            if let Some(name) = file.to_str().and_then(|name| name.strip_suffix(".json")) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Sets for how long earlier versions of documents are remembered, in milliseconds.
    pub fn remember_for(&mut self, memory_ms: i64) {
        self.store.history.remember_for(memory_ms);
    }

    /// Returns the document as it is now or as it was at an instant, if that is remembered; empty if there was none
    /// yet.
    pub fn read(&mut self, name: &str, now_ms: i64, as_of_ms: Option<i64>) -> Result<Arc<Tables>, StoreError> {
        let present = self.present(name)?;
        self.store.history.note(name, &present, now_ms);
        let past = as_of_ms.and_then(|as_of_ms| self.store.history.at(name, as_of_ms));
        Ok(past.unwrap_or(present))
    }

    /// Returns the document, read again if another process replaced it.
    fn present(&mut self, name: &str) -> Result<Arc<Tables>, StoreError> {
        let path = self.store.path(name);
        let failed = |source| StoreError::Io { act: "read", path: path.clone(), source };
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.store.documents.remove(name);
                return Ok(Arc::default());
            }
            Err(error) => return Err(failed(error)),
            Ok(metadata) => {
                if let Some(cached) = self.store.documents.get(name)
                    && cached.identity == Identity::of(&metadata)
                {
                    return Ok(Arc::clone(&cached.tables));
                }
            }
        }
        self.store.documents.remove(name);
        let mut file = File::open(&path).map_err(failed)?;
        let mut text = Vec::new();
        io::Read::read_to_end(&mut file, &mut text).map_err(failed)?;
        let tables =
            serde_json::from_slice(&text).map_err(|source| StoreError::Damaged { path: path.clone(), source })?;
        let tables: Arc<Tables> = Arc::new(tables);
        let identity = Identity::of(&file.metadata().map_err(failed)?);
        self.store.documents.insert(name.to_owned(), Cached { _file: file, identity, tables: Arc::clone(&tables) });
        Ok(tables)
    }

    /// Replaces the document: all of it or nothing, whatever happens to this process afterwards.
    pub fn replace(&mut self, name: &str, tables: Tables, now_ms: i64) -> Result<(), StoreError> {
        let path = self.store.path(name);
        let failed = |source| StoreError::Io { act: "write", path: path.clone(), source };
        let text = serde_json::to_vec(&tables).map_err(|error| failed(error.into()))?;
        let file = write_whole(&self.store.folder, &path, &text).map_err(failed)?;
        let identity = Identity::of(&file.metadata().map_err(failed)?);
        let tables = Arc::new(tables);
        self.store.history.note(name, &tables, now_ms);
        // The file before is held until here, so that the new one cannot have its inode number.
        let previous = self.store.documents.insert(name.to_owned(), Cached { _file: file, identity, tables });
        drop(previous);
        Ok(())
    }
}

/// The beginning of the name of a file that is being written.
const UNFINISHED: &str = ".writing-";

fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a file of `folder` beside its place and moves it there; returns the open file.
///
/// It survives the end of this process at any moment, but not a loss of power: everything here can be made again, and
/// waiting for the disk would be nearly all that a call costs.
pub(crate) fn write_whole(folder: &Path, path: &Path, content: &[u8]) -> io::Result<File> {
    let mut temporary = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.persist(path).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with_record(number: i64) -> Tables {
        let mut tables = Tables::default();
        tables.put("T", "k", json!(number));
        tables
    }

    #[test]
    fn two_stores_see_each_others_documents() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, mut two) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
        for number in 0..60 {
            let (writer, reader) = if number % 2 == 0 { (&mut one, &mut two) } else { (&mut two, &mut one) };
            writer.exclusive().unwrap().replace("sns.x", with_record(number), 0).unwrap();
            assert_eq!(*reader.exclusive().unwrap().read("sns.x", 0, None).unwrap(), with_record(number));
        }
    }

    #[test]
    fn the_unfinished_file_of_a_killed_process_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".writing-abc"), "half").unwrap();
        let first = Store::open(folder.path()).unwrap();
        assert!(!folder.path().join(".writing-abc").exists());
        // Not while another process is at work: the file may be its own.
        first.lock.lock().unwrap();
        std::fs::write(folder.path().join(".writing-def"), "half").unwrap();
        Store::open(folder.path()).unwrap();
        assert!(folder.path().join(".writing-def").exists());
    }

    #[test]
    fn a_damaged_document_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sns.x.json");
        std::fs::write(&path, "{\"T\":").unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let error = store.exclusive().unwrap().read("sns.x", 0, None).unwrap_err();
        assert!(error.to_string().contains("sns.x.json is damaged"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"T\":");
    }
}
