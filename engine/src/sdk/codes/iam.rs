//! IAM.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchEntity" => ErrorKind::NotFound,
        "EntityAlreadyExists" => ErrorKind::AlreadyExists,
        // IAM does not see yet that the policies are gone: "Cannot delete entity, must detach all policies first." Anything
        // else that holds the role, such as an instance profile, does not pass with time.
        "DeleteConflict" if must_lose_policies(message) => ErrorKind::Busy,
        "DeleteConflict" => ErrorKind::Invalid,
        // "The name can be changed again after several minutes": IAM reserves it for a while.
        "EntityTemporarilyUnmodifiable" => ErrorKind::Busy,
        "ServiceFailure" => ErrorKind::Unavailable,
        // The principal of a trust policy was created a moment ago.
        "MalformedPolicyDocument" if message.contains("Invalid principal") => ErrorKind::NotYet,
        "MalformedPolicyDocument"
        | "InvalidInput"
        | "PolicyEvaluation"
        | "PolicyNotAttachable"
        | "UnmodifiableEntity" => ErrorKind::Invalid,
        _ => return None,
    })
}

/// Returns whether a refusal of a deletion names policies, which are detached and deleted before.
fn must_lose_policies(message: &str) -> bool {
    ["must detach all policies first", "must delete policies first"].iter().any(|reason| message.contains(reason))
}
