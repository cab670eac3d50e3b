//! The facts of a kind, as its declaration gives them.

use std::time::Duration;

use ebbtide::resource::cloud_control::{CloudControl, Property};

/// The facts of a kind. Functions that take them are compiled once, not once for each kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) type_name: &'static str,
    pub(super) properties: &'static [Property],
    pub(super) outputs: &'static [(&'static str, &'static str)],
    pub(super) replace_on: &'static [&'static str],
    pub(super) data: Option<&'static str>,
    pub(super) ready_within: Duration,
}

impl Shape {
    pub(super) const fn of<R: CloudControl>() -> Self {
        Self {
            type_name: R::TYPE,
            properties: R::PROPERTIES,
            outputs: R::OUTPUTS,
            replace_on: R::REPLACE_ON,
            data: R::DATA,
            ready_within: Duration::from_mins(R::READY_WITHIN_MINUTES),
        }
    }

    /// Returns the property with the tags.
    pub(super) fn tags(&self) -> Option<&'static Property> {
        use ebbtide::resource::cloud_control::Form;
        self.properties.iter().find(|property| matches!(property.form, Form::Tags))
    }
}
