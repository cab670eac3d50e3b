//! IAM: policies as types, and roles.

mod check;
mod comparison;
mod condition;
mod document;
mod parsing;
mod policy;
mod principal;
mod role;
mod statement;

pub use check::Purpose;
pub use condition::Condition;
pub use parsing::PolicyDocumentError;
pub use policy::Policy;
pub use principal::Principal;
pub use role::{Role, RoleOutputs};
pub use statement::{Action, Effect, Statement};
