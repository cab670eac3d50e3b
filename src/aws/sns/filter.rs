//! Filters: the messages of a topic that a subscription receives.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The length of the longest policy that AWS accepts, in bytes.
const MAX_LENGTH: usize = 256 * 1024;

/// The number of keys that AWS accepts at the top of a policy.
const MAX_KEYS: usize = 5;

/// The number of combinations of values that AWS accepts.
const MAX_COMBINATIONS: usize = 150;

/// Returns the number of combinations of the values of a policy: the product over its keys of the values of each.
fn combinations(policy: &Map<String, Value>) -> usize {
    let of = |value: &Value| match value {
        Value::Array(values) => values.len().max(1),
        Value::Object(inner) => combinations(inner),
        _ => 1,
    };
    policy.values().map(of).fold(1, usize::saturating_mul)
}

/// The part of a message that a filter examines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterScope {
    /// The attributes.
    #[default]
    MessageAttributes,
    /// The body, which must be JSON.
    MessageBody,
}

impl FilterScope {
    /// Returns AWS's name of the scope.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MessageAttributes => "MessageAttributes",
            Self::MessageBody => "MessageBody",
        }
    }
}

/// A filter: the messages that a subscription receives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// The part of a message that is examined.
    #[serde(default)]
    pub scope: FilterScope,
    /// The conditions in AWS's form: `{"severity": ["high"], "count": [{"numeric": [">", 3]}]}`.
    pub policy: Map<String, Value>,
}

impl Filter {
    /// Returns the reason why AWS would refuse the filter.
    pub(super) fn problem(&self) -> Option<String> {
        let length = Value::Object(self.policy.clone()).to_string().len();
        // A policy for attributes has a list of alternatives under each key; one for a body has the lists at its leaves.
        let flat = self.scope == FilterScope::MessageAttributes;
        let wrong = self.policy.iter().find(|(key, value)| flat && *key != "$or" && !value.is_array());
        match wrong {
            _ if self.policy.is_empty() => {
                Some("has no condition; leave the filter out to receive every message".to_owned())
            }
            _ if length > MAX_LENGTH => Some("is longer than 256 KiB".to_owned()),
            Some((key, _)) => Some(format!("`{key}` needs a list of values, any of which matches")),
            // Amazon SNS Developer Guide, *Filter policy constraints*.
            None if self.policy.len() > MAX_KEYS => Some(format!("has more than {MAX_KEYS} keys")),
            None if combinations(&self.policy) > MAX_COMBINATIONS => {
                Some(format!("has more than {MAX_COMBINATIONS} combinations of values"))
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filter(policy: Value) -> Filter {
        Filter { scope: FilterScope::MessageAttributes, policy: policy.as_object().unwrap().clone() }
    }

    #[test]
    fn filters_need_lists() {
        assert_eq!(filter(json!({"severity": ["high"]})).problem(), None);
        assert!(filter(json!({"severity": "high"})).problem().unwrap().contains("severity"));
        assert!(filter(json!({})).problem().is_some());
        let six: Map<String, Value> = (0..6).map(|n| (n.to_string(), json!(["x"]))).collect();
        assert!(filter(Value::Object(six)).problem().unwrap().contains("5 keys"));
        let many: Vec<_> = (0..13).collect();
        assert!(filter(json!({ "a": many, "b": many })).problem().unwrap().contains("combinations"));
        let body = Filter { scope: FilterScope::MessageBody, ..filter(json!({"detail": {"severity": ["high"]}})) };
        assert_eq!(body.problem(), None);
    }

    #[test]
    fn scopes_serialize_to_their_aws_names() {
        for scope in [FilterScope::MessageAttributes, FilterScope::MessageBody] {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
    }
}
