//! OpenSearch Service: domains.

mod checks;
mod declaration;
mod domain;
mod nodes;

pub use declaration::{DeploymentStrategy, Domain, EngineMode, UseCase};
pub use domain::{DomainOutputs, ServiceSoftware};
pub use nodes::{DomainLog, NodeKind, NodeOption, OffPeak, Volume, VolumeKind};
