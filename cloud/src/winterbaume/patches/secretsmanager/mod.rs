//! Secrets Manager: what is patched, one file per gap.

mod kept;
mod listing;
mod name;
mod service;
mod tokens;
mod versions;

pub(in crate::winterbaume) use service::SecretsManager;
