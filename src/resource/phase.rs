//! One struct in two phases: with references while it is declared, with plain values when it reaches AWS.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::resource::Input;

/// What a field of a resource can be: plain data that serializes, compares and travels between threads.
pub trait Field: Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static> Field for T {}

/// The phase that a resource's struct is in.
pub trait Phase: Field {
    /// What a field of type `T` is in this phase.
    type Of<T: Field>: Field;
}

/// In stack code: a field may be a reference to another resource's output.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Declared {}

impl Phase for Declared {
    type Of<T: Field> = Input<T>;
}

/// In the code that talks to AWS: every field is a plain value.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Resolved {}

impl Phase for Resolved {
    type Of<T: Field> = T;
}
