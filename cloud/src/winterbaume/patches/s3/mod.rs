//! S3: what is patched, one file per gap.

mod buckets;
mod policies;
mod service;
mod tags;

pub(in crate::winterbaume) use service::S3;
