//! The cases that every backend must pass with every key.

pub mod journal;
pub mod keys;
pub mod ledger;
pub mod locking;
pub mod moving;
pub mod reading;
pub mod writing;

use ebbtide::record::StateDocument;
use ebbtide_engine::state::StateStore;

use crate::documents::{first, next};
use crate::world::{World, owner};

/// Commits a number of documents, one after the other, and returns them.
pub async fn committed(state: &StateStore, count: usize) -> Vec<StateDocument> {
    let mut writer = state.acquire(owner("committed@host")).await.unwrap();
    writer.read().await.unwrap();
    let mut documents = vec![first()];
    for _ in 1..count {
        documents.push(next(documents.last().unwrap()));
    }
    for document in &documents {
        writer.commit(document).await.unwrap();
    }
    writer.release().await;
    documents
}

/// Returns the document that a new process reads.
pub async fn read(world: &World) -> StateDocument {
    world.state().read().await.unwrap().expect("there is state").0
}
