//! Resources of any type that Cloud Control manages, declared with the properties in AWS's own names.

mod check;
mod declared;
mod kind;
mod model;
mod name;
mod output;
mod similar;

pub use declared::{Any, AnyOutputs, DELETED_BY_PAUSE, HOLDS_DATA};
pub use kind::AnyKind;
pub use model::{any_given, any_outputs, any_read};
pub use name::{kind_of_type, type_of_kind};
pub use output::unknown_output;
pub use similar::did_you_mean;
