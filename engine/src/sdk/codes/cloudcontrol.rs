//! Cloud Control: the codes of its calls, and those of the handlers in the events of requests ("Handler error codes",
//! CloudFormation CLI User Guide).

use crate::sdk::error::ErrorKind;

/// Parts of the messages of handlers that use a role which was created a moment ago: IAM has not told the service of it yet, and
/// the handler does not try again (terraform-provider-awscc#221, and the table of retries of cdkd).
const FRESH_ROLES: [&str; 5] = [
    "cannot be assumed",
    "is unable to assume",
    "authorized to assume the provided role",
    "Verify in IAM that the role has adequate trust relationships",
    "Policy contains a statement with one or more invalid principals",
];

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    let refuses = ["InvalidRequest", "AccessDenied", "GeneralServiceException"];
    if refuses.iter().any(|one| code.starts_with(one)) && FRESH_ROLES.iter().any(|part| message.contains(part)) {
        return Some(ErrorKind::NotYet);
    }
    Some(match code.strip_suffix("Exception").unwrap_or(code) {
        // SQS: "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        "InvalidRequest" | "GeneralService" if message.contains("You must wait 60 seconds") => ErrorKind::Busy,
        // ECR, of a repository (pulumi-aws-native#1270).
        "GeneralService" if message.contains("still contains images") => ErrorKind::HoldsData,
        "AlreadyExists" => ErrorKind::AlreadyExists,
        "NotFound" | "ResourceNotFound" | "RequestTokenNotFound" => ErrorKind::NotFound,
        "ConcurrentModification" | "ConcurrentOperation" | "ResourceConflict" => ErrorKind::Busy,
        "Throttling" => ErrorKind::Throttled,
        "ServiceLimitExceeded" => ErrorKind::Quota,
        "UnauthorizedTaggingOperation" => ErrorKind::Denied,
        "InvalidCredentials" => ErrorKind::Credentials,
        "NetworkFailure"
        | "ServiceInternalError"
        | "ServiceTimeout"
        | "InternalFailure"
        | "HandlerInternalFailure"
        | "HandlerFailure" => ErrorKind::Unavailable,
        "InvalidRequest"
        | "GeneralService"
        | "NotStabilized"
        | "NotUpdatable"
        | "TypeNotFound"
        | "PrivateType"
        | "UnsupportedAction"
        | "ClientTokenConflict" => ErrorKind::Invalid,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_tell_what_passes() {
        for (code, message, kind) in [
            (
                "InvalidRequest",
                "The role defined for the function cannot be assumed by Lambda.",
                Some(ErrorKind::NotYet),
            ),
            ("InvalidRequest", "1 validation error", Some(ErrorKind::Invalid)),
            ("ConcurrentOperationException", "", Some(ErrorKind::Busy)),
            ("ResourceNotFoundException", "", Some(ErrorKind::NotFound)),
            ("ServiceLimitExceeded", "", Some(ErrorKind::Quota)),
            ("GeneralServiceException", "it still contains images", Some(ErrorKind::HoldsData)),
            ("AccessDenied", "", None),
        ] {
            assert_eq!(kind_of(code, message), kind, "{code} {message}");
        }
    }
}
