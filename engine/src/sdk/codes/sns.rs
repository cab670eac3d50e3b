//! SNS.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "AuthorizationError" | "KMSAccessDenied" => ErrorKind::Denied,
        "InvalidSecurity" => ErrorKind::Credentials,
        // "Can't perform multiple operations on a tag simultaneously."
        "ConcurrentAccess" => ErrorKind::Busy,
        // A topic of this ARN was deleted a moment ago: "Wait a short while and then retry the operation."
        "StaleTag" => ErrorKind::NotYet,
        "KMSThrottling" => ErrorKind::Throttled,
        // The principal of a topic's policy was created a moment ago: "Invalid parameter: Policy Error: PrincipalNotFound"
        // (terraform-provider-aws, issue 26041).
        "InvalidParameter" if message.contains("PrincipalNotFound") => ErrorKind::NotYet,
        "InternalError" => ErrorKind::Unavailable,
        "FilterPolicyLimitExceeded"
        | "ReplayLimitExceeded"
        | "SubscriptionLimitExceeded"
        | "TagLimitExceeded"
        | "TopicLimitExceeded" => ErrorKind::Quota,
        "InvalidParameter" | "InvalidState" | "ParameterValueInvalid" | "TagPolicy" => ErrorKind::Invalid,
        "EndpointDisabled" | "PlatformApplicationDisabled" => ErrorKind::Invalid,
        "KMSDisabled" | "KMSInvalidState" | "KMSNotFound" | "KMSOptInRequired" => ErrorKind::Invalid,
        _ => return None,
    })
}
