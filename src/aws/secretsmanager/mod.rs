//! Secrets Manager: secrets, whose values are never in inputs, state, logs or errors.

mod alphabet;
mod secret;
mod source;

pub use alphabet::Alphabet;
pub use secret::{Secret, SecretOutputs};
pub use source::SecretSource;
