//! Built-in policies: rules that most teams have for every stack.
//!
//! ```
//! use ebbtide::policies;
//! use ebbtide::prelude::*;
//!
//! # fn declare(_: &mut Stack, (): &()) {}
//! let definition = Definition::new("shop", "a shop", declare)
//!     .policies(policies::recommended())
//!     .policy(policies::tagged(&["CostCenter"]));
//! # drop(definition);
//! ```
//!
//! A policy sees kinds of its own; resources of [`Any`](crate::resource::cloud_control::Any) type are beyond it.

mod encryption;
mod iam;
mod operations;
mod public;
mod tags;

pub use encryption::encrypted;
pub use iam::no_iam_wildcards;
pub use operations::{budget, endpoint_alarms};
pub use public::no_public_access;
pub use tags::tagged;

use crate::stack::Policy;

/// Returns the policies that suit every stack that serves models: no public access, no wildcards in IAM, a budget, and alarms
/// on endpoints. [`tagged`] and [`encrypted`] are decisions of a team, and not among them.
pub fn recommended() -> Vec<Policy> {
    vec![no_public_access(), no_iam_wildcards(), budget(), endpoint_alarms()]
}

#[cfg(test)]
mod tests {
    use crate::resource::Scope;
    use crate::stack::{Policy, Stack};

    /// Returns the addresses that violate a policy in a declared stack.
    pub(super) fn violated(policy: &Policy, declare: impl FnOnce(&mut Stack)) -> Vec<String> {
        let scope = Scope {
            environment: "test".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, [("Project".to_owned(), "test".to_owned())].into());
        declare(&mut stack);
        policy.check(&stack.finish().expect("the stack is valid")).into_iter().map(|violation| violation.at).collect()
    }
}
