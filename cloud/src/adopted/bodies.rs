//! The chassis of S3: the bodies of objects are files of their own, named by their content, beside the document.
//!
//! A body is written before the document that names it, and removed only when the durable document names it no
//! longer, so a kill at any moment leaves at worst a file too many, which the next load removes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};
use winterbaume_core::{
    BlobBackedService, BlobExportEntry, BlobSource, BlobVisitor, MockRequest, MockResponse, MockService,
    StatefulService, VfsError, default_account_id,
};
use winterbaume_s3::{S3Service, S3StateView};

use super::chassis::{Chassis, document, failure, finish, view};
use crate::documents::Tables;
use crate::service::Fault;
use crate::store::write_whole;

/// The table of bodies: winterbaume's name of a body → the SHA-256 of its content, which is its file's name.
const BODIES: &str = "ebb:bodies";

/// S3 with its bodies in the folder `s3-objects`.
///
/// Not kept over a load, as winterbaume's view lacks them: unfinished multipart uploads and inventory configurations.
pub(super) struct WithBodies {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    service: S3Service,
    /// Whether bodies may lie in the folder that the document no longer names.
    litter: bool,
}

impl WithBodies {
    /// The service with its bodies in a folder inside `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.join("s3-objects"), state: Mutex::default() }
    }
}

impl Chassis for WithBodies {
    fn load(&self, region: &str, document: &Tables) -> Result<(), Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let view: S3StateView = view(document)?;
        // A fresh service: a restore would leave the bodies of the state before in memory.
        let service = S3Service::new();
        let mut source = Source { folder: &self.folder, document };
        if view.buckets.is_empty() {
            finish(service.restore(default_account_id(), region, view)).map_err(failure)?;
        } else {
            finish(service.restore_with_blobs(default_account_id(), region, view, &mut source)).map_err(failure)?;
        }
        // The document was just read from the disk, so what it does not name is nobody's.
        sweep(&self.folder, document).map_err(|error| self.trouble(&error))?;
        *state = State { service, litter: false };
        Ok(())
    }

    fn handle(&self, request: MockRequest) -> MockResponse {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        finish(state.service.handle(request))
    }

    fn stored(&self, region: &str, previous: &Tables) -> Result<Tables, Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.litter {
            // `previous` is on the disk and this process holds the folder's lock.
            sweep(&self.folder, previous).map_err(|error| self.trouble(&error))?;
            state.litter = false;
        }
        let mut sink = Sink { folder: &self.folder, previous, bodies: Vec::new() };
        let view =
            finish(state.service.snapshot_with_blobs(default_account_id(), region, &mut sink)).map_err(failure)?;
        let bodies = sink.bodies;
        let mut tables = document(&view, previous)?;
        tables.retain(BODIES, |_, _| false);
        for (key, name) in bodies {
            tables.put(BODIES, key, json!(name));
        }
        state.litter = previous.all(BODIES).any(|(key, _)| tables.get(BODIES, key).is_none());
        Ok(tables)
    }
}

impl WithBodies {
    fn trouble(&self, error: &io::Error) -> Fault {
        failure(format!("cannot keep the bodies of objects in {}: {error}", self.folder.display()))
    }
}

/// Removes the files that no record of the document names.
fn sweep(folder: &Path, document: &Tables) -> io::Result<()> {
    let named: BTreeSet<&str> = document.all(BODIES).filter_map(|(_, name)| name.as_str()).collect();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| named.contains(name)) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes the bodies that are not on the disk yet.
struct Sink<'a> {
    folder: &'a Path,
    previous: &'a Tables,
    bodies: Vec<(String, String)>,
}

impl BlobVisitor for Sink<'_> {
    fn visit(
        &mut self,
        batch: Vec<BlobExportEntry>,
    ) -> Pin<Box<dyn Future<Output = Result<(), VfsError>> + Send + '_>> {
        Box::pin(async move {
            for mut entry in batch {
                // Winterbaume gives each version of a body a name of its own: a name that is known is unchanged.
                if let Some(name) = self.previous.get(BODIES, &entry.key).and_then(Value::as_str) {
                    self.bodies.push((entry.key, name.to_owned()));
                    continue;
                }
                let mut content = Vec::new();
                entry.reader.read_to_end(&mut content).await?;
                let name = sha256(&content);
                let path = self.folder.join(&name);
                if !path.exists() {
                    std::fs::create_dir_all(self.folder)?;
                    write_whole(self.folder, &path, &content)?;
                }
                self.bodies.push((entry.key, name));
            }
            Ok(())
        })
    }
}

/// Reads bodies back.
struct Source<'a> {
    folder: &'a Path,
    document: &'a Tables,
}

type Reader = Box<dyn AsyncRead + Send + Unpin>;

impl BlobSource for Source<'_> {
    fn fetch(&mut self, key: String) -> Pin<Box<dyn Future<Output = Result<Reader, VfsError>> + Send + '_>> {
        Box::pin(async move {
            let name = self.document.get(BODIES, &key).and_then(Value::as_str);
            let path = self.folder.join(name.ok_or_else(|| VfsError::NotFound(key.clone()))?);
            let content = std::fs::read(&path)
                .map_err(|error| VfsError::Io(io::Error::new(error.kind(), format!("{}: {error}", path.display()))))?;
            Ok(Box::new(io::Cursor::new(content)) as Reader)
        })
    }
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
