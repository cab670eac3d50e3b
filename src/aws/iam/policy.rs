//! Policies, built with types: `Policy::new().allow(["s3:GetObject"]).on(bucket.arn.then("/*").text())`.

use serde::{Deserialize, Serialize};

use super::{Action, Condition, Effect, Principal, Statement};
use crate::resource::{Declared, Input, Phase};

/// Stands in a policy for the ARN of the resource that carries it, which cannot be referred to while declaring it.
pub(super) const ITSELF: &str = "${self}";

/// A policy: what is allowed and denied to whom, on what, under which conditions.
///
/// A statement begins with [`allow`](Policy::allow) or [`deny`](Policy::deny); what follows is about that statement.
/// What cannot be valid is found where the policy is used, for that decides what it may say ([`Purpose`]).
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

impl Policy {
    /// A policy without a statement.
    pub fn new() -> Self {
        Self::default()
    }

    /// The trust policy of a role that a service assumes: `Policy::trust("sagemaker.amazonaws.com")`.
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

    /// Adds a resource: an ARN, with `*` and `?` for any characters.
    #[must_use]
    pub fn on(self, resource: impl Into<Input<String>>) -> Self {
        self.last(|statement| statement.resources.push(resource.into()))
    }

    /// Makes the statement one about every resource.
    #[must_use]
    pub fn on_everything(self) -> Self {
        self.on("*")
    }

    /// Adds the resource that carries the policy: the bucket of a bucket policy, the topic of a topic policy.
    #[must_use]
    pub fn on_itself(self) -> Self {
        self.on(ITSELF)
    }

    /// Adds what lies inside the resource that carries the policy: the objects of a bucket (`/*`, `/models/*`).
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
