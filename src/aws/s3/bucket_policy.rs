//! The policy of a bucket: the declared one, and the refusal of insecure transport.

use crate::aws::iam::{Policy, Principal};
use crate::engine::sdk::Error;
use crate::resource::{Phase, Resolved};

/// The name of the statement that refuses insecure transport.
const TLS_ONLY: &str = "DenyInsecureTransport";

/// Refuses every request that does not come over TLS.
fn insecure_transport() -> Policy {
    Policy::new()
        .deny(["s3:*"])
        .on_itself()
        .on_itself_then("/*")
        .to(Principal::Everyone)
        .when("Bool", "aws:SecureTransport", ["false"])
        .named(TLS_ONLY)
}

/// What the bucket's policy must be; `None` if it must have none.
pub(super) fn whole(declared: Option<&Policy<Resolved>>, tls_only: bool) -> Result<Option<Policy<Resolved>>, Error> {
    let mut whole = declared.cloned().unwrap_or_default();
    if tls_only {
        let refusal: Policy<Resolved> = serde_json::from_value(serde_json::to_value(insecure_transport())?)?;
        whole.statements.extend(refusal.statements);
    }
    Ok((!whole.statements.is_empty()).then_some(whole))
}

/// Takes the bucket's policy apart again: the declared part, and whether insecure transport is refused.
pub(super) fn split(
    document: Option<&str>,
    last: (Option<&Policy<Resolved>>, bool),
    bucket_arn: &str,
) -> Result<(Option<Policy<Resolved>>, bool), Error> {
    let Some(document) = document else { return Ok((None, false)) };
    let (last_policy, last_tls_only) = last;
    let last_whole = whole(last_policy, last_tls_only)?;
    let mut policy = Policy::read(document, last_whole.as_ref(), Some(bucket_arn))?;
    if last_whole.as_ref() == Some(&policy) {
        return Ok((last_policy.cloned(), last_tls_only));
    }
    let before = policy.statements.len();
    if let Some(refusal) = whole(None, true)? {
        let is_refusal = |statement| Policy { statements: vec![statement] }.is_equivalent_to(&refusal);
        policy.statements.retain(|statement| !is_refusal(statement.clone()));
    }
    let tls_only = policy.statements.len() < before;
    // What is left may be the declared part in another order.
    let policy = match last_policy {
        Some(last) if last.is_equivalent_to(&policy) => last.clone(),
        _ => policy,
    };
    Ok(((!policy.statements.is_empty()).then_some(policy), tls_only))
}

/// Whether a declared policy has a statement of the name that `tls_only` uses.
pub(super) fn takes_its_name<P: Phase>(policy: &Policy<P>) -> bool {
    policy.statements.iter().any(|statement| statement.sid.as_deref() == Some(TLS_ONLY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::Purpose;

    const ARN: &str = "arn:aws:s3:::models";

    fn declared() -> Policy<Resolved> {
        let policy = Policy::new().allow(["s3:GetObject"]).on_itself_then("/*").to(Principal::account("123456789012"));
        serde_json::from_value(serde_json::to_value(policy).unwrap()).unwrap()
    }

    #[test]
    fn both_parts_come_apart_again() {
        assert_eq!(insecure_transport().problems(Purpose::Resource), Vec::<String>::new());
        for (policy, tls_only) in [(None, true), (Some(declared()), false), (Some(declared()), true)] {
            let document = whole(policy.as_ref(), tls_only).unwrap().unwrap().to_json(Some(ARN)).to_string();
            for last in [(policy.as_ref(), tls_only), (policy.as_ref(), !tls_only), (None, false)] {
                assert_eq!(split(Some(&document), last, ARN).unwrap(), (policy.clone(), tls_only), "{last:?}");
            }
        }
        assert_eq!(split(None, (Some(&declared()), true), ARN).unwrap(), (None, false));
    }

    #[test]
    fn a_weakened_refusal_is_drift() {
        let document = whole(None, true).unwrap().unwrap().to_json(Some(ARN)).to_string().replace("s3:*", "s3:Get*");
        let (policy, tls_only) = split(Some(&document), (None, true), ARN).unwrap();
        assert!(policy.is_some() && !tls_only);
    }
}
