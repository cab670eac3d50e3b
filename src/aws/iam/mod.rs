//! IAM: policies as types, and roles.

mod check;
mod condition;
mod document;
mod policy;
mod principal;
mod role;
mod role_policies;
mod statement;

pub use check::Purpose;
pub use condition::Condition;
pub use policy::Policy;
pub use principal::Principal;
pub use role::{Role, RoleOutputs};
pub use statement::{Action, Effect, Statement};
