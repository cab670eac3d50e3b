//! Declaring: a stack is ordinary Rust that adds resources and passes their outputs on as typed references.

mod address;
mod alike;
mod declaration;
mod input;
mod outputs;
mod phase;
mod reference;
mod scope;
#[expect(clippy::module_inception, reason = "the room is named after its one main thing")]
mod stack;

pub use address::{Address, AddressError};
pub use declaration::{Declaration, Declarations, PausedInputs, Problem};
pub use input::{Input, Part};
pub(crate) use outputs::outputs_of;
pub use phase::{Declared, Field, Phase, Resolved};
pub use reference::{Reference, references, resolve};
pub(crate) use scope::digest;
pub use scope::{Identity, Scope};
pub use stack::Stack;
