//! Permissions: the least-privilege policy of a stack, from the calls that its kinds make.

mod actions;
mod document;
mod handlers;
mod needed;
mod phase;
mod resources;
mod stack;
mod statement;
mod trust;

pub(crate) use document::{INLINE, MANAGED, joined, size};
pub(crate) use needed::{NeededAction, needed};
pub(crate) use stack::{Beside, Permissions, Purpose};
pub(crate) use trust::Repository;
