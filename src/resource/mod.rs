//! What a kind of resource is: the [`Resource`] trait, its one erased twin [`Kind`], the list of kinds, errors.

mod charge;
mod erased;
mod error;
mod kind;
mod kinds;
mod reading;
#[expect(clippy::module_inception, reason = "the room is named after its one main thing")]
mod resource;

pub use charge::{Charge, Per};
pub use error::{Error, ErrorKind};
pub use kind::{Boxed, Kind, Observed};
pub use kinds::{kind, kinds};
pub use reading::{Readiness, Reading};
pub use resource::{OnPause, Persistence, Replacement, Resource, fields};
