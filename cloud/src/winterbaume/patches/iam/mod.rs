//! Patches of IAM, one file for each gap.

mod documents;
mod managed_policies;
mod roles;
mod service;
mod texts;

pub(in crate::winterbaume) use service::Iam;
