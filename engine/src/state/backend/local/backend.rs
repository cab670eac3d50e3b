//! StateStore in a local directory: atomic replacement, fsync, a file lock.
//!
//! `ENVIRONMENT/STACK.json` is the document, `STACK.journal` the progress of its open run, `STACK.lock` the lock (it
//! says who holds it), and `STACK.history/` every earlier serial, as hard links that cost no copy.

use std::fs::{File, Metadata, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::sdk::Boxed;
use crate::state::backend::local::session::LocalSession;
use crate::state::{Backend, LockInfo, LockOwner, StateError, Stored, Version, WriteSession};

/// The state of one stack in one environment in a local directory.
#[derive(Clone, Debug)]
pub struct LocalBackend {
    pub(super) folder: PathBuf,
    stack: String,
}

impl LocalBackend {
    /// StateStore under `root/ENVIRONMENT/`.
    pub fn new(root: &Path, environment: &str, stack: &str) -> Self {
        Self { folder: root.join(environment), stack: stack.to_owned() }
    }

    /// The stacks of an environment that have state here.
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

    pub(super) fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.stack))
    }

    /// Where the document of a serial stays.
    pub(super) fn earlier_path(&self, serial: u64) -> PathBuf {
        self.path("history").join(format!("{serial:08}.json"))
    }

    pub(super) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
        let place = path.display().to_string();
        move |source| StateError::Io { act, place, source }
    }

    /// What is in a file, if there is one.
    fn contents(path: &Path) -> Result<Option<(Vec<u8>, Metadata)>, StateError> {
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
            Err(error) => Err(Self::io("read", path)(error)),
        }
    }

    /// The version of the document on disk, without reading it.
    pub(super) fn version(&self) -> Result<Option<Version>, StateError> {
        let path = self.path("json");
        match std::fs::metadata(&path) {
            Ok(metadata) => Ok(Some(version(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Self::io("read", &path)(error)),
        }
    }

    /// Takes the lock, and writes into it who has it.
    fn lock(&self, holder: &LockOwner) -> Result<File, StateError> {
        fs_err::create_dir_all(&self.folder).map_err(Self::io("create", &self.folder))?;
        let path = self.path("lock");
        let mut file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let lease = "; wait until that is done, then run the same command".to_owned();
                let holder = Box::new(named(&mut file).unwrap_or_else(|| LockOwner {
                    by: "another process".into(),
                    process: 0,
                    command: "unknown".into(),
                    since: holder.since,
                }));
                return Err(StateError::Locked { place: self.place(), holder, lease });
            }
            Err(TryLockError::Error(error)) => return Err(Self::io("lock", &path)(error)),
        }
        let text = serde_json::to_vec(holder).map_err(|error| Self::io("write", &path)(error.into()))?;
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(&text))
            .map_err(Self::io("write", &path))?;
        Ok(file)
    }

    fn lock_file(&self) -> Result<File, StateError> {
        let path = self.path("lock");
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        opened.map_err(Self::io("open", &path))
    }
}

/// Who wrote themselves into a lock.
fn named(file: &mut File) -> Option<LockOwner> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// A document is replaced by renaming another file to its name: each is a file of its own, written at its own time.
pub(super) fn version(metadata: &Metadata) -> Version {
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let file = 0;
    let written = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Version(format!("{file}-{}-{}", metadata.len(), written.unwrap_or_default().as_nanos()))
}

impl Backend for LocalBackend {
    fn place(&self) -> String {
        self.path("json").display().to_string()
    }

    fn document(&self) -> Boxed<'_, Result<Option<Stored>, StateError>> {
        Box::pin(async {
            let contents = Self::contents(&self.path("json"))?;
            Ok(contents.map(|(bytes, metadata)| Stored { bytes, version: version(&metadata) }))
        })
    }

    fn journal(&self) -> Boxed<'_, Result<Vec<u8>, StateError>> {
        Box::pin(async { Ok(Self::contents(&self.path("journal"))?.map(|(bytes, _)| bytes).unwrap_or_default()) })
    }

    fn serials(&self) -> Boxed<'_, Result<Vec<u64>, StateError>> {
        Box::pin(async {
            let folder = self.path("history");
            let files = match std::fs::read_dir(&folder) {
                Ok(files) => files,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(Self::io("read", &folder)(error)),
            };
            let mut serials = Vec::new();
            for file in files {
                let name = file.map_err(Self::io("read", &folder))?.file_name();
                serials.extend(name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok()));
            }
            serials.sort_unstable();
            Ok(serials)
        })
    }

    fn earlier(&self, serial: u64) -> Boxed<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async move { Ok(Self::contents(&self.earlier_path(serial))?.map(|(bytes, _)| bytes)) })
    }

    fn held(&self) -> Boxed<'_, Result<Option<LockInfo>, StateError>> {
        Box::pin(async {
            if !self.path("lock").exists() {
                return Ok(None);
            }
            let mut file = self.lock_file()?;
            match file.try_lock() {
                // It is given back as soon as the file is closed.
                Ok(()) => Ok(None),
                Err(TryLockError::WouldBlock) => Ok(named(&mut file).map(|holder| LockInfo {
                    token: holder.process.to_string(),
                    holder,
                    renewed_ago: None,
                    ends_after: None,
                })),
                Err(TryLockError::Error(error)) => Err(Self::io("lock", &self.path("lock"))(error)),
            }
        })
    }

    fn acquire(&self, holder: LockOwner) -> Boxed<'_, Result<Box<dyn WriteSession>, StateError>> {
        Box::pin(async move {
            let lock = self.lock(&holder)?;
            let session: Box<dyn WriteSession> = Box::new(LocalSession::new(self.clone(), lock));
            Ok(session)
        })
    }

    fn unlock<'a>(&'a self, held: &'a LockInfo) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move {
            let process = held.holder.process;
            let why = format!(
                "it is locked by a process that is alive and ends the lock when it ends; wait for process {process} on this \
                 machine, or end it: what it did is looked up by the next command"
            );
            Err(StateError::NotUnlocked { place: self.place(), why })
        })
    }
}
