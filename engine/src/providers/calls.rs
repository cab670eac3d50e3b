//! The calls that the provider of a kind makes, from which its permissions follow.

/// The calls of a provider by the functions that make them: names as `named` has them, with spaces between them. A word in
/// parentheses behind a name is a purpose with permissions of its own (`engine/src/permissions/actions.txt`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// The ARN of a resource, with `{partition}`, `{region}`, `{account}`, and outputs or inputs in braces; `@FIELD` for the
    /// resource that a field names.
    pub arn: &'static str,
    /// The calls that change nothing: `find`, `read`, `data`, `missing`, `unfinished`, `instances`.
    pub reads: &'static str,
    /// The calls of `create`, without those of `find`.
    pub creates: &'static str,
    /// The calls of `update`, `restore`, `retag` and `set_share`.
    pub updates: &'static str,
    /// The calls of `delete`.
    pub deletes: &'static str,
}

/// What is known of the calls of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownCalls<'a> {
    /// The calls of its provider.
    Of(&'a Calls),
    /// Cloud Control makes them, for this type.
    CloudControl(&'a str),
    /// Its provider does not name its calls.
    Unknown,
}
