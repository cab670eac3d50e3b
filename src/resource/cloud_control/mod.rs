//! Kinds that AWS Cloud Control manages: the trait of their declarations, and the table that translates between their fields and
//! AWS's properties. It is the only place where the names and forms of AWS's properties are.

mod any;
mod canonical;
mod facts;
mod form;
mod given;
mod kind;
mod read;
mod revision;

pub use any::{
    Any, AnyKind, AnyOutputs, DELETED_BY_PAUSE, HOLDS_DATA, any_given, any_outputs, any_read, did_you_mean,
    kind_of_type, type_of_kind, unknown_output,
};
pub use canonical::canonical;
pub use facts::{Facts, facts, keeps, types};
pub use form::{Entries, Form, Property, TagForm};
pub use given::{given, reset};
pub use kind::{CloudControl, Placed};
pub use read::{present, read, tags_of};
pub use revision::revision;
