//! The expressions of declared inputs: references and joins. The one place that knows their form in JSON.

use serde_json::Value;

use super::Reference;

/// An expression, as it appears in declared inputs.
///
/// - `{"$ref": "ec2_vpc.main", "output": "vpc_id"}`: exactly these two keys.
/// - `{"$join": ["arn:…", {"$ref": …}]}`: exactly this key, with texts and references.
///
/// Every other object is plain data, also one with such a key among others.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr<'a> {
    /// A reference to an output.
    Ref(Reference),
    /// Text joined from parts.
    Join(&'a [Value]),
}

impl<'a> Expr<'a> {
    /// Returns the expression that a JSON value is, if it is one.
    pub fn of(value: &'a Value) -> Option<Self> {
        let fields = value.as_object()?;
        match fields.len() {
            1 => {
                let parts = fields.get("$join")?.as_array()?;
                let is_part = |part: &Value| part.is_string() || Reference::of(part).is_some();
                parts.iter().all(is_part).then_some(Self::Join(parts))
            }
            2 => Reference::of(value).map(Self::Ref),
            _ => None,
        }
    }
}

/// Returns whether a value is an expression, so that it is not known yet.
pub fn is_expression(value: &Value) -> bool {
    Expr::of(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_exact_forms_are_expressions() {
        let reference = json!({"$ref": "ec2_vpc.main", "output": "vpc_id"});
        assert!(matches!(Expr::of(&reference), Some(Expr::Ref(_))));
        assert!(matches!(Expr::of(&json!({"$join": ["a", reference]})), Some(Expr::Join(_))));
        for plain in [
            json!({"$join": "text"}),
            json!({"$join": ["a"], "other": 1}),
            json!({"$join": [1]}),
            json!({"$ref": "ec2_vpc.main"}),
            json!({"$ref": "no address", "output": "x"}),
            json!({"$ref": "ec2_vpc.main", "output": "x", "more": 1}),
            json!("text"),
        ] {
            assert_eq!(Expr::of(&plain), None, "{plain}");
        }
    }
}
