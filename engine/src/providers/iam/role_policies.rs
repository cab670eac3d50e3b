//! Calls for the policies of a role: inline policies, and managed policies attached to it.

use std::collections::BTreeMap;

use super::document::read_policy;
use crate::sdk::{CallName, Context, Error, OptionalCall};
use ebbtide::aws::Arn;
use ebbtide::aws::iam::Policy;
use ebbtide::resource::Resolved;

/// The code with which IAM says that a role or a policy does not exist.
pub(super) const MISSING: &[&str] = &["NoSuchEntity"];

/// Inline policies by name.
type Inline = BTreeMap<String, Policy<Resolved>>;

/// Returns the inline policies of a role; `None` if there is no such role.
pub(super) async fn read_inline(context: &Context, role: &str, last: &Inline) -> Result<Option<Inline>, Error> {
    let iam = context.aws.iam();
    let mut pages = iam.list_role_policies().role_name(role).into_paginator().items().send();
    let mut policies = Inline::new();
    while let Some(name) = pages.next().await {
        let Some(name) = name.named("iam:ListRolePolicies").unless_missing(MISSING)? else { return Ok(None) };
        let policy = iam.get_role_policy().role_name(role).policy_name(&name).send().await;
        // A policy that was deleted between the two calls is skipped.
        if let Some(policy) = policy.named("iam:GetRolePolicy").unless_missing(MISSING)? {
            let policy = read_policy(policy.policy_document(), last.get(&name))?;
            policies.insert(name, policy);
        }
    }
    Ok(Some(policies))
}

/// Returns the ARNs of the managed policies attached to a role, sorted; `None` if there is no such role.
pub(super) async fn read_attached(context: &Context, role: &str) -> Result<Option<Vec<Arn>>, Error> {
    let mut pages = context.aws.iam().list_attached_role_policies().role_name(role).into_paginator().items().send();
    let mut arns = Vec::new();
    while let Some(policy) = pages.next().await {
        let Some(policy) = policy.named("iam:ListAttachedRolePolicies").unless_missing(MISSING)? else {
            return Ok(None);
        };
        arns.extend(policy.policy_arn().map(Arn::from));
    }
    arns.sort();
    Ok(Some(arns))
}

/// Puts the inline policies of `to` that are new or differ from those of `from`.
pub(super) async fn put_inline(context: &Context, role: &str, from: &Inline, to: &Inline) -> Result<(), Error> {
    for (name, policy) in to.iter().filter(|(name, policy)| from.get(*name) != Some(policy)) {
        let put = context.aws.iam().put_role_policy().role_name(role).policy_name(name);
        put.policy_document(policy.to_string()).send().await.named("iam:PutRolePolicy")?;
    }
    Ok(())
}

/// Attaches the managed policies of `to` that are not in `from`.
pub(super) async fn attach(context: &Context, role: &str, from: &[Arn], to: &[Arn]) -> Result<(), Error> {
    for arn in to.iter().filter(|arn| !from.contains(arn)) {
        let attach = context.aws.iam().attach_role_policy().role_name(role).policy_arn(arn.as_str());
        attach.send().await.named("iam:AttachRolePolicy")?;
    }
    Ok(())
}

/// Deletes inline policies.
pub(super) async fn delete_inline(
    context: &Context,
    role: &str,
    names: impl Iterator<Item = &String>,
) -> Result<(), Error> {
    for name in names {
        let delete = context.aws.iam().delete_role_policy().role_name(role).policy_name(name);
        delete.send().await.named("iam:DeleteRolePolicy").unless_missing(MISSING)?;
    }
    Ok(())
}

/// Detaches managed policies.
pub(super) async fn detach(context: &Context, role: &str, arns: impl Iterator<Item = &Arn>) -> Result<(), Error> {
    for arn in arns {
        let detach = context.aws.iam().detach_role_policy().role_name(role).policy_arn(arn.as_str());
        detach.send().await.named("iam:DetachRolePolicy").unless_missing(MISSING)?;
    }
    Ok(())
}
