//! The one provider of all kinds that Cloud Control manages: their declarations say all that differs.
//!
//! `docs/decisions/0018-one-door-cloud-control.md` has the reasons for its rules.

mod calls;
mod chain;
mod create;
mod delete;
mod event;
mod find;
mod forms;
mod patch;
mod provider;
mod readiness;
mod shape;
mod update;
mod wait;
mod wanted;

pub(super) use provider::CloudControlled;
