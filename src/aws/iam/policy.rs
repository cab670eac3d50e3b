//! Policies as types with a builder.

use serde::{Deserialize, Serialize};

use super::{Action, Condition, Effect, Principal, Statement};
use crate::resource::{Declared, Input, Phase};

/// The placeholder for the ARN of the resource that carries the policy. A resource cannot refer to itself while it is
/// declared.
pub(super) const ITSELF: &str = "${self}";

/// A policy: statements that allow or deny actions.
///
/// A statement begins with [`allow`](Policy::allow) or [`deny`](Policy::deny); the calls after it complete that statement.
/// The resource that uses a policy validates it, because the rules depend on its [`Purpose`].
///
/// ```
/// # use ebbtide::aws::iam::Policy;
/// # fn declare(bucket: &ebbtide::aws::s3::BucketOutputs<ebbtide::resource::Declared>) -> Policy {
/// Policy::new()
///     .allow(["s3:GetObject"])
///     .on(bucket.arn.then("/*").text())
///     .when("StringEquals", "aws:SourceAccount", ["123456789012"])
/// # }
/// ```
///
/// [`Purpose`]: super::Purpose
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Policy<P: Phase = Declared> {
    /// The statements.
    pub statements: Vec<Statement<P>>,
}

impl<P: Phase> Default for Policy<P> {
    fn default() -> Self {
        Self { statements: Vec::new() }
    }
}

impl<P: Phase> Policy<P> {
    /// Returns whether the policy certainly allows something to everyone: without a condition. S3 examines conditions too.
    pub fn allows_everyone(&self) -> bool {
        self.statements.iter().any(|statement| {
            let everyone = statement.principals.iter().any(|principal| matches!(principal, Principal::Everyone));
            statement.effect == Effect::Allow && everyone && statement.conditions.is_empty()
        })
    }
}

impl Policy {
    /// Creates a policy without a statement.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the trust policy of a role that a service assumes: `Policy::trust("sagemaker.amazonaws.com")`.
    pub fn trust(service: &str) -> Self {
        Self::new().allow(["sts:AssumeRole"]).to(Principal::service(service))
    }

    /// Begins a statement that allows actions.
    #[must_use]
    pub fn allow<A: Into<Action>>(self, actions: impl IntoIterator<Item = A>) -> Self {
        self.begin(Effect::Allow, actions)
    }

    /// Begins a statement that denies actions.
    #[must_use]
    pub fn deny<A: Into<Action>>(self, actions: impl IntoIterator<Item = A>) -> Self {
        self.begin(Effect::Deny, actions)
    }

    /// Adds a resource: an ARN, in which `*` stands for any characters and `?` for any single one.
    #[must_use]
    pub fn on(self, resource: impl Into<Input<String>>) -> Self {
        self.last(|statement| statement.resources.push(resource.into()))
    }

    /// Adds every resource: `*`.
    #[must_use]
    pub fn on_everything(self) -> Self {
        self.on("*")
    }

    /// Adds the resource that carries the policy: the bucket of a bucket policy, the topic of a topic policy.
    #[must_use]
    pub fn on_itself(self) -> Self {
        self.on(ITSELF)
    }

    /// Adds a path inside the resource that carries the policy: objects of a bucket (`/*`, `/models/*`).
    #[must_use]
    pub fn on_itself_then(self, path: &str) -> Self {
        self.on(format!("{ITSELF}{path}"))
    }

    /// Adds a principal.
    #[must_use]
    pub fn to(self, principal: Principal) -> Self {
        self.last(|statement| statement.principals.push(principal))
    }

    /// Adds a condition: `.when("StringEquals", "aws:SourceAccount", ["123456789012"])`.
    #[must_use]
    pub fn when<V: Into<Input<String>>>(self, operator: &str, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.last(|statement| statement.conditions.push(Condition::new(operator, key, values)))
    }

    /// Names the statement, with letters and digits.
    #[must_use]
    pub fn named(self, sid: &str) -> Self {
        self.last(|statement| statement.sid = Some(sid.to_owned()))
    }

    fn begin<A: Into<Action>>(mut self, effect: Effect, actions: impl IntoIterator<Item = A>) -> Self {
        let mut statement = Statement::new(effect);
        statement.actions = actions.into_iter().map(Into::into).collect();
        self.statements.push(statement);
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Statement)) -> Self {
        if self.statements.is_empty() {
            // A statement without an action is refused where the policy is used.
            self.statements.push(Statement::new(Effect::Deny));
        }
        if let Some(statement) = self.statements.last_mut() {
            change(statement);
        }
        self
    }
}
