//! SQS: queues.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::SQS::Queue",
    name: Some("QueueName"),
    assigned: &[
        ("QueueUrl", "https://sqs.<region>.<dns>/<account>/<QueueName>"),
        ("Arn", "arn:<partition>:sqs:<region>:<account>:<QueueName>"),
    ],
    // The defaults of CreateQueue.
    defaults: &[
        ("DelaySeconds", "=0"),
        ("MaximumMessageSize", "=1048576"),
        ("MessageRetentionPeriod", "=345600"),
        ("ReceiveMessageWaitTimeSeconds", "=0"),
        ("VisibilityTimeout", "=30"),
    ],
    ..PLAIN
}];
