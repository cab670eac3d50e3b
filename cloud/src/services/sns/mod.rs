//! SNS: topics, subscriptions, and messages that are accepted (and go nowhere).
//!
//! No token is ever mailed: the token that AWS would send to the endpoint of a pending subscription is the last part of
//! the subscription's ARN, which Subscribe returns with `ReturnSubscriptionArn`.

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
