//! Recording resources under other addresses.

use std::collections::BTreeMap;

use super::{Failure, LockedDeployment};
use ebbtide::resource::Address;

impl LockedDeployment<'_> {
    /// Records resources under other addresses and writes their ownership tags. Returns for how many resources the tags could
    /// not be written.
    ///
    /// The record comes first, with a note of the tags to write: cut off in between, this function or the next run writes
    /// them. Without moves only such tags are written.
    pub async fn rename(&mut self, moves: &BTreeMap<Address, Address>) -> Result<usize, Failure> {
        if !moves.is_empty() {
            self.document.rename(moves)?;
            let command = self.why();
            self.document.note_edit(&self.deployment.who, &command);
            self.commit().await?;
            self.deployment.keep_changed_record(&mut self.writer, &self.document).await;
        }
        let before = self.document.clone();
        let failed = self.write_tags(&[]).await?;
        if self.document != before {
            self.commit().await?;
        }
        Ok(failed)
    }
}
