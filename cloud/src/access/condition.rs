//! Conditions of a statement ("IAM JSON policy elements: Condition operators" of the IAM User Guide).

use std::collections::BTreeMap;

use serde_json::Value;

use super::wildcard::fits;

/// The keys of a request with their values. Names of keys are in lower case: "Condition key names are not case-sensitive".
pub type Keys = BTreeMap<String, Vec<String>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    EqualIgnoringCase,
    Like,
    IsMissing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    One,
    Any,
    All,
}

/// One key with its operator and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    comparison: Comparison,
    negated: bool,
    if_exists: bool,
    quantity: Quantity,
    key: String,
    values: Vec<String>,
}

impl Condition {
    /// Reads the conditions of a statement.
    pub fn all(condition: &Value) -> Result<Vec<Self>, String> {
        let mut conditions = Vec::new();
        for (operator, keys) in condition.as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                conditions.push(Self::one(operator, key, strings(values)?)?);
            }
        }
        Ok(conditions)
    }

    fn one(operator: &str, key: &str, values: Vec<String>) -> Result<Self, String> {
        let (quantity, rest) = match operator.split_once(':') {
            Some(("ForAnyValue", rest)) => (Quantity::Any, rest),
            Some(("ForAllValues", rest)) => (Quantity::All, rest),
            _ => (Quantity::One, operator),
        };
        let (rest, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
        let (comparison, negated) = match rest {
            "StringEquals" => (Comparison::Equal, false),
            "StringNotEquals" => (Comparison::Equal, true),
            "StringEqualsIgnoreCase" | "Bool" => (Comparison::EqualIgnoringCase, false),
            // "ArnEquals and ArnLike behave identically."
            "StringLike" | "ArnLike" | "ArnEquals" => (Comparison::Like, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Comparison::Like, true),
            "Null" => (Comparison::IsMissing, false),
            _ => return Err(format!("the embedded cloud does not know the condition operator {operator}")),
        };
        Ok(Self { comparison, negated, if_exists, quantity, key: key.to_ascii_lowercase(), values })
    }

    /// Returns whether a request meets the condition.
    pub fn holds(&self, keys: &Keys) -> bool {
        let present = keys.get(&self.key);
        if self.comparison == Comparison::IsMissing {
            return self.values.iter().any(|value| (value == "true") == present.is_none());
        }
        let Some(present) = present else {
            // "If the key is not present, … the negated operators return true", and so do those that end in IfExists and
            // ForAllValues.
            return self.negated || self.if_exists || self.quantity == Quantity::All;
        };
        let one = |value: &String| self.values.iter().any(|wanted| self.compare(wanted, value)) != self.negated;
        match self.quantity {
            Quantity::All => present.iter().all(one),
            Quantity::Any | Quantity::One => present.iter().any(one),
        }
    }

    /// Returns the key, unless the condition is met without it.
    pub fn needed_key(&self) -> Option<&str> {
        let is_optional = self.if_exists || self.comparison == Comparison::IsMissing;
        (!is_optional).then_some(self.key.as_str())
    }

    fn compare(&self, wanted: &str, value: &str) -> bool {
        match self.comparison {
            Comparison::Equal => wanted == value,
            Comparison::EqualIgnoringCase => wanted.eq_ignore_ascii_case(value),
            Comparison::Like => fits(wanted, value),
            Comparison::IsMissing => false,
        }
    }
}

/// Reads a string or a list of strings. Policy variables are refused, since nothing here replaces them.
pub fn strings(value: &Value) -> Result<Vec<String>, String> {
    let members = match value {
        Value::Array(members) => members.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text = |member: &Value| match member {
        Value::String(text) if text.contains("${") => {
            Err(format!("the embedded cloud does not know policy variables: {text}"))
        }
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(format!("{other} is no string")),
    };
    members.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(condition: &Value, key: &str, value: Option<&str>) -> bool {
        let keys = value.map(|value| (key.to_owned(), vec![value.to_owned()])).into_iter().collect();
        Condition::all(condition).unwrap().iter().all(|condition| condition.holds(&keys))
    }

    #[test]
    fn a_missing_key_meets_only_negated_and_optional_conditions() {
        for (operator, expected) in [
            ("StringEquals", false),
            ("StringLike", false),
            ("StringNotEquals", true),
            ("StringEqualsIfExists", true),
            ("ForAllValues:StringEquals", true),
            ("ForAnyValue:StringEquals", false),
        ] {
            assert_eq!(holds(&json!({ operator: { "aws:ResourceTag/a": "1" } }), "", None), expected, "{operator}");
        }
        assert!(holds(&json!({ "Null": { "aws:ResourceTag/a": "true" } }), "", None));
        assert!(!holds(&json!({ "Null": { "aws:ResourceTag/a": "false" } }), "", None));
    }

    #[test]
    fn values_are_alternatives_and_keys_are_not() {
        let both =
            json!({ "StringEquals": { "aws:requesttag/a": ["1", "2"] }, "StringLike": { "aws:RequestTag/a": "?" } });
        assert!(holds(&both, "aws:requesttag/a", Some("2")));
        assert!(!holds(&both, "aws:requesttag/a", Some("3")));
        assert!(!holds(&json!({ "StringNotEquals": { "a": ["1", "2"] } }), "a", Some("2")));
    }

    #[test]
    fn what_is_not_evaluated_is_refused() {
        assert!(Condition::all(&json!({ "NumericEquals": { "a": "1" } })).is_err());
        assert!(Condition::all(&json!({ "StringEquals": { "a": "${aws:username}" } })).is_err());
    }
}
