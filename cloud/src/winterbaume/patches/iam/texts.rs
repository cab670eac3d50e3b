//! Texts beyond ASCII (descriptions, tags): winterbaume reads the UTF-8 of a form byte by byte, one character each.
//! A document that was stored that way is corrected.

use serde_json::{Map, Value};

use crate::documents::CallContext;
use crate::error_response::failure;
use crate::service::Fault;
use crate::winterbaume::patches::Asked;

/// Puts the document right after a call whose form had such a text.
pub(super) fn patch(asked: &Asked<'_>, context: &mut CallContext<'_>) -> Result<(), Fault> {
    let beyond = asked
        .request
        .body
        .windows(2)
        .any(|pair| pair[0] == b'%' && matches!(pair[1], b'8'..=b'9' | b'A'..=b'F' | b'a'..=b'f'));
    if beyond {
        let document = serde_json::to_value(&*context.own).map_err(failure)?;
        *context.own = serde_json::from_value(joined(document)).map_err(failure)?;
    }
    Ok(())
}

fn joined(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(joined_text(text)),
        Value::Array(members) => members.into_iter().map(joined).collect(),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(key, value)| (joined_text(key), joined(value))).collect::<Map<_, _>>(),
        ),
        other => other,
    }
}

/// Returns the text whose UTF-8 bytes are the characters of `text`, if there is one.
fn joined_text(text: String) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::joined_text;

    #[test]
    fn only_torn_texts_change() {
        let torn: String = "Größe – 漢".bytes().map(char::from).collect();
        assert_eq!(joined_text(torn), "Größe – 漢");
        for whole in ["plain", "Größe", "漢"] {
            assert_eq!(joined_text(whole.to_owned()), whole);
        }
    }
}
