//! Providers of SageMaker hosting: one file for each kind, of the same name as its declaration.

mod artifact;
mod async_inference;
mod capacity;
mod capture;
mod container;
mod deployment;
mod endpoint;
mod endpoint_activity;
mod endpoint_config;
mod endpoint_metrics;
mod fleet;
mod instances;
mod interfaces;
mod kms_key;
mod model;
mod rollout;
mod run_time;
mod share;
mod tagging;
mod variant;
