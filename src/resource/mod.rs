//! The vocabulary of resources: addresses, references, phases, the [`Resource`] trait and the registry of kinds.

mod address;
mod charge;
mod expression;
mod field;
mod hex;
mod identity;
mod input;
mod kind;
mod live_state;
mod outputs;
mod phase;
mod problems;
mod reference;
mod registry;
mod resolve;
mod tags;
mod traits;
mod typed_kind;

pub use address::{Address, AddressError};
pub use charge::{Charge, Per};
pub use expression::Expr;
pub use field::Field;
pub use hex::hex;
pub use identity::{Identity, Scope, digest};
pub use input::{Input, Part};
pub use kind::{InputsError, Kind, KindInfo};
pub use live_state::{LiveState, Readiness};
pub(crate) use outputs::outputs_of;
pub use phase::{Declared, Phase, Resolved};
pub use problems::Problems;
pub use reference::Reference;
pub use registry::Registry;
pub use resolve::{references, resolve};
pub use tags::{Tags, own_tags, tag_changes, validate_tags};
pub use traits::{OnPause, Persistence, Replacement, Resource, fields};
pub use typed_kind::TypedKind;
