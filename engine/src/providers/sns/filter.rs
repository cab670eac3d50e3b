//! Filters as the attributes of a subscription.

use serde_json::{Map, Value};

use ebbtide::aws::sns::{Filter, FilterScope};

/// Reads a filter from a subscription's attributes; `None` for an empty policy, which lets every message through.
pub(super) fn read_filter(policy: Option<&str>, scope: Option<&str>) -> Option<Filter> {
    let policy: Map<String, Value> = serde_json::from_str(policy?).ok()?;
    let scope = match scope {
        Some("MessageBody") => FilterScope::MessageBody,
        _ => FilterScope::MessageAttributes,
    };
    (!policy.is_empty()).then_some(Filter { scope, policy })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_policy_is_no_filter() {
        assert_eq!(read_filter(Some("{}"), None), None);
        assert_eq!(read_filter(None, Some("MessageBody")), None);
        let policy = json!({"a": ["b"]}).as_object().unwrap().clone();
        let filter = Filter { scope: FilterScope::MessageAttributes, policy };
        assert_eq!(read_filter(Some(r#"{"a":["b"]}"#), None), Some(filter));
    }
}
