//! A use over time.

use serde::{Deserialize, Serialize};

use super::uses::Use;

/// A use as the meter has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id, unique in the folder.
    pub id: String,
    /// The use, with its end if it has ended or if that is known.
    #[serde(flatten)]
    pub used: Use,
    /// When it began, in milliseconds since the Unix epoch.
    pub began_ms: i64,
    /// When the first of the uses began that follow each other without a gap: whole hours are counted from there.
    pub chain_ms: i64,
}
