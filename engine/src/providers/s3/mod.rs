//! Providers of S3: one file for each kind, of the same name as its declaration.

mod bucket;
mod bucket_policy;
mod configuration;
mod encryption;
mod lifecycle;
mod objects;
mod public_access;
