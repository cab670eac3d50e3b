//! IAM: what is patched, one file per gap.

mod documents;
mod managed_policies;
mod roles;
mod service;
mod texts;

pub(in crate::winterbaume) use service::Iam;
