//! ECR: repositories of container images.

mod repository;

pub use repository::{Repository, RepositoryEncryption, RepositoryOutputs, TagMutability};
