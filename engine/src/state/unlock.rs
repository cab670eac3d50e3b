//! Taking a stack away from a command that holds it.

use crate::state::{LockInfo, LockOwner, StateError, StateStore};
use ebbtide::record::replay;

impl StateStore {
    /// Takes the stack away from who has it. Their lease is over, and the document gets another serial, so that whatever
    /// they still want to commit is refused. The run that they had begun stays open: the next command settles it.
    pub async fn unlock(&self, held: &LockInfo, holder: LockOwner) -> Result<(), StateError> {
        self.backend().unlock(held).await?;
        let mut writer = self.acquire(holder).await?;
        let fenced = async {
            let Some((mut document, progress)) = writer.read().await? else { return Ok(()) };
            // A commit ends the journal, so what it tells goes into the document.
            if let Some(run) = document.run.take() {
                replay(&mut document, &run.plan, &progress)
                    .map_err(|error| StateError::Damaged { place: self.place(), message: error.to_string() })?;
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
