//! The uses that have ended: lines of JSON in one file of the folder, which only grows.
//!
//! A line is written before the document that has its use open no longer. If the process is killed in between, the use is
//! still open, and a later line ends it: a line counts only if its use is not open, and the last line of a use counts.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::usage::Entry;

/// The name of the file.
pub(crate) const NAME: &str = "meter.jsonl";

/// Appends uses that have ended. The caller has the lock of the folder.
pub(crate) fn append(folder: &Path, ended: &[Entry]) -> io::Result<()> {
    if ended.is_empty() {
        return Ok(());
    }
    let mut file = File::options().create(true).read(true).append(true).open(folder.join(NAME))?;
    let mut text = Vec::new();
    // The line of a killed process may have no end. Its use is still open, so the line does not count.
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.push(b'\n');
        }
    }
    for entry in ended {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    file.write_all(&text)
}

/// Returns the uses that have ended and that are not among the open ones.
pub(crate) fn ended(folder: &Path, open: &[Entry]) -> io::Result<Vec<Entry>> {
    let text = match std::fs::read_to_string(folder.join(NAME)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // A line that cannot be read was cut off by a kill.
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
    let mut ended: BTreeMap<String, Entry> = lines.map(|entry| (entry.id.clone(), entry)).collect();
    for entry in open {
        ended.remove(&entry.id);
    }
    Ok(ended.into_values().collect())
}
