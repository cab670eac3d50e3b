//! SQS: queues and their policies.

mod policy;
mod queue;

pub use policy::{QueuePolicy, QueuePolicyOutputs};
pub use queue::{DeadLetter, Queue, QueueOutputs};
