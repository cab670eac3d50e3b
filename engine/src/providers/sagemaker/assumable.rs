//! Roles that SageMaker does not know yet.

use std::time::Duration;

use crate::sdk::{Error, ErrorKind};

/// How long a role, or a change of its policies, may be unknown to SageMaker. The AWS provider of Terraform retries
/// CreateModel for as long (`internal/service/sagemaker/model.go`).
pub(super) const ROLE_KNOWN_WITHIN: Duration = Duration::from_mins(2);

/// Marks a refusal of a role as passing: the role may be so new that SageMaker does not know it yet.
pub(super) fn role_may_be_new(error: Error) -> Error {
    let says = |text: &str| error.message.contains(text);
    if !error.is_code("ValidationException") || !(says("sts:AssumeRole") || says("assume") || says("execution role")) {
        return error;
    }
    let hint = "the role must trust sagemaker.amazonaws.com, and its policies must allow the work: correct it, then run the same \
                command";
    error.as_kind(ErrorKind::NotYet).retry_within(ROLE_KNOWN_WITHIN).hint(hint)
}

/// Marks the absence of something that a creation refers to as passing: it may be so new that it is not visible everywhere in
/// SageMaker yet.
pub(super) fn reference_may_be_new(error: Error) -> Error {
    if error.kind == ErrorKind::NotFound { error.as_kind(ErrorKind::NotYet) } else { role_may_be_new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_for_the_sake_of_a_role_or_a_reference_pass() {
        let refused = |message: &str| Error { code: Some("ValidationException".to_owned()), ..Error::invalid(message) };
        assert_eq!(role_may_be_new(refused("The execution role ARN is invalid.")).kind, ErrorKind::NotYet);
        assert_eq!(role_may_be_new(refused("The event time feature must be of type String")).kind, ErrorKind::Invalid);
        assert_eq!(reference_may_be_new(Error::new(ErrorKind::NotFound, "endpoint")).kind, ErrorKind::NotYet);
        assert_eq!(reference_may_be_new(refused("Data Capture is not enabled")).kind, ErrorKind::Invalid);
    }
}
