//! Checks of the body of a dashboard.

use serde_json::{Value, json};

const TYPES: [&str; 6] = ["metric", "text", "log", "alarm", "explorer", "custom"];
/// The columns of a dashboard's grid.
const COLUMNS: i64 = 24;
/// The highest widget, in rows.
const ROWS: i64 = 1000;

/// Returns the validation messages for a body; none if it is valid.
pub(super) fn problems(body: &str) -> Vec<Value> {
    let mut problems = Vec::new();
    match serde_json::from_str::<Value>(body) {
        Err(_) => problem(&mut problems, "/", "The field DashboardBody must be a valid JSON object"),
        Ok(body) if !body.is_object() => problem(&mut problems, "/", "Should be object"),
        Ok(body) => match &body["widgets"] {
            Value::Null => problem(&mut problems, "/", "Should have required property 'widgets'"),
            Value::Array(widgets) if widgets.len() > 500 => {
                problem(&mut problems, "/widgets", "Should NOT have more than 500 items");
            }
            Value::Array(widgets) => {
                for (index, found) in widgets.iter().enumerate() {
                    widget(&mut problems, &format!("/widgets/{index}"), found);
                }
            }
            _ => problem(&mut problems, "/widgets", "Should be array"),
        },
    }
    problems
}

fn problem(problems: &mut Vec<Value>, path: &str, message: &str) {
    problems.push(json!({ "DataPath": path, "Message": message }));
}

fn widget(problems: &mut Vec<Value>, path: &str, widget: &Value) {
    match widget["type"].as_str() {
        None => problem(problems, path, "Should have required property 'type'"),
        Some(kind) if !TYPES.contains(&kind) => {
            problem(problems, &format!("{path}/type"), &format!("Should be one of {}", TYPES.join(", ")));
        }
        Some(_) => {}
    }
    if !widget["properties"].is_object() {
        problem(problems, path, "Should have required property 'properties'");
    }
    for (field, least, most) in [("x", 0, COLUMNS - 1), ("y", 0, i64::MAX), ("width", 1, COLUMNS), ("height", 1, ROWS)]
    {
        let value = &widget[field];
        if !value.is_null() && !value.as_i64().is_some_and(|value| (least..=most).contains(&value)) {
            problem(problems, &format!("{path}/{field}"), &format!("Should be an integer from {least} to {most}"));
        }
    }
    if widget["type"] == "text" && widget["properties"].is_object() && !widget["properties"]["markdown"].is_string() {
        problem(problems, &format!("{path}/properties"), "Should have required property 'markdown'");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_body_has_no_problems() {
        let body = json!({ "widgets": [
            { "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": { "metrics": [] } },
            { "type": "text", "properties": { "markdown": "# hello" } },
        ] });
        assert!(problems(&body.to_string()).is_empty());
    }

    #[test]
    fn each_problem_names_where_it_is() {
        for (body, path) in [
            ("not json", "/"),
            ("[]", "/"),
            ("{}", "/"),
            (r#"{"widgets": {}}"#, "/widgets"),
            (r#"{"widgets": [{"properties": {}}]}"#, "/widgets/0"),
            (r#"{"widgets": [{"type": "pie", "properties": {}}]}"#, "/widgets/0/type"),
            (r#"{"widgets": [{"type": "metric"}]}"#, "/widgets/0"),
            (r#"{"widgets": [{"type": "metric", "properties": {}, "width": 25}]}"#, "/widgets/0/width"),
            (r#"{"widgets": [{"type": "text", "properties": {}}]}"#, "/widgets/0/properties"),
        ] {
            let found = problems(body);
            assert_eq!(found.len(), 1, "{body}: {found:?}");
            assert_eq!(found[0]["DataPath"], path, "{body}");
        }
    }
}
