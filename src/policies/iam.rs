//! No wildcards in IAM: a role may do what is named.

use crate::aws::iam::{Effect, Role};
use crate::stack::Policy;

/// The managed policies of AWS that allow nearly everything.
const NEARLY_EVERYTHING: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"];

/// Refuses roles that may do everything, or everything in a service: statements that allow `*` or `SERVICE:*`, and the managed
/// policies that do so. Many actions know no resources, so `*` as a resource is no violation.
pub fn no_iam_wildcards() -> Policy {
    Policy::new("no-iam-wildcards", |declared, violations| {
        for (address, role) in declared.of::<Role>() {
            for (name, document) in &role.inline_policies {
                let allowed = document.statements.iter().filter(|statement| statement.effect == Effect::Allow);
                let mut actions = allowed.flat_map(|statement| &statement.actions).map(|action| action.as_str());
                if let Some(action) = actions.find(|action| *action == "*" || action.ends_with(":*")) {
                    let message = format!("inline policy `{name}` allows `{action}`");
                    violations.add(address, message, "name the actions that the role needs");
                }
            }
            for managed in &role.managed_policies {
                let Some(arn) = managed.known() else { continue };
                if let Some(name) = NEARLY_EVERYTHING.iter().find(|name| arn.as_str().ends_with(&format!("/{name}"))) {
                    let message = format!("has the managed policy {name}");
                    violations.add(address, message, "name the actions that the role needs in an inline policy");
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Arn;
    use crate::aws::iam::Policy as Document;
    use crate::policies::tests::violated;

    #[test]
    fn roles_that_may_do_everything_are_found() {
        let role = |document: Document| Role::new(Document::trust("lambda.amazonaws.com")).policy("own", document);
        let found = violated(&no_iam_wildcards(), |stack| {
            stack.add("all", role(Document::new().allow(["*"]).on("*")));
            stack.add("service", role(Document::new().allow(["s3:*"]).on("*")));
            stack.add("refused", role(Document::new().deny(["s3:*"]).on("*")));
            stack.add("named", role(Document::new().allow(["s3:Get*"]).on("*")));
            let administrator = Arn("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
            let managed = vec![administrator.into()];
            stack.add(
                "managed",
                Role { managed_policies: managed, ..role(Document::new().allow(["s3:GetObject"]).on("*")) },
            );
        });
        assert_eq!(found, ["iam_role.all", "iam_role.managed", "iam_role.service"]);
    }
}
