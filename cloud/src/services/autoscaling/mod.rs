//! Application Auto Scaling, for the resources of SageMaker.
//!
//! Scalable targets, scaling policies and scheduled actions are checked, recorded and echoed. Scheduled actions set the
//! bounds of their target when their time comes. Bounds move the capacity of the resource into them; policies change nothing, for
//! the cloud has no load. A target goes with the endpoint or inference component that it was registered for.

mod activity;
mod capacity;
mod cron_days;
mod cron_field;
mod firing;
mod last_run;
mod list;
mod operations;
mod policy;
mod policy_list;
mod records;
mod resource;
mod schedule;
mod scheduled_action;
mod scheduled_action_list;
mod service;
mod step_scaling;
mod tags;
mod target;
mod target_id;
mod target_list;
mod target_tracking;
mod uses;

pub use last_run::last_run;
pub use service::AutoScaling;
