//! OpenSearch Service: domains.

mod checks;
mod domain;
mod nodes;

pub use domain::{DeploymentStrategy, Domain, DomainOutputs, EngineMode, ServiceSoftware, UseCase};
pub use nodes::{DomainLog, NodeKind, NodeOption, OffPeak, Volume, VolumeKind};
