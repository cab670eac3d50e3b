//! SQS: queues.

mod queue;

pub use queue::{DeadLetter, Queue, QueueOutputs};
