//! Patches of Secrets Manager, one file for each gap.

mod kept;
mod listing;
mod name;
mod reserved;
mod service;
mod tokens;
mod uses;
mod versions;

pub(in crate::winterbaume) use service::SecretsManager;
