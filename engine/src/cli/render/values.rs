//! Values and changes of a plan as rows of text.

use serde_json::Value;

use ebbtide::plan::Change;
use ebbtide::resource::{Expr, control_character};

/// One row: a field with its value, or its old and new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) field: String,
    /// The old value; `None` in a creation, and where `lines` show the difference.
    pub(super) old: Option<String>,
    pub(super) new: String,
    /// The difference of long values by line, each beginning with `+`, `-` or a space.
    pub(super) lines: Vec<String>,
    pub(super) forces_replacement: bool,
}

/// Returns the inputs of a resource that is created, one row for each leaf.
pub(super) fn fields(inputs: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    leaves(&mut Vec::new(), inputs, &mut rows);
    rows
}

fn leaves(path: &mut Vec<String>, value: &Value, rows: &mut Vec<Row>) {
    let simple = |value: &Value| !value.is_object() && !value.is_array() || unknown(value).is_some();
    match value {
        _ if !is_worth_showing(value) => {}
        Value::Object(children) if unknown(value).is_none() => {
            for (name, child) in children {
                path.push(name.clone());
                leaves(path, child, rows);
                path.pop();
            }
        }
        Value::Array(members) if !members.iter().all(simple) => {
            for (index, member) in members.iter().enumerate() {
                path.push(index.to_string());
                leaves(path, member, rows);
                path.pop();
            }
        }
        _ => rows.push(Row {
            field: path.join("."),
            old: None,
            new: text(value),
            lines: Vec::new(),
            forces_replacement: false,
        }),
    }
}

/// Returns the rows of one changed field.
pub(super) fn change(change: &Change) -> Vec<Row> {
    let unknown_whole = change.known_after_apply && change.new.is_null();
    let new = if unknown_whole { known_after(None) } else { text(&change.new) };
    let row = |old: Option<String>, new: String, lines: Vec<String>| {
        vec![Row { field: change.field.clone(), old, new, lines, forces_replacement: change.forces_replacement }]
    };
    if unknown_whole || !(is_long(&change.old) || is_long(&change.new)) {
        return row(Some(text(&change.old)), new, Vec::new());
    }
    let note = match (&change.old, &change.new) {
        (Value::Null, _) => "(added)",
        (_, Value::Null) => "(removed)",
        _ => "(changed)",
    };
    row(None, note.to_owned(), difference(&block(&change.old), &block(&change.new)))
}

/// Returns whether a value is too long for a line: a structure, or a text that contains one.
fn is_long(value: &Value) -> bool {
    let structured = match value {
        Value::String(text) => text.contains('\n') || structure_in(text).is_some(),
        Value::Object(_) | Value::Array(_) => unknown(value).is_none(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    };
    structured && text(value).chars().count() > 40
}

/// Returns the structure that a text contains: policies and dashboards are JSON in a string.
fn structure_in(text: &str) -> Option<Value> {
    text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

/// Returns a value over several lines: a list with one line for each short member, anything else as JSON.
fn block(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => structure_in(text).map_or_else(|| text.clone(), |value| format!("{:#}", value)),
        Value::Array(members) if members.iter().all(|member| text(member).chars().count() <= 110) => {
            members.iter().map(text).collect::<Vec<_>>().join("\n")
        }
        other => format!("{:#}", with_words_for_unknown(other)),
    }
}

/// Returns the same value with words in place of references.
fn with_words_for_unknown(value: &Value) -> Value {
    if let Some(reference) = unknown(value) {
        return Value::String(known_after(Some(&reference)));
    }
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), with_words_for_unknown(field))).collect()
        }
        Value::Array(members) => members.iter().map(with_words_for_unknown).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Returns the lines that differ, each with one line of context around it.
fn difference(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    // Equal lines at both ends need no comparison. The middle is small in practice, and bounded here.
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut lines: Vec<(char, &str)> = old[..start].iter().map(|line| (' ', *line)).collect();
    if old_middle.len() * new_middle.len() <= 250_000 {
        lines.extend(longest_common(old_middle, new_middle));
    } else {
        lines.extend(old_middle.iter().map(|line| ('-', *line)));
        lines.extend(new_middle.iter().map(|line| ('+', *line)));
    }
    lines.extend(old[old.len() - end..].iter().map(|line| (' ', *line)));
    let near =
        |index: usize| lines[index.saturating_sub(1)..lines.len().min(index + 2)].iter().any(|(mark, _)| *mark != ' ');
    let mut shown = Vec::new();
    let mut skipped = false;
    for (index, (mark, line)) in lines.iter().enumerate() {
        if near(index) {
            if skipped && !shown.is_empty() {
                shown.push("  …".to_owned());
            }
            shown.push(format!("{mark} {}", visible(line)));
        }
        skipped = !near(index);
    }
    shown
}

/// Returns a line with its control characters as escapes: a value of AWS must not move the cursor of a terminal.
fn visible(line: &str) -> String {
    let shown = |letter: char| match control_character(letter.encode_utf8(&mut [0; 4])) {
        Some(control) => control.escape_default().to_string(),
        None => letter.to_string(),
    };
    line.chars().map(shown).collect()
}

/// Returns lines marked as removed, added or common, by their longest common subsequence.
fn longest_common<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let width = new.len() + 1;
    let mut common = vec![0_usize; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    lines
}

/// Returns a reference, or a joined text with its references, as text; `None` for any other value.
fn unknown(value: &Value) -> Option<String> {
    let part = |part: &Value| match part {
        Value::String(text) => text.clone(),
        other => unknown(other).map_or_else(|| other.to_string(), |reference| format!("{{{reference}}}")),
    };
    match Expr::of(value)? {
        Expr::Ref(reference) => Some(format!("{}.{}", reference.address, reference.output)),
        Expr::Join(parts) => Some(parts.iter().map(part).collect()),
    }
}

/// Returns a value on one line.
fn text(value: &Value) -> String {
    if let Some(reference) = unknown(value) {
        return known_after(Some(&reference));
    }
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(members) => format!("[{}]", members.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, field)| format!("{name}: {}", text(field))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// Returns the words for a value that is only known after the apply.
fn known_after(reference: Option<&str>) -> String {
    match reference {
        Some(reference) => format!("(known after apply: {reference})"),
        None => "(known after apply)".to_owned(),
    }
}

/// Returns whether a creation shows a value: null and empty values are left out.
fn is_worth_showing(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(members) => !members.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_creation_shows_its_leaves_and_unknown_values() {
        let inputs = json!({
            "vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}, "none": null, "tags": {},
            "policy": {"statements": [{"actions": ["s3:GetObject"]}]},
            "arn": {"$join": ["arn:", {"$ref": "s3_bucket.b", "output": "arn"}, "/*"]},
        });
        let rows: Vec<_> = fields(&inputs).into_iter().map(|row| format!("{} = {}", row.field, row.new)).collect();
        assert_eq!(
            rows,
            [
                "arn = (known after apply: arn:{s3_bucket.b.arn}/*)",
                "policy.statements.0.actions = [\"s3:GetObject\"]",
                "vpc = (known after apply: ec2_vpc.main.vpc_id)",
            ]
        );
    }

    #[test]
    fn a_long_structure_is_compared_by_line() {
        let body = |max: u32| json!({"title": "Latency of all endpoints", "max": max, "min": 1, "stat": "p95", "z": 1});
        let change = Change {
            field: "body".into(),
            old: Value::String(body(5).to_string()),
            new: Value::String(body(7).to_string()),
            known_after_apply: false,
            forces_replacement: false,
        };
        let rows = super::change(&change);
        assert_eq!(rows[0].lines, ["  {", "-   \"max\": 5,", "+   \"max\": 7,", "    \"min\": 1,"]);
    }
}
