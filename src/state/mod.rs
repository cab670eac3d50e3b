//! State: what Ebbtide believes to exist, kept so that nothing that bills is ever lost sight of.

mod backend;
mod differing;
mod document;
mod error;
mod integrity;
mod journal;
mod keys;
mod kms;
mod lease;
mod local;
mod local_session;
mod migrate;
mod passphrase;
mod place;
mod relocate;
mod run;
mod s3;
mod seal;
mod snapshot;
#[expect(clippy::module_inception, reason = "the room is named after its one main thing")]
mod state;
mod unlock;

pub use backend::{Backend, Commit, Held, Holder, Session, Stored, Version};
pub use differing::Differing;
pub use error::StateError;
pub use journal::{Outcome, Progress, replay};
pub use keys::{Key, Keys};
pub use kms::KmsKey;
pub use lease::Lease;
pub use local::LocalBackend;
pub use passphrase::Passphrase;
pub use place::{Bucket, Place};
pub use run::{Ended, Ending, Run};
pub use s3::S3Backend;
pub use snapshot::{Deposed, Entry, FORMAT, Snapshot};
pub use state::{Recorded, State, Writer};
