//! The statement of a bucket policy that refuses insecure transport.

use crate::aws::iam::{Policy, Principal};
use crate::resource::Phase;

/// The name of the statement that refuses insecure transport.
const TLS_ONLY: &str = "DenyInsecureTransport";

/// Returns the policy that refuses every request without TLS. It is merged with the declared policy of a bucket that is
/// `tls_only`.
#[doc(hidden)]
pub fn deny_insecure_transport() -> Policy {
    Policy::new()
        .deny(["s3:*"])
        .on_itself()
        .on_itself_then("/*")
        .to(Principal::Everyone)
        .when("Bool", "aws:SecureTransport", ["false"])
        .named(TLS_ONLY)
}

/// Returns whether a declared policy has a statement of the name that is reserved for `tls_only`.
pub(super) fn has_reserved_statement<P: Phase>(policy: &Policy<P>) -> bool {
    policy.statements.iter().any(|statement| statement.sid.as_deref() == Some(TLS_ONLY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::Purpose;

    #[test]
    fn the_refusal_of_insecure_transport_is_a_valid_bucket_policy() {
        assert_eq!(deny_insecure_transport().problems(Purpose::Resource), Vec::<String>::new());
        assert!(has_reserved_statement(&deny_insecure_transport()));
    }
}
