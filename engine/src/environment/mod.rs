//! Environments: `environments/NAME.toml`, read once, validated, each value knowing its file, line and column.

mod check;
mod connect;
mod document;
#[expect(clippy::module_inception, reason = "the room is named after its one main thing")]
mod environment;
mod error;
mod file;
mod project;
mod project_file;
mod regions;
mod schema;
mod state;
mod suggest;

pub use connect::{Clients, ConnectError, Connection};

pub use environment::{Ask, Environment};
pub use error::{EnvironmentError, Fault, Location};
pub use file::{AwsSettings, EncryptionSettings, KeyProvider, KeySettings, StateBackend, StateSettings};
pub use project::Project;
pub use schema::schema;
pub use suggest::nearest;
