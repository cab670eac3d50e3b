//! SQS: queues and their policies.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, PLAIN, Reference};

const QUEUE: &str = "AWS::SQS::Queue";
const POLICY: &str = "AWS::SQS::QueueInlinePolicy";

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: QUEUE,
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
        // The policy is an attribute of the queue (SetQueueAttributes).
        owned: &[Link { of: POLICY, path: "Queue", own: "QueueUrl" }],
        ..PLAIN
    },
    Behaviour {
        type_name: POLICY,
        // GetQueueAttributes: `QueueDoesNotExist`, "The specified queue does not exist."
        references: &[Reference {
            path: "Queue",
            to: QUEUE,
            by: &["QueueUrl"],
            code: "NotFound",
            message: "The specified queue does not exist. (Service: Sqs, Status Code: 400)",
        }],
        ..PLAIN
    },
];
