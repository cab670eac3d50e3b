//! Files that survive a power failure: a file replaces another one atomically, after its bytes are on disk.

#[cfg(unix)]
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// A file whose bytes are on disk under a temporary name. It is deleted unless it replaces another one.
pub(super) struct DurableFile(NamedTempFile);

impl DurableFile {
    /// Writes a file under a temporary name, readable by its owner only. The name is always the same, so that a file that a
    /// killed process left is replaced.
    pub(super) fn write(temporary: &Path, bytes: &[u8]) -> io::Result<Self> {
        match std::fs::remove_file(temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let name = temporary.file_name().unwrap_or_default();
        let mut file = tempfile::Builder::new().prefix(name).rand_bytes(0).tempfile_in(folder_of(temporary))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(Self(file))
    }

    /// Gives the file its final name, in place of a file that has it.
    pub(super) fn persist(self, path: &Path) -> io::Result<()> {
        self.0.persist(path).map_err(|error| error.error)?;
        sync_folder(folder_of(path))
    }
}

/// Makes the names in a folder durable: a file whose name is lost in a power failure is lost.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Does nothing: this system opens no folder as a file, and its file system writes names with the files.
#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_over_the_rest_of_a_killed_process() {
        let folder = tempfile::tempdir().unwrap();
        let (temporary, path) = (folder.path().join("demo.new"), folder.path().join("demo.json"));
        std::fs::write(&temporary, "half").unwrap();
        for text in ["one", "two"] {
            DurableFile::write(&temporary, text.as_bytes()).unwrap().persist(&path).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert!(!temporary.exists());
        }
    }

    #[test]
    fn a_file_that_replaces_nothing_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let temporary = folder.path().join("demo.new");
        drop(DurableFile::write(&temporary, b"one").unwrap());
        assert!(!temporary.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_a_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demo.json");
        DurableFile::write(&folder.path().join("demo.new"), b"one").unwrap().persist(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
