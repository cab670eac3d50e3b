//! Conditions of a statement.

use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Input, Phase};

/// A condition: an operator, a key of the request, and the values to compare it with. One of them must match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Condition<P: Phase = Declared> {
    /// The operator, e.g. `StringEquals`, `ArnLike`, `BoolIfExists`, `ForAllValues:StringLike`.
    pub operator: String,
    /// The key, e.g. `aws:SourceAccount`.
    pub key: String,
    /// The values.
    pub values: Vec<P::Of<String>>,
}

impl Condition {
    /// Creates a condition on one key.
    pub fn new<V: Into<Input<String>>>(operator: &str, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self { operator: operator.to_owned(), key: key.to_owned(), values }
    }
}

/// The operators of IAM, without their quantifier and without `IfExists`.
const OPERATORS: &[&str] = &[
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];

/// Returns whether IAM has such an operator.
pub(super) fn is_operator(text: &str) -> bool {
    if text == "Null" {
        return true;
    }
    let text = text.strip_prefix("ForAllValues:").or_else(|| text.strip_prefix("ForAnyValue:")).unwrap_or(text);
    OPERATORS.contains(&text.strip_suffix("IfExists").unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::is_operator;

    #[test]
    fn operators_may_have_a_quantifier_and_a_suffix() {
        for good in ["Bool", "Null", "StringEqualsIfExists", "ForAnyValue:StringLike", "ForAllValues:ArnLikeIfExists"] {
            assert!(is_operator(good), "{good}");
        }
        for bad in ["Equals", "stringequals", "NullIfExists", "ForAll:Bool", ""] {
            assert!(!is_operator(bad), "{bad}");
        }
    }
}
