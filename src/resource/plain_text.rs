//! Text of people that is shown in terminals, logs and notifications.

/// Returns the first character of a text that would change how the text around it is shown: a line break or another control
/// character, such as the one that begins an escape sequence of a terminal, or a mark that reorders text.
pub fn control_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Checks that a text has no control characters. The error names the character and does not show the text.
pub fn plain_text(text: &str) -> Result<(), String> {
    let Some(found) = control_character(text) else { return Ok(()) };
    let name = match found {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => "a line break",
        '\t' => "a tab",
        '\u{1b}' => "the beginning of an escape sequence",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a mark that reorders text",
        _ => "a control character",
    };
    Err(format!("the text contains U+{:04X}, {name}: write one line of plain text", u32::from(found)))
}

/// Returns a text of a program with its control characters as escapes, `\u{1b}`, so that it changes nothing around it. Tabs stay.
pub fn escaped_text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => plain.push(c),
            c if control_character(c.encode_utf8(&mut [0; 4])).is_some() => plain.extend(c.escape_unicode()),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_and_letters_of_all_languages_are_none() {
        for text in ["a\nb", "\r", "\t", "\u{1b}[31m", "\0", "\u{7f}", "\u{9b}31m", "\u{2028}", "\u{202e}", "\u{2066}"]
        {
            let error = plain_text(text).unwrap_err();
            assert!(error.contains("U+") && control_character(&error).is_none(), "{error}");
        }
        assert_eq!(escaped_text("a\tb \u{1b}[31m\r\u{202e}ß"), "a\tb \\u{1b}[31m\\u{d}\\u{202e}ß");
        for text in ["", "load test", "Größe – 100 %", "負荷テスト", "اختبار", "👩‍💻 `x` \"y\"", "a\u{a0}b"]
        {
            assert_eq!(plain_text(text), Ok(()), "{text}");
        }
    }
}
