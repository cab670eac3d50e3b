//! Step Functions: state machines, their versions and aliases.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, Obstacle, PLAIN, Reference};

const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const VERSION: &str = "AWS::StepFunctions::StateMachineVersion";

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: MACHINE,
        name: Some("StateMachineName"),
        assigned: &[
            ("Arn", "arn:<partition>:states:<region>:<account>:stateMachine:<StateMachineName>"),
            ("Name", "<StateMachineName>"),
            ("StateMachineRevisionId", "<#uuid>"),
        ],
        // The defaults of CreateStateMachine.
        defaults: &[
            ("StateMachineType", "STANDARD"),
            ("LoggingConfiguration", "={\"IncludeExecutionData\":false,\"Level\":\"OFF\"}"),
            ("TracingConfiguration", "={\"Enabled\":false}"),
            ("EncryptionConfiguration", "={\"Type\":\"AWS_OWNED_KEY\"}"),
        ],
        // DeleteStateMachine deletes a state machine with its versions and aliases.
        owned: &[Link { of: VERSION, path: "StateMachineArn", own: "Arn" }],
        ..PLAIN
    },
    Behaviour {
        type_name: VERSION,
        assigned: &[("Arn", "<StateMachineArn>:<next>")],
        references: &[Reference {
            path: "StateMachineArn",
            to: MACHINE,
            by: &["Arn"],
            code: "NotFound",
            message: "State Machine Does Not Exist: '<value>' (Service: Sfn, Status Code: 400)",
        }],
        // A version cannot be deleted while an alias refers to it (DeleteStateMachineVersion, ConflictException).
        in_use: &[Obstacle {
            link: Link {
                of: "AWS::StepFunctions::StateMachineAlias",
                path: "RoutingConfiguration/*/StateMachineVersionArn",
                own: "Arn",
            },
            code: "ResourceConflict",
            message: "Version to be deleted must not be referenced by an alias (Service: Sfn, Status Code: 409)",
        }],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::StepFunctions::StateMachineAlias",
        name: Some("Name"),
        // The ARN of a version is that of its state machine and a number. A list of aliases is that of a state machine.
        defaults: &[("StateMachineArn", "<StateMachineOfAlias>")],
        assigned: &[("Arn", "<StateMachineOfAlias>:<Name>")],
        references: &[Reference {
            path: "RoutingConfiguration/*/StateMachineVersionArn",
            to: VERSION,
            by: &["Arn"],
            code: "InvalidRequest",
            message: "The state machine version <value> does not exist (Service: Sfn, Status Code: 400)",
        }],
        ..PLAIN
    },
];
