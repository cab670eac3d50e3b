//! The policy of a key: the declared statements merged with the access of the account.

use crate::sdk::Error;
use ebbtide::aws::iam::Policy;
use ebbtide::aws::kms::account_access;
use ebbtide::resource::Resolved;

/// Returns the policy by which the account has access.
fn of_account(account: &str) -> Result<Policy<Resolved>, Error> {
    Ok(serde_json::from_value(serde_json::to_value(account_access(account))?)?)
}

/// Merges the declared statements with the access of the account.
pub(super) fn merged(
    declared: Option<&Policy<Resolved>>,
    has_access: bool,
    account: &str,
) -> Result<Policy<Resolved>, Error> {
    let mut merged = if has_access { of_account(account)? } else { Policy::default() };
    merged.statements.extend(declared.cloned().unwrap_or_default().statements);
    Ok(merged)
}

/// Splits the policy of a key into the declared statements and whether the account has access. `last` are both as last applied.
pub(super) fn split(
    document: &str,
    last: (Option<&Policy<Resolved>>, bool),
    account: &str,
) -> Result<(Option<Policy<Resolved>>, bool), Error> {
    let (last_policy, last_access) = last;
    let last_merged = merged(last_policy, last_access, account)?;
    let mut policy = Policy::read(document, Some(&last_merged), None)?;
    if policy == last_merged {
        return Ok((last_policy.cloned(), last_access));
    }
    let access = of_account(account)?;
    let before = policy.statements.len();
    policy.statements.retain(|statement| !Policy { statements: vec![statement.clone()] }.is_equivalent_to(&access));
    let has_access = policy.statements.len() < before;
    let policy = match last_policy {
        Some(last) if last.is_equivalent_to(&policy) => last.clone(),
        _ => policy,
    };
    Ok(((!policy.statements.is_empty()).then_some(policy), has_access))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::iam::Principal;

    const ACCOUNT: &str = "123456789012";

    #[test]
    fn a_merged_policy_splits_into_the_same_parts() {
        let declared = Policy::new().allow(["kms:Decrypt"]).on_everything().to(Principal::service("s3.amazonaws.com"));
        let declared: Policy<Resolved> = serde_json::from_value(serde_json::to_value(declared).unwrap()).unwrap();
        for (policy, has_access) in [(None, true), (Some(declared.clone()), true), (Some(declared), false)] {
            let document = merged(policy.as_ref(), has_access, ACCOUNT).unwrap().to_string();
            for last in [(policy.as_ref(), has_access), (None, true)] {
                let expected = (policy.clone(), has_access);
                assert_eq!(split(&document, last, ACCOUNT).unwrap(), expected, "{document}");
            }
        }
    }
}
