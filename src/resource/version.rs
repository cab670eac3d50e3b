//! Versions of kinds: recorded inputs of an older one are brought to today's form.

use std::borrow::Cow;

use serde_json::Value;

use super::{InputsError, Kind};

/// Returns the version of inputs that are recorded without one.
pub(crate) fn first_version() -> u32 {
    1
}

/// Returns whether inputs of a version are recorded without it.
pub(crate) fn is_first_version(version: &u32) -> bool {
    *version == first_version()
}

/// Returns recorded inputs, or a recorded declaration, in today's form.
pub(crate) fn migrated<'a>(kind: &dyn Kind, version: u32, inputs: &'a Value) -> Result<Cow<'a, Value>, InputsError> {
    let known = kind.info().version;
    if version > known {
        return Err(InputsError::Newer { recorded: version, known });
    }
    let mut migrated = Cow::Borrowed(inputs);
    for version in version..known {
        // Inputs that are no object fail the check of their form.
        if let Some(fields) = migrated.to_mut().as_object_mut() {
            kind.migrate(version, fields).map_err(|why| InputsError::NotMigrated { version, why })?;
        }
    }
    Ok(migrated)
}
