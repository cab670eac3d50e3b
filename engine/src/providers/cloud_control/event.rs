//! Events of requests: how far one is, and why one failed.

use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent};

use crate::sdk::{Error, ErrorKind, kind_of};

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Running,
    Succeeded,
    Failed,
}

pub(super) fn progress(event: &ProgressEvent) -> Progress {
    match event.operation_status() {
        Some(OperationStatus::Success) => Progress::Succeeded,
        Some(OperationStatus::Failed | OperationStatus::CancelComplete) => Progress::Failed,
        _ => Progress::Running,
    }
}

/// Returns the error of a request that failed. `call` is the call that began it.
pub(super) fn failure(call: &str, event: &ProgressEvent) -> Error {
    let code = event.error_code().map_or("", |code| code.as_str());
    let canceled = event.operation_status() == Some(&OperationStatus::CancelComplete);
    let message = match event.status_message() {
        Some(message) => message.to_owned(),
        None if canceled => "the request was canceled".to_owned(),
        None => "the request failed without an explanation".to_owned(),
    };
    let kind = if canceled { ErrorKind::Busy } else { kind_of(call, code, &message, 400) };
    let mut error = Error::new(kind, message);
    error.call = Some(call.to_owned());
    error.code = (!code.is_empty()).then(|| code.to_owned());
    error.request_id = event.request_token().map(str::to_owned);
    if code == "NotUpdatable" {
        return error.hint(
            "AWS makes this change with another resource alone: declare it under another name as well, or take it back",
        );
    }
    match hint(kind, &error.message) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Returns the advice for a refusal. A handler calls other services with the rights of the caller, and its refusal reads as if
/// Cloud Control itself had refused.
fn hint(kind: ErrorKind, message: &str) -> Option<String> {
    match kind {
        ErrorKind::Denied => {
            let service = message.split_once("(Service: ").and_then(|(_, rest)| rest.split([',', ')']).next());
            Some(match service {
                Some(service) => format!(
                    "Cloud Control called {service} with the credentials in use, and {service} refused: allow the action that \
                     the message names, then run the same command"
                ),
                None => "allow the action that the message names to the credentials in use, then run the same command"
                    .to_owned(),
            })
        }
        ErrorKind::Quota => Some("ask Service Quotas for more, or declare less, then run the same command".to_owned()),
        ErrorKind::HoldsData => Some("delete its contents first, then run the same command".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudcontrol::types::HandlerErrorCode;

    use super::*;

    #[test]
    fn a_refusal_inside_of_a_handler_names_the_service_that_refused() {
        let event = ProgressEvent::builder()
            .operation_status(OperationStatus::Failed)
            .error_code(HandlerErrorCode::AccessDenied)
            .status_message("User is not authorized to perform: sqs:CreateQueue (Service: Sqs, Status Code: 403)")
            .build();
        let error = failure("cloudformation:CreateResource", &event);
        assert_eq!(error.kind, ErrorKind::Denied);
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("Sqs refused")), "{error:?}");
    }
}
