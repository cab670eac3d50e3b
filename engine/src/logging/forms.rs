//! The forms in which a secret may show up in a log line.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use zeroize::Zeroizing;

/// Bytes that are overwritten when they are dropped.
pub(super) type Hidden = Zeroizing<Vec<u8>>;

/// Shorter texts occur by chance; to replace them would make a log unreadable.
const SHORTEST: usize = 4;

/// How often a text may be escaped: a value in JSON, in the debug form of a body, in a log line of JSON.
const ESCAPED_AT_MOST: usize = 3;

/// The characters that stay as they are in a URL (RFC 3986, "unreserved").
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns a secret in every form in which other code may write it. Empty for a secret that is too short to be found.
pub(super) fn forms(secret: &[u8]) -> Vec<Hidden> {
    if secret.len() < SHORTEST {
        return Vec::new();
    }
    let mut forms = vec![Zeroizing::new(secret.to_vec())];
    if let Ok(text) = std::str::from_utf8(secret) {
        forms.extend(escaped(text));
        forms.push(bytes(xml(text)));
    }
    forms.extend(escaped(&Zeroizing::new(debug_of_bytes(secret))));
    let url: String = percent_encode(secret, URL).collect();
    forms.push(bytes(url.replace("%20", "+")));
    forms.push(bytes(url));
    for offset in 0..3 {
        forms.push(bytes(base64(&STANDARD_NO_PAD, secret, offset)));
        forms.push(bytes(base64(&URL_SAFE_NO_PAD, secret, offset)));
    }
    forms.push(bytes(join(secret, "", |byte| format!("{byte:02x}"))));
    forms.push(bytes(join(secret, "", |byte| format!("{byte:02X}"))));
    forms.push(bytes(join(secret, ", ", |byte| byte.to_string())));
    forms.retain(|form| form.len() >= SHORTEST);
    forms.sort_by(|one, other| one.as_slice().cmp(other.as_slice()));
    forms.dedup();
    forms
}

fn bytes(text: String) -> Hidden {
    Zeroizing::new(text.into_bytes())
}

/// Returns a text as it is and escaped: once and more often, as JSON, Rust's debug form and the debug form of bytes do it,
/// one after the other. Most texts have one form only.
fn escaped(text: &str) -> Vec<Hidden> {
    let json = |text: &str| unquoted(serde_json::to_string(text).unwrap_or_default());
    let debug = |text: &str| unquoted(format!("{text:?}"));
    let escapes: [&dyn Fn(&str) -> String; 3] = [&json, &debug, &|text| debug_of_bytes(text.as_bytes())];
    let mut forms = vec![Zeroizing::new(text.to_owned())];
    let mut last = forms.clone();
    for _ in 0..ESCAPED_AT_MOST {
        let mut next = Vec::new();
        for form in last.iter().flat_map(|text| escapes.iter().map(|escape| Zeroizing::new(escape(text)))) {
            if !forms.contains(&form) {
                forms.push(form.clone());
                next.push(form);
            }
        }
        last = next;
    }
    forms.into_iter().map(|form| Zeroizing::new(form.as_bytes().to_vec())).collect()
}

/// Returns a literal without the quotes around it.
fn unquoted(literal: String) -> String {
    let literal = Zeroizing::new(literal);
    literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// Returns the debug form of bytes in memory, as the crate `bytes` writes it.
fn debug_of_bytes(secret: &[u8]) -> String {
    join(secret, "", |byte| match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\\' | b'"' => format!("\\{}", char::from(byte)),
        b'\0' => "\\0".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    })
}

fn xml(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}

/// Returns the base64 characters that depend on the secret alone, if it stands `offset` bytes after a multiple of three.
fn base64(engine: &impl base64::Engine, secret: &[u8], offset: usize) -> String {
    let mut padded = Zeroizing::new(vec![0; offset]);
    padded.extend_from_slice(secret);
    let encoded = Zeroizing::new(engine.encode(&padded));
    // A character holds six bits: the first ones hold bits of the bytes before, the last one may hold bits of those after.
    let first = (offset * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    encoded.get(first..end).unwrap_or_default().to_owned()
}

fn join(secret: &[u8], separator: &str, form: impl Fn(u8) -> String) -> String {
    secret.iter().map(|byte| form(*byte)).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn has(secret: &str, form: &str) -> bool {
        forms(secret.as_bytes()).iter().any(|known| known.as_slice() == form.as_bytes())
    }

    #[test]
    fn a_secret_has_the_forms_of_encodings_and_escapes() {
        let secret = "pass/word+\"1\" é\n";
        for form in [
            secret,
            r#"pass/word+\"1\" é\n"#,
            r#"pass/word+\\\"1\\\" é\\n"#,
            r#"pass/word+\"1\" \xc3\xa9\n"#,
            r#"pass/word+\\\"1\\\" \\xc3\\xa9\\n"#,
            r#"pass/word+\\\"1\\\" \xc3\xa9\\n"#,
            r#"pass/word+\\\\\\\"1\\\\\\\" \\xc3\\xa9\\\\n"#,
            "pass%2Fword%2B%221%22%20%C3%A9%0A",
            "pass%2Fword%2B%221%22+%C3%A9%0A",
            "706173732f776f72642b22312220c3a90a",
            "pass/word+&quot;1&quot; é\n",
            "112, 97, 115, 115, 47, 119, 111, 114, 100, 43, 34, 49, 34, 32, 195, 169, 10",
        ] {
            assert!(has(secret, form), "{form}");
        }
    }

    #[test]
    fn base64_is_known_at_any_place_of_an_encoded_text() {
        let secret = "correct horse battery";
        for (before, after) in [("", ""), ("a", "bc"), ("ab", "c"), ("user:", "!!"), ("key=", "")] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}{after}"));
            let found = forms(secret.as_bytes())
                .iter()
                .any(|form| form.len() > secret.len() && encoded.contains(std::str::from_utf8(form).unwrap_or("none")));
            assert!(found, "{before}…{after}");
        }
    }

    #[test]
    fn short_secrets_have_no_form() {
        assert!(forms(b"abc").is_empty());
        assert!(!forms(b"abcd").is_empty());
    }
}
