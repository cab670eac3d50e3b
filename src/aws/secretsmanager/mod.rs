//! Secrets Manager: secrets, whose values are never in inputs, state, logs or errors.

mod generated;
mod secret;
mod source;
mod value;

pub use generated::Alphabet;
pub use secret::{Secret, SecretOutputs};
pub use source::SecretSource;
