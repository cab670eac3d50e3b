//! The behaviour of a type that its schema does not say: values that AWS assigns, defaults, references, obstacles to deletion.

use serde_json::Value;

/// The behaviour of a type. Paths are those of [`schema::path`](super::schema::path), values are
/// [templates](super::template::fill).
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    /// The name of the type.
    pub type_name: &'static str,
    /// The property that names a resource; AWS makes a name up if it is not given.
    pub name: Option<&'static str>,
    /// Whether the service writes the name in small letters.
    pub lower_case: bool,
    /// Paths and the values that AWS assigns to them. The first value whose parts are there counts.
    pub assigned: &'static [(&'static str, &'static str)],
    /// Paths and values that appear in a model if its desired state does not have them.
    pub defaults: &'static [(&'static str, &'static str)],
    /// Lists that AWS returns in an order of its own although the schema does not say so.
    pub unordered: &'static [&'static str],
    /// Properties that no two resources of an account and region have in common.
    pub unique: &'static [&'static str],
    /// Write-only properties that stay when an update leaves them out.
    pub kept: &'static [&'static str],
    /// Maps, and lists of keys and values, whose entries stay when an update leaves them out.
    pub merged: &'static [&'static str],
    /// Resources that must be there.
    pub references: &'static [Reference],
    /// Resources that go with this one.
    pub owned: &'static [Link],
    /// Resources that keep this one from being deleted.
    pub in_use: &'static [Obstacle],
    /// A value that keeps a resource from being deleted.
    pub protection: Option<Protection>,
    /// The ARN, if no property has it.
    pub arn: Option<&'static str>,
    /// Whether the Resource Groups Tagging API shows the resource.
    pub found_by_tags: bool,
}

/// No behaviour beyond the schema's.
pub const PLAIN: Behaviour = Behaviour {
    type_name: "",
    name: None,
    lower_case: false,
    assigned: &[],
    defaults: &[],
    unordered: &[],
    unique: &[],
    kept: &[],
    merged: &[],
    references: &[],
    owned: &[],
    in_use: &[],
    protection: None,
    arn: None,
    found_by_tags: true,
};

/// A property that names another resource of Cloud Control.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The property.
    pub path: &'static str,
    /// The type of the other resource.
    pub to: &'static str,
    /// The properties of the other resource, one of which must have the value.
    pub by: &'static [&'static str],
    /// The error code of the event.
    pub code: &'static str,
    /// The message, with `<value>` for the value.
    pub message: &'static str,
}

/// Resources of another type that name a resource.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Their type.
    pub of: &'static str,
    /// The property that names the resource.
    pub path: &'static str,
    /// The property of the resource that they name.
    pub own: &'static str,
}

/// Resources of another type that keep a resource from being deleted.
#[derive(Clone, Copy, Debug)]
pub struct Obstacle {
    /// Those resources.
    pub link: Link,
    /// The error code of the event.
    pub code: &'static str,
    /// The message.
    pub message: &'static str,
}

/// A value that keeps a resource from being deleted.
#[derive(Clone, Copy, Debug)]
pub struct Protection {
    /// The property.
    pub path: &'static str,
    /// The value, as JSON writes it.
    pub value: &'static str,
    /// The error code of the event.
    pub code: &'static str,
    /// The message.
    pub message: &'static str,
}

/// Returns the bare name in a name, an ARN, or a name with a qualifier of Lambda.
pub fn bare(text: &str) -> &str {
    if let Some((_, name)) = text.split_once("function:") {
        return name.split(':').next().unwrap_or(name);
    }
    match text.strip_prefix("arn:") {
        Some(arn) => arn.rsplit([':', '/']).next().unwrap_or(arn),
        None => text.split(':').next().unwrap_or(text),
    }
}

/// Returns whether a value names a resource that has another value.
pub fn names(value: &Value, other: &Value) -> bool {
    match (value.as_str(), other.as_str()) {
        (Some(value), Some(other)) => value == other || bare(value) == other || bare(other) == value,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_arn() {
        for (text, name) in [
            ("router", "router"),
            ("router:prod", "router"),
            ("arn:aws:lambda:us-east-1:123456789012:function:router:prod", "router"),
            ("arn:aws:bedrock:us-east-1:123456789012:guardrail/abc", "abc"),
        ] {
            assert_eq!(bare(text), name);
        }
    }
}
