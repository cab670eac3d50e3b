//! SNS: topics and subscriptions.

mod filter;
mod protocol;
mod subscription;
mod topic;

pub use filter::{Filter, FilterScope};
pub use protocol::Protocol;
pub use subscription::{Subscription, SubscriptionOutputs};
pub use topic::{Topic, TopicOutputs};
