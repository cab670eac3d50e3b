//! YAML as data, as far as workflows use it: every scalar is text, and there are no aliases.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// A list or a mapping that is not complete.
enum Open {
    List(Vec<Value>),
    /// A mapping, and the key whose value comes next.
    Mapping(Map<String, Value>, Option<String>),
}

/// Reads one document. An error names its place.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut open = vec![Open::List(Vec::new())];
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let complete = match event {
            Event::Scalar(text, ..) => Value::from(text.into_owned()),
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Mapping(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(list)) => Value::from(list),
                Some(Open::Mapping(mapping, _)) => Value::from(mapping),
                None => return Err("an end without a beginning".to_owned()),
            },
            Event::Alias(_) => return Err(format!("line {}: an alias", span.start.line())),
            _ => continue,
        };
        match open.last_mut() {
            Some(Open::List(list)) => list.push(complete),
            Some(Open::Mapping(mapping, key)) => match (key.take(), complete) {
                (None, Value::String(text)) => *key = Some(text),
                (None, other) => return Err(format!("line {}: {other} as a key", span.start.line())),
                (Some(key), value) => {
                    if mapping.insert(key.clone(), value).is_some() {
                        return Err(format!("line {}: `{key}` stands there twice", span.start.line()));
                    }
                }
            },
            None => return Err("text after the end".to_owned()),
        }
    }
    match open.pop() {
        Some(Open::List(mut documents)) if documents.len() == 1 => Ok(documents.remove(0)),
        _ => Err("there is not one document".to_owned()),
    }
}

#[test]
fn yaml_is_read_as_data_and_mistakes_are_found() {
    let data =
        parse("on: [push]\njobs:\n  a:\n    - run: |\n        x: y\n        z\n    - b: \"c # d\" # e\n").unwrap();
    assert_eq!(data, serde_json::json!({"on": ["push"], "jobs": {"a": [{"run": "x: y\nz\n"}, {"b": "c # d"}]}}));
    for wrong in ["a: b: c", "a: 1\na: 2", "a:\n\t- b", "a: [b", "a: &x b\nc: *x", "a: b\n---\nc: d"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
