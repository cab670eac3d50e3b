//! Control characters in a file: its texts reach terminals, logs and notifications.

use serde_json::Value;

use crate::environment::document::Document;
use crate::environment::error::Fault;
use crate::environment::reserved::is_reserved;
use ebbtide::resource::{control_character, plain_text};

/// Returns a fault for each key and each text with a control character. The settings of a stack are its program's own, and may
/// have several lines.
pub(super) fn control_characters(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    value(document, &mut Vec::new(), document.value(), &mut faults);
    faults.sort();
    faults
}

fn value(document: &Document, path: &mut Vec<String>, found: &Value, faults: &mut Vec<Fault>) {
    if matches!(path.as_slice(), [stacks, _, key, ..] if stacks == "stacks" && !is_reserved(key)) {
        return;
    }
    match found {
        Value::Object(fields) => {
            for (key, field) in fields {
                path.push(key.clone());
                if let Err(message) = plain_text(key) {
                    let message = format!("{}: in this key, {message}", shown(path));
                    faults.push(Fault { location: document.of_key(path), message });
                }
                value(document, path, field, faults);
                path.pop();
            }
        }
        Value::Array(members) => {
            for (index, member) in members.iter().enumerate() {
                path.push(index.to_string());
                value(document, path, member, faults);
                path.pop();
            }
        }
        Value::String(text) => {
            if let Err(message) = plain_text(text) {
                let message = format!("{}: {message}", shown(path));
                faults.push(Fault { location: document.of_value(path), message });
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns a path in which control characters are escaped.
fn shown(path: &[String]) -> String {
    let part = |key: &String| match control_character(key) {
        Some(_) => format!("`{}`", key.escape_debug()),
        None => key.clone(),
    };
    path.iter().map(part).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn control_characters_are_refused_except_in_settings_of_a_program() {
        let text = "[tags]\nteam = \"a\\u001bb\"\n\"x\\ny\" = 'c'\n[stacks.shop]\nscript = '''\none\ntwo'''\n\
                    [stacks.shop.schedule]\nwindows = [{ name = \"a\\tb\" }]\n[stacks.\"sh\\rop\"]\n";
        let document = Document::parse(Path::new("dev.toml"), text).unwrap();
        let found: Vec<_> = control_characters(&document).iter().map(ToString::to_string).collect();
        let expected = [
            "dev.toml:2:8: tags.team: the text contains U+001B, the beginning of an escape sequence: write one line of plain text",
            "dev.toml:3:1: tags.`x\\ny`: in this key, the text contains U+000A, a line break: write one line of plain text",
            "dev.toml:9:21: stacks.shop.schedule.windows.0.name: the text contains U+0009, a tab: write one line of plain text",
            "dev.toml:10:9: stacks.`sh\\rop`: in this key, the text contains U+000D, a line break: write one line of plain text",
        ];
        assert_eq!(found, expected);
    }
}
