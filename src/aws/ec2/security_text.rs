//! The characters that EC2 takes in the names and descriptions of security groups and of their rules.

/// The characters besides letters, digits and spaces.
pub(super) const MARKS: &str = "._-:/()#,@[]+=&;{}!$*";

/// Returns whether a text has at most 255 characters, all of which EC2 takes.
pub(super) fn is_text(text: &str) -> bool {
    text.chars().count() <= 255 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || MARKS.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_up_to_255_plain_characters() {
        assert!(is_text("") && is_text("HTTPS (from here)") && is_text(&"x".repeat(255)));
        assert!(!is_text("Überall") && !is_text("a\"b") && !is_text(&"x".repeat(256)));
    }
}
