//! Text that fits the columns of a terminal.

/// Returns the number of columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Returns at most `width` characters of a text. A note says how long it is where more is hidden than is shown.
pub(super) fn shorten(text: &str, width: usize) -> String {
    let length = columns(text);
    if length <= width {
        return text.to_owned();
    }
    let note = format!("… ({length} characters)");
    let note = if length >= 2 * width && width >= 2 * columns(&note) { note } else { "…".to_owned() };
    let kept: String = text.chars().take(width.saturating_sub(columns(&note))).collect();
    format!("{kept}{note}")
}

/// Breaks a text into lines of at most `width` characters, at spaces where there are any. A command in backticks is not broken
/// where it fits into a line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > width {
        let spaces = (1..=width).rev().filter(|at| rest[*at] == ' ');
        let is_free = |at: &usize| rest[..*at].iter().filter(|letter| **letter == '`').count() % 2 == 0;
        // A number stays with what it counts.
        let counts = |at: &usize| rest[at - 1] == '×' || rest.get(at + 1) == Some(&'×');
        let space = spaces.clone().find(|at| is_free(at) && !counts(at)).or_else(|| spaces.clone().next());
        let after = rest.split_off(space.unwrap_or(width));
        lines.push(rest.iter().collect::<String>().trim_end().to_owned());
        rest = after.into_iter().skip(usize::from(space.is_some())).collect();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.into_iter().collect());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_never_longer_than_the_text_that_it_hides() {
        for length in 0..300 {
            for width in 1..120 {
                let text = "x".repeat(length);
                let short = shorten(&text, width);
                assert!(columns(&short) <= width, "{length} {width} {short}");
                let shown = short.chars().filter(|letter| *letter == 'x').count();
                let note = columns(&short) - shown;
                assert!(note == 0 || note <= length - shown, "{length} {width} {short}");
            }
        }
        assert_eq!(shorten(&"y".repeat(500), 40), format!("{}… (500 characters)", "y".repeat(22)));
    }

    #[test]
    fn lines_break_at_spaces_and_lose_nothing() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("one, 3 × two", 8), ["one,", "3 × two"]);
        assert_eq!(wrap("run `ebb plan x` now", 14), ["run", "`ebb plan x`", "now"]);
        let text = "a bb ccc dddd eeeee ffffff ggggggg";
        for width in 1..40 {
            let lines = wrap(text, width);
            assert!(lines.iter().all(|line| columns(line) <= width), "{width}: {lines:?}");
            let letters = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text), "{width}");
        }
    }
}
