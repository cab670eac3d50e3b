//! Lines of a certain width.

/// Returns a text in lines of at most this width, each with an indent. A word that is longer stays whole.
pub(super) fn wrapped(indent: &str, text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let is_full = indent.chars().count() + line.chars().count() + 1 + word.chars().count() > width;
        if !line.is_empty() && is_full {
            lines.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push_str(&format!("{indent}{line}\n"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("  ", "one two three", 9), "  one two\n  three\n");
        assert_eq!(wrapped("", "a verylongword b", 5), "a\nverylongword\nb\n");
    }
}
