//! One struct in two phases: with references while it is declared, with plain values when it reaches AWS.

use serde::{Deserialize, Serialize};

use super::{Field, Input};

/// The phase that a resource's struct is in.
pub trait Phase: Field {
    /// The type of a field of type `T` in this phase.
    type Of<T: Field>: Field;
}

/// In stack code: a field may be a reference to another resource's output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Declared {}

impl Phase for Declared {
    type Of<T: Field> = Input<T>;
}

/// In the code that talks to AWS: every field is a plain value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Resolved {}

impl Phase for Resolved {
    type Of<T: Field> = T;
}
