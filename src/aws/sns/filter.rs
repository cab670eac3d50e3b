//! Which messages of a topic a subscription gets.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a filter looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterScope {
    /// The attributes of a message.
    #[default]
    MessageAttributes,
    /// Its body, which must be JSON.
    MessageBody,
}

impl FilterScope {
    /// AWS's word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::MessageAttributes => "MessageAttributes",
            Self::MessageBody => "MessageBody",
        }
    }
}

/// Which messages a subscription gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// What it looks at.
    #[serde(default)]
    pub scope: FilterScope,
    /// The conditions in AWS's form: `{"severity": ["high"], "count": [{"numeric": [">", 3]}]}`.
    pub policy: Map<String, Value>,
}

impl Filter {
    /// From a subscription's attributes; an empty policy lets everything through.
    pub(super) fn read(policy: Option<&str>, scope: Option<&str>) -> Option<Self> {
        let policy: Map<String, Value> = serde_json::from_str(policy?).ok()?;
        let scope = match scope {
            Some("MessageBody") => FilterScope::MessageBody,
            _ => FilterScope::MessageAttributes,
        };
        (!policy.is_empty()).then_some(Self { scope, policy })
    }

    /// What is wrong with it.
    pub(super) fn problem(&self) -> Option<String> {
        let length = Value::Object(self.policy.clone()).to_string().len();
        // Under attributes each key has a list of alternatives; in a body the lists stand at the leaves.
        let flat = self.scope == FilterScope::MessageAttributes;
        let wrong = self.policy.iter().find(|(key, value)| flat && *key != "$or" && !value.is_array());
        match wrong {
            _ if self.policy.is_empty() => Some("has no condition; leave it out to get every message".to_owned()),
            _ if length > 256 * 1024 => Some("is longer than 256 KiB".to_owned()),
            Some((key, _)) => Some(format!("`{key}` needs a list of values, any of which matches")),
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
        let body = Filter { scope: FilterScope::MessageBody, ..filter(json!({"detail": {"severity": ["high"]}})) };
        assert_eq!(body.problem(), None);
    }

    #[test]
    fn an_empty_policy_is_no_filter() {
        assert_eq!(Filter::read(Some("{}"), None), None);
        assert_eq!(Filter::read(None, Some("MessageBody")), None);
        assert_eq!(Filter::read(Some(r#"{"a":["b"]}"#), None), Some(filter(json!({"a": ["b"]}))));
    }
}
