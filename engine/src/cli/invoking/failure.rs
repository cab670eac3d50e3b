//! Errors of an invocation: those of the model behind the endpoint, and those of AWS.

use aws_sdk_sagemakerruntime::types::error::ModelError;

use crate::cli::error::{CommandError, CommandErrorKind};
use crate::sdk::{Error, ErrorKind};
use ebbtide::resource::{Address, escaped_text};

/// Returns the error of a model, with the place of its logs.
pub(super) fn of_model(stack: &str, address: &Address, error: &ModelError) -> CommandError {
    let said = error.original_message().or(error.message.as_deref()).unwrap_or("no message");
    let status = error.original_status_code().map(|status| format!(" with {status}")).unwrap_or_default();
    let message = format!("the model behind {address} answered{status}: {}", escaped_text(said.trim()));
    let group = error.log_stream_arn().map(|arn| format!(" ({})", escaped_text(arn))).unwrap_or_default();
    CommandError::new(CommandErrorKind::Model, message)
        .hint(format!("`ebb logs {stack} {address} --since 5m` shows what it logged{group}"))
}

/// Returns the error of a call. It was sent once: a repetition would be another invocation.
pub(super) fn of_call(stack: &str, address: &Address, error: Error) -> CommandError {
    let hint = match error.kind {
        ErrorKind::Denied => format!("`ebb permissions {stack} --for invoke` prints the policy that it needs"),
        ErrorKind::Unavailable if error.code.is_none() => format!(
            "the model may have got the request, so it is not sent again; a model has 60 seconds to answer. \
             `ebb logs {stack} {address} --since 5m` shows what it logged"
        ),
        ErrorKind::Throttled | ErrorKind::Unavailable => {
            "the request is not sent again: run the same command".to_owned()
        }
        _ => error
            .hint
            .clone()
            .unwrap_or_else(|| format!("`ebb status {stack} --live` shows whether the endpoint is in service")),
    };
    CommandError::new(CommandErrorKind::Call, error.to_string()).hint(hint)
}
