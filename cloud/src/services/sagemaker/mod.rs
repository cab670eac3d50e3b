//! Amazon SageMaker: models, endpoint configurations, endpoints and inference components.
//!
//! One file for each thing and each concern. The input of a create is kept and echoed; endpoints and inference
//! components are in a transition for a while, and each call first settles the transitions that are over. The runtime
//! counts invocations and queues asynchronous requests, from which the metrics of endpoints are made.

mod component;
mod component_change;
mod component_record;
mod component_spec;
mod config;
mod container;
mod deployment;
mod endpoint;
mod endpoint_capacity;
mod endpoint_list;
mod endpoint_record;
mod endpoint_update;
mod endpoint_view;
mod fleet;
mod kind;
mod listing;
mod model;
mod network;
mod operations;
mod production_variant;
mod published;
mod queue;
mod references;
mod runtime;
mod serverless;
mod service;
mod store;
mod tags;
mod time;
mod traffic;
mod transition;
mod uses;

pub(in crate::services) use component_record::Component;
pub(in crate::services) use endpoint_record::Endpoint;
pub(in crate::services) use network::{Interface, interfaces};
pub(in crate::services) use published::{Published, Window, metrics};
pub use service::SageMaker;
pub(in crate::services) use store::Record;
