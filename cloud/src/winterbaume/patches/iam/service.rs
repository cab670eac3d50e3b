//! The patches of IAM, in the order in which a call meets them.

use serde_json::json;
use winterbaume_core::MockResponse;

use super::{documents, managed_policies, roles, texts};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::winterbaume::patches::{Asked, Patches};
use crate::wire::query::Parameters;

/// The patches of IAM.
pub(in crate::winterbaume) struct Iam;

impl Patches for Iam {
    fn intercept(&self, asked: &Asked<'_>, context: &mut CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
        let parameters = Parameters::of(asked.request);
        documents::check(&asked.operation, &parameters, context)?;
        roles::check_name(&asked.operation, &parameters)?;
        refuse_policy_with_versions(&asked.operation, &parameters, context)?;
        managed_policies::respond(&asked.operation, &parameters, context)
    }

    fn amend(
        &self,
        asked: &Asked<'_>,
        response: MockResponse,
        context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        texts::patch(asked, context)?;
        let parameters = Parameters::of(asked.request);
        note_policy_change(&asked.operation, &parameters, context);
        if let Some(role) = parameters.get("RoleName").filter(|_| asked.operation == "DeleteRole") {
            context.own.put(DELETED_ROLES, role, json!(context.now_ms));
        }
        let patched = match roles::respond(&asked.operation, &parameters, context) {
            None => documents::respond(&asked.operation, &parameters, context),
            patched => patched,
        };
        Ok(patched.unwrap_or(response))
    }

    /// Other services look for table `Role`, key role name; `PolicyMs` is the last change of its policies, `Trust` its trust policy. Table
    /// `DeletedRole` has the last deletion of a role of that name.
    fn seen(&self, document: Tables) -> Tables {
        let mut seen = Tables::default();
        for (name, role) in document.all("roles") {
            let created = role["create_date"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            let created_ms = created.map(jiff::Timestamp::as_millisecond);
            let policy_ms = document.get(POLICY_CHANGES, name);
            let seen_role = json!({
                "RoleName": name, "Arn": role["arn"], "Path": role["path"], "RoleId": role["role_id"],
                "CreatedMs": created_ms, "PolicyMs": policy_ms, "Trust": role["assume_role_policy_document"], "Tags": role["tags"],
            });
            seen.put("Role", name, seen_role);
        }
        for (name, deleted_ms) in document.all(DELETED_ROLES) {
            seen.put("DeletedRole", name, deleted_ms.clone());
        }
        seen
    }
}

/// The table of the last change of each role's policies, in milliseconds since the Unix epoch.
const POLICY_CHANGES: &str = "ebb:policy-changes";

/// The table of the last deletion of the role of a name, in milliseconds since the Unix epoch.
const DELETED_ROLES: &str = "ebb:deleted-roles";

/// Notes that a role's policies were changed: other services see the change later (IAM User Guide, "Changes that I make
/// are not always immediately visible").
fn note_policy_change(operation: &str, parameters: &Parameters, context: &mut CallContext<'_>) {
    let changes = ["PutRolePolicy", "AttachRolePolicy"].contains(&operation);
    if let Some(role) = parameters.get("RoleName").filter(|_| changes) {
        context.own.put(POLICY_CHANGES, role, json!(context.now_ms));
    }
}

/// Refuses to delete a managed policy that has versions beside the default one; winterbaume deletes it
/// anyway.
fn refuse_policy_with_versions(
    operation: &str,
    parameters: &Parameters,
    context: &CallContext<'_>,
) -> Result<(), Fault> {
    if operation != "DeletePolicy" {
        return Ok(());
    }
    let policy = parameters.get("PolicyArn").and_then(|arn| context.own.get("policies", arn));
    if policy.and_then(|policy| policy["versions"].as_array()).is_some_and(|versions| versions.len() > 1) {
        return Err(Fault {
            status: 409,
            code: "DeleteConflict".into(),
            message: "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                      versions. The default version is deleted with the policy."
                .into(),
        });
    }
    Ok(())
}
