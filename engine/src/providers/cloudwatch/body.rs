//! The body of a dashboard: the layout of its widgets, and the comparison of a body from AWS with the declared widgets.

use serde_json::{Map, Value, json};

use super::widget;
use ebbtide::aws::cloudwatch::Widget;
use ebbtide::resource::Resolved;

/// The number of columns of a dashboard.
const COLUMNS: u32 = 24;

/// Renders the body of a dashboard: the widgets from left to right and from top to bottom, in the order given.
pub(super) fn render(widgets: &[Widget<Resolved>], region: &str) -> Value {
    let (mut x, mut y, mut row) = (0, 0, 0);
    let placed = widgets.iter().map(|widget| {
        let mut body = widget::render(widget, region);
        if let (Some((width, height)), Some(fields)) = (widget.size(), body.as_object_mut()) {
            if x + width > COLUMNS {
                (x, y, row) = (0, y + row, 0);
            }
            for (name, value) in [("x", x), ("y", y), ("width", width), ("height", height)] {
                fields.insert(name.to_owned(), json!(value));
            }
            x += width;
            row = row.max(height);
        }
        body
    });
    json!({ "widgets": placed.collect::<Vec<_>>() })
}

/// Reads the widgets of a body from AWS. A widget that means the same as the declared one at its place reads as declared,
/// whatever its spelling in JSON. Any other reads as plain JSON.
pub(super) fn read(body: &Value, last: &[Widget<Resolved>], region: &str) -> Vec<Widget<Resolved>> {
    let written = render(last, region);
    let found = body.get("widgets").and_then(Value::as_array).cloned().unwrap_or_default();
    let written = written.get("widgets").and_then(Value::as_array).cloned().unwrap_or_default();
    let widget = |(index, found): (usize, &Value)| match (last.get(index), written.get(index)) {
        (Some(widget), Some(written)) if canonical(written) == canonical(found) => widget.clone(),
        _ => Widget::Other(found.clone()),
    };
    found.iter().enumerate().map(widget).collect()
}

/// Returns a value in a form in which equal meanings are equal: numbers as floating point, objects without null fields.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), |number| json!(number)),
        Value::Array(members) => members.iter().map(canonical).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(_, field)| !field.is_null())
                .map(|(name, field)| (name.clone(), canonical(field)))
                .collect::<Map<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::cloudwatch::TextWidget;

    fn text(markdown: &str, width: u32, height: u32) -> Widget<Resolved> {
        Widget::Text(TextWidget { markdown: markdown.to_owned(), width, height })
    }

    #[test]
    fn widgets_flow_from_left_to_right() {
        let body = render(&[text("a", 12, 3), text("b", 12, 6), text("c", 8, 2), text("d", 24, 1)], "eu-west-1");
        let place = |index: usize| {
            let widget = &body["widgets"][index];
            (widget["x"].as_u64().unwrap(), widget["y"].as_u64().unwrap())
        };
        assert_eq!([place(0), place(1), place(2), place(3)], [(0, 0), (12, 0), (0, 6), (0, 8)]);
    }

    #[test]
    fn another_spelling_reads_as_declared_and_other_content_does_not() {
        let declared = [text("a", 12, 3), text("b", 12, 3)];
        let mut body = render(&declared, "eu-west-1");
        body["widgets"][0]["x"] = json!(0.0);
        body["widgets"][0]["title"] = Value::Null;
        assert_eq!(read(&body, &declared, "eu-west-1"), declared);
        body["widgets"][1]["properties"]["markdown"] = json!("changed");
        let read = read(&body, &declared, "eu-west-1");
        assert_eq!(read[0], declared[0]);
        assert_eq!(read[1], Widget::Other(body["widgets"][1].clone()));
    }
}
