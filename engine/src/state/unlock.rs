//! Unlocking a stack that another command has locked.

use crate::state::error::StateError;
use crate::state::lock::{LockInfo, LockOwner};
use crate::state::store::StateStore;
use ebbtide::record::replay;

impl StateStore {
    /// Ends the lease of another command, and gives the document another serial, so that every later commit of that command
    /// is refused. A run that it started stays open: the next command settles it.
    pub async fn unlock(&self, lock: &LockInfo, owner: LockOwner) -> Result<(), StateError> {
        self.backend().unlock(lock).await?;
        let mut writer = self.acquire(owner).await?;
        let fenced = async {
            let Some((mut document, journal)) = writer.read().await? else { return Ok(()) };
            // A commit drops the journal, so the journal is applied to the document first.
            if let Some(run) = document.run.take() {
                replay(&mut document, &run.plan, &journal)
                    .map_err(|error| StateError::damaged(self.location(), error))?;
                document.run = Some(run);
            }
            document.serial += 1;
            writer.commit(&document).await
        };
        let fenced = fenced.await;
        writer.release().await;
        fenced
    }
}
