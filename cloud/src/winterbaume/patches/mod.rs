//! The patches: one small file for each difference between a service of winterbaume and AWS.

mod iam;
mod interface;
mod logs;
mod s3;
mod secretsmanager;

pub(super) use iam::Iam;
pub(super) use interface::{Asked, Nothing, Patches};
pub(super) use logs::Logs;
pub(super) use s3::S3;
pub(super) use secretsmanager::SecretsManager;
