//! State in a local directory: atomic replacement, fsync, a file lock.
//!
//! `ENVIRONMENT/STACK.json` is the document, `STACK.journal` the progress of its open run, `STACK.lock` the lock (it
//! says who holds it), and `STACK.history/` every earlier serial, as hard links that cost no copy.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{Backend, FORMAT, Holder, Progress, Session, Snapshot, StateError};
use crate::resource::Boxed;

/// The state of one stack in one environment in a local directory.
#[derive(Clone, Debug)]
pub struct LocalBackend {
    folder: PathBuf,
    environment: String,
    stack: String,
}

/// What tells whether the document on disk is still the one that was read.
#[derive(Deserialize)]
struct Head {
    serial: u64,
    lineage: String,
}

impl LocalBackend {
    /// State under `root/ENVIRONMENT/`.
    pub fn new(root: &Path, environment: &str, stack: &str) -> Self {
        Self { folder: root.join(environment), environment: environment.to_owned(), stack: stack.to_owned() }
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

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.stack))
    }

    fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
        let place = path.display().to_string();
        move |source| StateError::Io { act, place, source }
    }

    fn damaged(path: &Path, message: impl ToString) -> StateError {
        StateError::Damaged { place: path.display().to_string(), message: message.to_string() }
    }

    /// The document and its journal. Who reads without the lock may read the journal after a writer has gone on to the
    /// next document: then both are read again.
    fn load(&self) -> Result<Option<(Snapshot, Vec<Progress>)>, StateError> {
        loop {
            let Some((snapshot, progress)) = self.load_once()? else { return Ok(None) };
            let still = |head: Head| head.serial == snapshot.serial && head.lineage == snapshot.lineage;
            if snapshot.run.is_none() || self.head()?.is_none_or(still) {
                return Ok(Some((snapshot, progress)));
            }
        }
    }

    /// What the document on disk is, or `None` if there is none.
    fn head(&self) -> Result<Option<Head>, StateError> {
        let path = self.path("json");
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| Self::damaged(&path, error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Self::io("read", &path)(error)),
        }
    }

    fn load_once(&self) -> Result<Option<(Snapshot, Vec<Progress>)>, StateError> {
        let path = self.path("json");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Self::io("read", &path)(error)),
        };
        let snapshot = match serde_json::from_slice::<Snapshot>(&bytes) {
            Ok(snapshot) if snapshot.format == FORMAT => snapshot,
            // Only a document that does not read as ours is looked at again, to say what it is.
            other => return Err(Self::explain(&path, &bytes, other.err())),
        };
        let scope = &snapshot.scope;
        if (scope.environment.as_str(), scope.stack.as_str()) != (self.environment.as_str(), self.stack.as_str()) {
            return Err(StateError::Foreign {
                place: path.display().to_string(),
                found: format!("{} in {}", scope.stack, scope.environment),
                expected: format!("{} in {}", self.stack, self.environment),
            });
        }
        let progress = match &snapshot.run {
            Some(run) => self.progress(&run.id)?,
            None => Vec::new(),
        };
        Ok(Some((snapshot, progress)))
    }

    fn explain(path: &Path, bytes: &[u8], error: Option<serde_json::Error>) -> StateError {
        let format = serde_json::from_slice::<Value>(bytes).ok().and_then(|value| value.get("format")?.as_u64());
        match format {
            Some(found) if found > u64::from(FORMAT) => {
                StateError::NewerFormat { place: path.display().to_string(), found }
            }
            _ => Self::damaged(path, error.map_or_else(|| "unknown format".to_owned(), |error| error.to_string())),
        }
    }

    /// The journal's lines of a run. A last line that was cut off by a crash is dropped: its operation is looked up.
    fn progress(&self, run: &str) -> Result<Vec<Progress>, StateError> {
        let path = self.path("journal");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Self::io("read", &path)(error)),
        };
        let mut lines = BufReader::new(file).split(b'\n').enumerate().peekable();
        let mut progress = Vec::new();
        while let Some((index, line)) = lines.next() {
            let line = line.map_err(Self::io("read", &path))?;
            match serde_json::from_slice::<Progress>(&line) {
                Ok(entry) if entry.run == run => progress.push(entry),
                Ok(_) => {}
                Err(_) if lines.peek().is_none() => {}
                Err(error) => return Err(Self::damaged(&path, format!("line {}: {error}", index + 1))),
            }
        }
        Ok(progress)
    }

    fn lock(&self, holder: &Holder) -> Result<File, StateError> {
        fs_err::create_dir_all(&self.folder).map_err(Self::io("create", &self.folder))?;
        let path = self.path("lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Self::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text);
                let holder = read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_else(|| Holder {
                    by: "another process".into(),
                    process: 0,
                    command: "unknown".into(),
                    since: holder.since,
                });
                let (stack, environment) = (self.stack.clone(), self.environment.clone());
                return Err(StateError::Held { stack, environment, holder: Box::new(holder) });
            }
            Err(TryLockError::Error(error)) => return Err(Self::io("lock", &path)(error)),
        }
        let text = serde_json::to_vec(holder).map_err(|error| Self::damaged(&path, error))?;
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(&text))
            .map_err(Self::io("write", &path))?;
        Ok(file)
    }
}

impl Backend for LocalBackend {
    fn place(&self) -> String {
        self.path("json").display().to_string()
    }

    fn read(&self) -> Boxed<'_, Result<Option<(Snapshot, Vec<Progress>)>, StateError>> {
        Box::pin(async { self.load() })
    }

    fn acquire(&self, holder: Holder) -> Boxed<'_, Result<Box<dyn Session>, StateError>> {
        Box::pin(async move {
            let lock = self.lock(&holder)?;
            let session: Box<dyn Session> =
                Box::new(LocalSession { backend: self.clone(), journal: None, _lock: lock });
            Ok(session)
        })
    }
}

/// The right to write; the lock goes with it, also when the process dies.
struct LocalSession {
    backend: LocalBackend,
    journal: Option<File>,
    _lock: File,
}

impl LocalSession {
    fn write(&mut self, snapshot: &Snapshot, expected: u64) -> Result<(), StateError> {
        let path = self.backend.path("json");
        let folder = &self.backend.folder;
        self.check(&path, &snapshot.lineage, expected)?;
        let bytes = serde_json::to_vec(snapshot).map_err(|error| LocalBackend::damaged(&path, error))?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(LocalBackend::io("write in", folder))?;
        file.write_all(&bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(LocalBackend::io("write", file.path()))?;
        if expected > 0 {
            let history = self.backend.path("history");
            fs_err::create_dir_all(&history).map_err(LocalBackend::io("create", &history))?;
            let earlier = history.join(format!("{expected:08}.json"));
            match std::fs::hard_link(&path, &earlier) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(LocalBackend::io("write", &earlier)(error));
                }
                _ => {}
            }
        }
        file.persist(&path).map_err(|error| LocalBackend::io("replace", &path)(error.error))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(LocalBackend::io("write", folder))?;
        self.journal = None;
        let journal = self.backend.path("journal");
        match std::fs::remove_file(&journal) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(LocalBackend::io("remove", &journal)(error)),
            _ => Ok(()),
        }
    }

    /// Refuses to write over a document that is not the one that was read.
    fn check(&self, path: &Path, lineage: &str, expected: u64) -> Result<(), StateError> {
        let moved =
            || StateError::Moved { place: path.display().to_string(), lineage: lineage.to_owned(), serial: expected };
        match self.backend.head()? {
            Some(head) if head.serial == expected && head.lineage == lineage => Ok(()),
            None if expected == 0 => Ok(()),
            Some(_) | None => Err(moved()),
        }
    }

    fn add(&mut self, progress: &[Progress]) -> Result<(), StateError> {
        let path = self.backend.path("journal");
        let mut lines = Vec::new();
        for entry in progress {
            serde_json::to_writer(&mut lines, entry).map_err(|error| LocalBackend::damaged(&path, error))?;
            lines.push(b'\n');
        }
        if self.journal.is_none() {
            let opened = File::options().append(true).create(true).open(&path);
            self.journal = Some(opened.map_err(LocalBackend::io("open", &path))?);
            // A file whose name is lost in a power failure is lost, whatever was written into it.
            let folder = &self.backend.folder;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(LocalBackend::io("write", folder))?;
        }
        match &mut self.journal {
            Some(file) => {
                file.write_all(&lines).and_then(|()| file.sync_data()).map_err(LocalBackend::io("write", &path))
            }
            None => Ok(()),
        }
    }
}

impl Session for LocalSession {
    fn read(&self) -> Boxed<'_, Result<Option<(Snapshot, Vec<Progress>)>, StateError>> {
        self.backend.read()
    }

    fn commit<'a>(&'a mut self, snapshot: &'a Snapshot, expected: u64) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move { self.write(snapshot, expected) })
    }

    fn append<'a>(&'a mut self, progress: &'a [Progress]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move { self.add(progress) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Scope;

    fn holder() -> Holder {
        Holder {
            by: "ada@host".into(),
            process: 7,
            command: "apply".into(),
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn snapshot(serial: u64) -> Snapshot {
        let scope = Scope {
            environment: "local".into(),
            stack: "demo".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        Snapshot { serial, lineage: "one".into(), key: "k".into(), ..Snapshot::empty(scope, holder().since) }
    }

    #[tokio::test]
    async fn a_commit_is_read_back_and_earlier_serials_stay() {
        let folder = tempfile::tempdir().unwrap();
        let backend = LocalBackend::new(folder.path(), "local", "demo");
        let mut session = backend.acquire(holder()).await.unwrap();
        session.commit(&snapshot(1), 0).await.unwrap();
        session.commit(&snapshot(2), 1).await.unwrap();
        assert_eq!(backend.read().await.unwrap().unwrap().0, snapshot(2));
        assert!(folder.path().join("local/demo.history/00000001.json").exists());
    }

    #[tokio::test]
    async fn the_second_writer_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let backend = LocalBackend::new(folder.path(), "local", "demo");
        let session = backend.acquire(holder()).await.unwrap();
        let Err(error) = backend.acquire(holder()).await else { panic!("two writers") };
        assert!(error.to_string().contains("ada@host (`ebb apply`, process 7"), "{error}");
        drop(session);
        backend.acquire(holder()).await.unwrap();
    }

    #[tokio::test]
    async fn another_lineage_or_serial_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let backend = LocalBackend::new(folder.path(), "local", "demo");
        let mut session = backend.acquire(holder()).await.unwrap();
        session.commit(&snapshot(1), 0).await.unwrap();
        for (changed, expected) in
            [(Snapshot { lineage: "two".into(), ..snapshot(2) }, 1), (snapshot(2), 0), (snapshot(9), 8)]
        {
            let error = session.commit(&changed, expected).await.unwrap_err();
            assert!(matches!(error, StateError::Moved { .. }), "{error}");
        }
        assert_eq!(backend.read().await.unwrap().unwrap().0, snapshot(1));
    }

    #[tokio::test]
    async fn what_is_no_state_document_is_diagnosed_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let backend = LocalBackend::new(folder.path(), "local", "demo");
        let mut session = backend.acquire(holder()).await.unwrap();
        session.commit(&snapshot(1), 0).await.unwrap();
        let path = folder.path().join("local/demo.json");
        let whole = std::fs::read_to_string(&path).unwrap();
        let cases = [
            (whole[..whole.len() / 2].to_owned(), "is damaged"),
            (whole.replacen("\"format\":1", "\"format\":99", 1), "state format 99"),
            (whole.replacen("\"stack\":\"demo\"", "\"stack\":\"other\"", 1), "is the state of other"),
        ];
        for (text, expected) in cases {
            std::fs::write(&path, &text).unwrap();
            let error = backend.read().await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[tokio::test]
    async fn a_last_line_that_was_cut_off_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let backend = LocalBackend::new(folder.path(), "local", "demo");
        let mut session = backend.acquire(holder()).await.unwrap();
        let line = Progress { run: "r".into(), operation: 3, outcome: super::super::Outcome::Gone, took: None };
        session.append(std::slice::from_ref(&line)).await.unwrap();
        let path = folder.path().join("local/demo.journal");
        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"run\":\"r\",\"oper");
        std::fs::write(&path, text).unwrap();
        assert_eq!(backend.progress("r").unwrap(), [line]);
    }
}
