//! Providers of SNS: one file for each kind, of the same name as its declaration.

mod filter;
mod subscription;
mod tags;
mod tombstone;
mod topic;
mod topic_policy;
