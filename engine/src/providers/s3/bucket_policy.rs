//! The policy of a bucket: the declared policy merged with the refusal of insecure transport.

use crate::sdk::Error;
use ebbtide::aws::iam::Policy;
use ebbtide::aws::s3::deny_insecure_transport;
use ebbtide::resource::Resolved;

/// Merges the declared policy with the refusal of insecure transport; `None` if the bucket has neither.
pub(super) fn merged(declared: Option<&Policy<Resolved>>, tls_only: bool) -> Result<Option<Policy<Resolved>>, Error> {
    let mut merged = declared.cloned().unwrap_or_default();
    if tls_only {
        let refusal: Policy<Resolved> = serde_json::from_value(serde_json::to_value(deny_insecure_transport())?)?;
        merged.statements.extend(refusal.statements);
    }
    Ok((!merged.statements.is_empty()).then_some(merged))
}

/// Splits the policy of a bucket into the declared part and whether insecure transport is refused. `last` are both as last
/// applied.
pub(super) fn split(
    document: Option<&str>,
    last: (Option<&Policy<Resolved>>, bool),
    bucket_arn: &str,
) -> Result<(Option<Policy<Resolved>>, bool), Error> {
    let Some(document) = document else { return Ok((None, false)) };
    let (last_policy, last_tls_only) = last;
    let last_merged = merged(last_policy, last_tls_only)?;
    let mut policy = Policy::read(document, last_merged.as_ref(), Some(bucket_arn))?;
    if last_merged.as_ref() == Some(&policy) {
        return Ok((last_policy.cloned(), last_tls_only));
    }
    let before = policy.statements.len();
    if let Some(refusal) = merged(None, true)? {
        let is_refusal = |statement| Policy { statements: vec![statement] }.is_equivalent_to(&refusal);
        policy.statements.retain(|statement| !is_refusal(statement.clone()));
    }
    let tls_only = policy.statements.len() < before;
    // The rest may be the declared part in another order.
    let policy = match last_policy {
        Some(last) if last.is_equivalent_to(&policy) => last.clone(),
        _ => policy,
    };
    Ok(((!policy.statements.is_empty()).then_some(policy), tls_only))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::iam::Principal;

    const ARN: &str = "arn:aws:s3:::models";

    fn declared() -> Policy<Resolved> {
        let policy = Policy::new().allow(["s3:GetObject"]).on_itself_then("/*").to(Principal::account("123456789012"));
        serde_json::from_value(serde_json::to_value(policy).unwrap()).unwrap()
    }

    #[test]
    fn a_merged_policy_splits_into_the_same_parts() {
        for (policy, tls_only) in [(None, true), (Some(declared()), false), (Some(declared()), true)] {
            let document = merged(policy.as_ref(), tls_only).unwrap().unwrap().to_json(Some(ARN)).to_string();
            for last in [(policy.as_ref(), tls_only), (policy.as_ref(), !tls_only), (None, false)] {
                assert_eq!(split(Some(&document), last, ARN).unwrap(), (policy.clone(), tls_only), "{last:?}");
            }
        }
        assert_eq!(split(None, (Some(&declared()), true), ARN).unwrap(), (None, false));
    }

    #[test]
    fn a_weakened_refusal_is_drift() {
        let document = merged(None, true).unwrap().unwrap().to_json(Some(ARN)).to_string().replace("s3:*", "s3:Get*");
        let (policy, tls_only) = split(Some(&document), (None, true), ARN).unwrap();
        assert!(policy.is_some() && !tls_only);
    }
}
