//! Reading and locking the state of one stack in a local directory.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use super::files::{Files, io_error, read, version};
use super::session::LocalSession;
use crate::sdk::BoxFuture;
use crate::state::backend::traits::{Backend, Stored, StoredSegment, WriteSession};
use crate::state::error::StateError;
use crate::state::lock::{LockInfo, LockOwner};
use crate::state::refusal::UnlockRefusal;

/// The delays between attempts to take a lock.
const LOOKS: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(20)];

/// The state of one stack in one environment in a local directory.
#[derive(Clone, Debug)]
pub struct LocalBackend {
    files: Files,
}

impl LocalBackend {
    /// Creates the backend for a stack under `root/ENVIRONMENT/`.
    pub fn new(root: &Path, environment: &str, stack: &str) -> Self {
        Self { files: Files::new(root, environment, stack) }
    }

    /// Returns the stacks of an environment that have state here.
    pub fn stacks(root: &Path, environment: &str) -> Vec<String> {
        let files = fs_err::read_dir(root.join(environment)).into_iter().flatten().flatten();
        let mut stacks: Vec<_> = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        stacks.sort();
        stacks
    }

    /// Takes the lock, and writes its owner into it.
    fn lock(&self, owner: &LockOwner) -> Result<File, StateError> {
        let folder = self.files.folder();
        fs_err::create_dir_all(folder).map_err(io_error("create", folder))?;
        let path = self.files.lock();
        let mut file = self.lock_file()?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let other = owner_in(&mut file).unwrap_or_else(|| LockOwner {
                    by: "another process".into(),
                    process: 0,
                    command: "unknown".into(),
                    since: owner.since,
                });
                return Err(StateError::Locked { location: self.location(), lock: Box::new(lock_of_process(other)) });
            }
            Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
        }
        let text = serde_json::to_vec(owner).map_err(|error| io_error("write", &path)(error.into()))?;
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(&text))
            .map_err(io_error("write", &path))?;
        Ok(file)
    }

    fn lock_file(&self) -> Result<File, StateError> {
        let path = self.files.lock();
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        opened.map_err(io_error("open", &path))
    }
}

/// Takes a lock. A command that only looks at the lock has it for an instant, so a second attempt follows.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    for delay in LOOKS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(delay),
            other => return other,
        }
    }
    file.try_lock()
}

/// Returns the owner that is written in a lock.
fn owner_in(file: &mut File) -> Option<LockOwner> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Returns a lock that ends with the process of its owner.
fn lock_of_process(owner: LockOwner) -> LockInfo {
    LockInfo { token: owner.process.to_string(), owner, renewed_ago: None, ends_after: None }
}

/// Returns the numbers that files `NUMBER.json` of a folder are named by, ascending.
fn numbers(folder: &Path) -> Result<Vec<u64>, StateError> {
    let files = match std::fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error("read", folder)(error)),
    };
    let mut numbers = Vec::new();
    for file in files {
        let name = file.map_err(io_error("read", folder))?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Backend for LocalBackend {
    fn location(&self) -> String {
        self.files.document().display().to_string()
    }

    fn document(&self) -> BoxFuture<'_, Result<Option<Stored>, StateError>> {
        Box::pin(async {
            let bytes = read(&self.files.document())?;
            Ok(bytes.map(|bytes| Stored { version: version(&bytes), bytes }))
        })
    }

    fn journal(&self) -> BoxFuture<'_, Result<Vec<u8>, StateError>> {
        Box::pin(async { Ok(read(&self.files.journal())?.unwrap_or_default()) })
    }

    fn serials(&self) -> BoxFuture<'_, Result<Vec<u64>, StateError>> {
        Box::pin(async { numbers(&self.files.history()) })
    }

    fn earlier(&self, serial: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async move { read(&self.files.earlier(serial)) })
    }

    fn index(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async { read(&self.files.index()) })
    }

    fn segments(&self, after: u64) -> BoxFuture<'_, Result<Vec<StoredSegment>, StateError>> {
        Box::pin(async move {
            let numbers = numbers(&self.files.ledger())?.into_iter().filter(|number| *number > after);
            Ok(numbers.map(|number| StoredSegment { number, version: None }).collect())
        })
    }

    fn segment(&self, number: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async move { read(&self.files.segment(number)) })
    }

    fn lock_info(&self) -> BoxFuture<'_, Result<Option<LockInfo>, StateError>> {
        Box::pin(async {
            let path = self.files.lock();
            if !path.exists() {
                return Ok(None);
            }
            let mut file = self.lock_file()?;
            match file.try_lock() {
                // It is released as soon as the file is closed.
                Ok(()) => Ok(None),
                Err(TryLockError::WouldBlock) => Ok(owner_in(&mut file).map(lock_of_process)),
                Err(TryLockError::Error(error)) => Err(io_error("lock", &path)(error)),
            }
        })
    }

    fn acquire(&self, owner: LockOwner) -> BoxFuture<'_, Result<Box<dyn WriteSession>, StateError>> {
        Box::pin(async move {
            let lock = self.lock(&owner)?;
            let session: Box<dyn WriteSession> = Box::new(LocalSession::new(self.files.clone(), lock));
            Ok(session)
        })
    }

    fn unlock<'a>(&'a self, lock: &'a LockInfo) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            let source = UnlockRefusal::ProcessAlive { process: lock.owner.process };
            Err(StateError::NotUnlocked { location: self.location(), source })
        })
    }
}
