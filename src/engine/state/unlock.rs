//! Taking a stack away from a command that holds it.

use crate::engine::state::{Held, Holder, State, StateError};
use crate::record::replay;

impl State {
    /// Takes the stack away from who has it. Their lease is over, and the document gets another serial, so that whatever
    /// they still want to commit is refused. The run that they had begun stays open: the next command settles it.
    pub async fn unlock(&self, held: &Held, holder: Holder) -> Result<(), StateError> {
        self.backend().unlock(held).await?;
        let mut writer = self.acquire(holder).await?;
        let fenced = async {
            let Some((mut snapshot, progress)) = writer.read().await? else { return Ok(()) };
            // A commit ends the journal, so what it tells goes into the document.
            if let Some(run) = snapshot.run.take() {
                progress.iter().for_each(|line| replay(&mut snapshot, &run.plan, line));
                snapshot.run = Some(run);
            }
            snapshot.serial += 1;
            writer.commit(&snapshot).await
        };
        let fenced = fenced.await;
        writer.release().await;
        fenced
    }
}
