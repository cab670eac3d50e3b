//! Cloud Control: one service for many types of resources, driven by the facts of their schemas (`types/`, `schema/`) and tables of
//! behaviour (`known/`).
//!
//! Where an operation's behaviour has no other source in a comment, it is that of the API reference of Cloud Control and of
//! "Resource type handler contract" (CloudFormation CLI User Guide). The types of KMS, SageMaker and IAM are left out: other services of
//! this cloud have those resources.

mod behaviour;
mod cancel;
mod create;
mod delete;
mod durations;
mod events;
mod failure;
mod guards;
mod identifier;
mod images;
mod interfaces;
mod known;
mod load_balancing;
mod model;
mod operations;
mod patch;
mod permissions;
mod read;
mod references;
mod request;
mod resource;
mod rules;
mod schema;
mod service;
mod settle;
mod start;
mod tagged;
mod template;
mod tokens;
mod update;
mod uses;
mod versions;

pub use images::{Ecr, Image};
pub(crate) use interfaces::{Interface, interfaces};
pub(crate) use permissions::handler_needs;
pub use service::CloudControl;
pub(crate) use tagged::tagged;
