//! Amazon SageMaker: models, endpoint configurations, endpoints and inference components; the model registry, the feature store,
//! monitoring and pipelines.
//!
//! One file for each thing and each concern. The input of a create is kept and echoed; endpoints, inference
//! components, feature groups and monitoring schedules are in a transition for a while, and each call first settles the transitions that are over. The runtime
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
mod event_stream;
mod feature_change;
mod feature_group;
mod feature_record;
mod feature_rules;
mod fleet;
mod instance_size;
mod job_definition;
mod kind;
mod limits;
mod listing;
mod managed;
mod model;
mod model_package;
mod monitoring;
mod monitoring_change;
mod monitoring_record;
mod network;
mod operations;
mod package_group;
mod pipeline;
mod production_variant;
mod published;
mod queue;
mod references;
mod runtime;
mod serverless;
mod service;
mod stand_in;
mod store;
mod tags;
mod time;
mod traffic;
mod transition;
mod uses;

pub(in crate::services) use component_record::Component;
pub(in crate::services) use endpoint_record::Endpoint;
pub(in crate::services) use limits::in_use;
pub(in crate::services) use network::{Interface, interfaces};
pub(in crate::services) use published::{Published, Window, metrics};
pub use service::SageMaker;
pub(in crate::services) use store::Record;
