//! The environment of a function.

use std::collections::BTreeMap;

use crate::resource::{Input, Problems};

/// The size of all variables together, in bytes.
const MAX_SIZE: usize = 4096;

/// Variables that Lambda sets and that a function cannot have ("Defined runtime environment variables", developer guide).
const RESERVED: [&str; 14] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// Reports variables that AWS would refuse.
pub(super) fn validate(environment: &BTreeMap<String, Input<String>>, problems: &mut Problems) {
    let mut size = 0;
    for (name, value) in environment {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.len() < 2 || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(letters) {
            let advice = "use two or more letters, digits and `_`, with a letter first";
            problems.refuse("environment", format!("`{name}` is not the name of a variable: {advice}"));
        } else if RESERVED.contains(&name.as_str()) || name.starts_with("AWS_LAMBDA_") {
            problems.refuse("environment", format!("`{name}` is set by Lambda: use another name"));
        }
        size += name.len() + value.known().map_or(0, String::len);
    }
    if size > MAX_SIZE {
        problems.refuse("environment", format!("has {size} bytes; AWS takes {MAX_SIZE}"));
    }
}
