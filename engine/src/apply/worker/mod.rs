//! Workers: one operation on one resource. A worker only calls AWS and reports.

mod calls;
mod create;
mod delete;
mod job;
mod result;
mod run;
mod update;

pub(super) use job::Job;
pub(super) use result::{WorkerMessage, WorkerResult};
pub(super) use run::{job_span, run_job};
