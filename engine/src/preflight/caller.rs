//! The principal whose policies decide about the calls of these credentials.

use crate::sdk::{Aws, CallName as _, Error};

/// The principal of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// A user, or the role of a session.
    Principal(String),
    /// One that cannot be simulated, in words.
    Unsupported(&'static str),
}

impl Caller {
    /// Asks STS for the principal.
    pub(super) async fn look_up(aws: &Aws) -> Result<Self, Error> {
        let identity = aws.sts().get_caller_identity().send().await.named("sts:GetCallerIdentity")?;
        Ok(Self::of(identity.arn().unwrap_or_default()))
    }

    /// Returns the principal of an ARN as GetCallerIdentity has it. The session of a role does not say the role's path.
    fn of(arn: &str) -> Self {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, service, _, account, resource] = parts.as_slice() else {
            return Self::Unsupported("STS gives no ARN of them");
        };
        let kind = resource.split('/').next().unwrap_or_default();
        match (*service, kind) {
            ("iam", "user" | "role") => Self::Principal(arn.to_owned()),
            ("iam", "root") => {
                Self::Unsupported("they are those of the root user, whom no policy of the account limits")
            }
            ("sts", "assumed-role") => match resource.split('/').nth(1) {
                Some(role) => Self::Principal(format!("arn:{partition}:iam::{account}:role/{role}")),
                None => Self::Unsupported("STS gives no role of them"),
            },
            ("sts", "federated-user") => Self::Unsupported("IAM simulates no federated user"),
            _ => Self::Unsupported("IAM simulates only users and roles"),
        }
    }
}

/// Asks IAM for the ARN of a role with its path.
pub(super) async fn with_path(aws: &Aws, role: &str) -> Result<String, Error> {
    let name = role.rsplit('/').next().unwrap_or(role);
    let found = aws.iam().get_role().role_name(name).send().await.named("iam:GetRole")?;
    Ok(found.role().map_or_else(|| role.to_owned(), |role| role.arn().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_of_a_session_is_its_principal() {
        let principal = |arn: &str| match Caller::of(arn) {
            Caller::Principal(arn) => arn,
            Caller::Unsupported(why) => why.to_owned(),
        };
        assert_eq!(principal("arn:aws:sts::1:assumed-role/ci/session"), "arn:aws:iam::1:role/ci");
        assert_eq!(principal("arn:aws-cn:iam::1:user/ops/ada"), "arn:aws-cn:iam::1:user/ops/ada");
        assert!(principal("arn:aws:iam::1:root").contains("root user"));
        assert!(principal("arn:aws:sts::1:federated-user/ada").contains("federated"));
        assert!(principal("").contains("no ARN"));
    }
}
