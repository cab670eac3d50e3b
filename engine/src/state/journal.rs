//! The journal as bytes: one entry a line, encrypted like the document that its run is open in.

use crate::state::encryption::{DataKey, Envelope};
use ebbtide::record::JournalEntry;

/// A line of the journal that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {source}")]
pub(super) struct DamagedLine {
    line: usize,
    source: LineError,
}

#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("it was changed after it was encrypted")]
    Changed,
    #[error("it is not encrypted, and the document is")]
    NotEncrypted,
    #[error("{0}")]
    NotAnEntry(#[from] serde_json::Error),
}

/// Returns the lines of some entries.
pub(super) fn encode(journal: &[JournalEntry]) -> Result<Vec<u8>, serde_json::Error> {
    let mut lines = Vec::new();
    for entry in journal {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Returns the entries of one run. A last line that was cut off by a crash is dropped: the next command looks up its
/// operation.
pub(super) fn decode(
    bytes: &[u8],
    run: &str,
    key: Option<&DataKey>,
    context: &str,
) -> Result<Vec<JournalEntry>, DamagedLine> {
    let mut journal = Vec::new();
    let mut lines = lines(bytes).peekable();
    while let Some((index, line)) = lines.next() {
        match entries(line, run, key, context) {
            Ok(entries) => journal.extend(entries),
            Err(_) if lines.peek().is_none() => {}
            Err(source) => return Err(DamagedLine { line: index + 1, source }),
        }
    }
    Ok(journal)
}

/// Returns the entries of one run that can be read, and the number of lines that cannot.
pub(super) fn decode_readable(
    bytes: &[u8],
    run: &str,
    key: Option<&DataKey>,
    context: &str,
) -> (Vec<JournalEntry>, usize) {
    let (mut journal, mut unreadable) = (Vec::new(), 0);
    for (_, line) in lines(bytes) {
        match entries(line, run, key, context) {
            Ok(entries) => journal.extend(entries),
            Err(_) => unreadable += 1,
        }
    }
    (journal, unreadable)
}

/// Returns the lines with their indices, without empty ones.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty())
}

/// Returns the entries of one run in a line.
fn entries(line: &[u8], run: &str, key: Option<&DataKey>, context: &str) -> Result<Vec<JournalEntry>, LineError> {
    let decrypted;
    let (plain, is_encrypted) = match Envelope::of(line) {
        Envelope::Plain => (line, false),
        Envelope::Encrypted { run: other, .. } if other != run => return Ok(Vec::new()),
        Envelope::Encrypted { body, .. } => {
            decrypted = key.and_then(|key| key.decrypt_line(&body, context)).ok_or(LineError::Changed)?;
            (decrypted.as_slice(), true)
        }
        Envelope::Damaged => return Err(LineError::Changed),
    };
    let mut entries = Vec::new();
    for line in plain.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let entry: JournalEntry = serde_json::from_slice(line)?;
        if entry.run != run {
            continue;
        }
        if key.is_some() && !is_encrypted {
            return Err(LineError::NotEncrypted);
        }
        entries.push(entry);
    }
    Ok(entries)
}
