//! SNS: topics, subscriptions, and messages that are accepted (and go nowhere).
//!
//! No token is ever mailed: what AWS would send to the endpoint of a pending subscription is here the last part of the
//! subscription's ARN, which Subscribe tells with `ReturnSubscriptionArn`.

mod attributes;
mod endpoint;
mod input;
mod publish;
mod records;
mod service;
mod subscription;
mod subscription_attributes;
mod subscription_list;
mod tags;
mod topic;
mod topic_attributes;

pub use service::Sns;
