//! The form that the names of stacks, kinds and resources share.

/// Returns whether a name has up to `longest` ASCII letters, digits and `marks`, and begins with a letter or digit.
pub(super) fn is_name(text: &str, marks: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.as_bytes().contains(&byte))
}
