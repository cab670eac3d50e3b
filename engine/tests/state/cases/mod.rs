//! What every backend must do with every key.

pub mod holding;
pub mod journal;
pub mod keys;
pub mod moving;
pub mod reading;
pub mod writing;

use ebbtide::record::StateDocument;
use ebbtide_engine::state::StateStore;

use crate::documents::{first, next};
use crate::world::{World, holder};

/// Commits so many documents, one after the other; answers them.
pub async fn committed(state: &StateStore, count: usize) -> Vec<StateDocument> {
    let mut writer = state.acquire(holder("committed@host")).await.unwrap();
    writer.read().await.unwrap();
    let mut snapshots = vec![first()];
    for _ in 1..count {
        snapshots.push(next(snapshots.last().unwrap()));
    }
    for document in &snapshots {
        writer.commit(document).await.unwrap();
    }
    writer.release().await;
    snapshots
}

/// What a new process reads.
pub async fn read(world: &World) -> StateDocument {
    world.state().read().await.unwrap().expect("there is state").0
}
