//! Patches of S3, one file for each gap.

mod buckets;
mod lifecycle;
mod policies;
mod service;
mod tags;

pub(in crate::winterbaume) use service::S3;
