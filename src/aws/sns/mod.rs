//! SNS: topics and subscriptions.

mod filter;
mod marks;
mod protocol;
mod subscription;
mod topic;
mod topic_policy;

pub use filter::{Filter, FilterScope};
pub use protocol::Protocol;
pub use subscription::{Subscription, SubscriptionOutputs};
pub use topic::{Topic, TopicOutputs};
