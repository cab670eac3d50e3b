//! The bodies of objects: files named by their content, beside the document.
//!
//! A body is written before the document that names it, and removed only when the document on the disk names it no
//! longer, so a kill at any moment leaves at worst a file too many, which the next process removes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::documents::CallContext;
use crate::error_response::failure;
use crate::service::Fault;
use crate::store::write_whole;

/// Name of a body → how many versions and parts have it; zero: the file may go when the document says so on the disk.
const TABLE: &str = "ebb:bodies";

/// The folder of bodies.
pub(super) struct Bodies {
    folder: PathBuf,
    /// Whether this process has removed the bodies that a killed process left.
    swept: AtomicBool,
}

impl Bodies {
    /// Returns the folder `s3-objects` inside a folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.join("s3-objects"), swept: AtomicBool::new(false) }
    }

    /// Keeps a body for one version or part; returns its name.
    pub fn hold(&self, content: &[u8], context: &mut CallContext<'_>) -> Result<String, Fault> {
        let name: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.folder.join(&name);
        if !path.exists() {
            let written =
                std::fs::create_dir_all(&self.folder).and_then(|()| write_whole(&self.folder, &path, content));
            written.map_err(|error| self.trouble(&error))?;
        }
        let holders = holders(context, &name);
        context.own.put(TABLE, name.as_str(), json!(holders + 1));
        Ok(name)
    }

    /// Returns the content of a body.
    pub fn read(&self, name: &str) -> Result<Bytes, Fault> {
        let path = self.folder.join(name);
        std::fs::read(&path)
            .map(Bytes::from)
            .map_err(|error| failure(format!("cannot read the body {} of an object: {error}", path.display())))
    }

    /// Removes the bodies that no version holds any more: the document is as it is on the disk, and this process has
    /// the folder's lock.
    pub fn tidy(&self, context: &mut CallContext<'_>) -> Result<(), Fault> {
        self.removed_free(context).map_err(|error| self.trouble(&error))
    }

    fn removed_free(&self, context: &mut CallContext<'_>) -> io::Result<()> {
        let free: Vec<String> =
            context.own.all(TABLE).filter(|(_, holders)| **holders == 0).map(|(name, _)| name.to_owned()).collect();
        for name in free {
            remove(&self.folder.join(&name))?;
            context.own.remove(TABLE, &name);
        }
        if self.swept.load(Ordering::Relaxed) {
            return Ok(());
        }
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_str().is_none_or(|name| context.own.get(TABLE, name).is_none()) {
                remove(&entry.path())?;
            }
        }
        self.swept.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn trouble(&self, error: &io::Error) -> Fault {
        failure(format!("cannot keep the bodies of objects in {}: {error}", self.folder.display()))
    }
}

/// Lets go of a body; its file goes with a later write.
pub(super) fn release(name: &str, context: &mut CallContext<'_>) {
    if !name.is_empty() {
        let holders = holders(context, name);
        context.own.put(TABLE, name, json!(holders.saturating_sub(1)));
    }
}

fn holders(context: &CallContext<'_>, name: &str) -> u64 {
    context.own.get(TABLE, name).and_then(Value::as_u64).unwrap_or_default()
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
