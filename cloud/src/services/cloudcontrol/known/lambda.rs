//! Lambda: functions, versions, aliases, permissions. The numbers of versions are in `rules.rs`.

use crate::services::cloudcontrol::behaviour::{Behaviour, Link, PLAIN, Reference};

const FUNCTION: &str = "AWS::Lambda::Function";

const OF_FUNCTION: Reference = Reference {
    path: "FunctionName",
    to: FUNCTION,
    by: &["FunctionName"],
    code: "NotFound",
    message: "Function not found: arn:<partition>:lambda:<region>:<account>:function:<value> (Service: Lambda, Status Code: 404)",
};

const fn of_function(of: &'static str) -> Link {
    Link { of, path: "FunctionName", own: "FunctionName" }
}

/// The types.
pub const TYPES: &[Behaviour] = &[
    Behaviour {
        type_name: FUNCTION,
        name: Some("FunctionName"),
        assigned: &[("Arn", "arn:<partition>:lambda:<region>:<account>:function:<FunctionName>")],
        // LIVE: these appear.
        defaults: &[
            ("Timeout", "=3"),
            ("MemorySize", "=128"),
            ("PackageType", "Zip"),
            ("Architectures", "=[\"x86_64\"]"),
            ("EphemeralStorage", "={\"Size\":512}"),
            ("TracingConfig", "={\"Mode\":\"PassThrough\"}"),
            ("RuntimeManagementConfig", "={\"UpdateRuntimeOn\":\"Auto\"}"),
            ("LoggingConfig", "={\"LogFormat\":\"Text\",\"LogGroup\":\"/aws/lambda/<FunctionName>\"}"),
            ("RecursiveLoop", "Terminate"),
        ],
        // LIVE, 2026-07-14: an update without `Code` keeps the code.
        kept: &["Code"],
        // DeleteFunction deletes a function with its versions and aliases; permissions are its policy.
        owned: &[
            of_function("AWS::Lambda::Version"),
            of_function("AWS::Lambda::Alias"),
            of_function("AWS::Lambda::Permission"),
        ],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Lambda::Version",
        assigned: &[
            ("Version", "<next>"),
            ("FunctionArn", "arn:<partition>:lambda:<region>:<account>:function:<bare:FunctionName>:<Version>"),
        ],
        references: &[OF_FUNCTION],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Lambda::Alias",
        assigned: &[("AliasArn", "arn:<partition>:lambda:<region>:<account>:function:<bare:FunctionName>:<Name>")],
        references: &[OF_FUNCTION],
        ..PLAIN
    },
    Behaviour {
        type_name: "AWS::Lambda::Permission",
        assigned: &[("Id", "<#uuid>")],
        references: &[OF_FUNCTION],
        ..PLAIN
    },
];
