//! The declaration of a kind that Cloud Control manages.

use serde_json::{Map, Value};

use super::Property;
use crate::resource::{Identity, Resource};

/// A kind that Cloud Control manages. The engine has one provider for all of them, so the declaration is all that there is to
/// write. `tests/cloud_control/` compares it with the schema of its type.
pub trait CloudControl: Resource {
    /// The type, `AWS::SQS::Queue`.
    const TYPE: &'static str;
    /// Every field of the struct, with its property.
    const PROPERTIES: &'static [Property];
    /// Every output, with its property, but for those of [`Resource::DERIVED_OUTPUTS`].
    const OUTPUTS: &'static [(&'static str, &'static str)];
    /// The fields that the service cannot change, although the schema of the type does not say so. Each is in `REPLACE_ON` too.
    const ALSO_FIXED: &'static [&'static str] = &[];
    /// The data that a deletion may lose, in words, such as `its messages`: Cloud Control does not count them.
    const DATA: Option<&'static str> = None;
    /// The longest wait until a resource can be used, has changed or is gone, in minutes.
    const READY_WITHIN_MINUTES: u64 = 90;

    /// Returns what follows from the identity.
    fn placed(inputs: &Self::Resolved, identity: &Identity) -> Placed;
}

/// What follows from the identity of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// The identifier in Cloud Control: the values of the primary identifier in the order of the schema, joined by `|`. `None` if
    /// AWS assigns it.
    pub identifier: Option<String>,
    /// Properties beside those of the table, such as a name that is derived. A write-only one is part of every patch.
    pub properties: Map<String, Value>,
    /// Whether the identifier has a name in it that is derived from the identity, so that no resource of another owner has it. It
    /// decides for types without tags.
    pub has_own_name: bool,
}

impl Placed {
    /// Returns the place of a resource with this identifier and properties.
    pub fn at(identifier: impl Into<String>, properties: Map<String, Value>) -> Self {
        Self { identifier: Some(identifier.into()), properties, has_own_name: false }
    }
}
