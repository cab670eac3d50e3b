//! Lists whose order means nothing to AWS.

use serde_json::Value;

/// Gives the lists of desired inputs at some paths the order that they have in the present inputs, where their members are the
/// same.
pub(super) fn order_like(present: &Value, desired: &mut Value, paths: &[String]) {
    for path in paths {
        let pointer = format!("/{}", path.replace('.', "/"));
        if let (Some(present), Some(desired)) = (present.pointer(&pointer), desired.pointer_mut(&pointer))
            && sorted(present) == sorted(desired)
        {
            desired.clone_from(present);
        }
    }
}

/// Returns the members of a list in an order that follows from themselves; `None` if it is no list.
fn sorted(list: &Value) -> Option<Vec<String>> {
    let mut members: Vec<String> = list.as_array()?.iter().map(Value::to_string).collect();
    members.sort_unstable();
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ordered(present: Value, mut desired: Value) -> Value {
        order_like(&present, &mut desired, &["vpc.subnets".to_owned()]);
        desired
    }

    #[test]
    fn only_lists_with_the_same_members_take_the_present_order() {
        let vpc = |subnets: Value| json!({"vpc": {"subnets": subnets}, "zones": ["b", "a"]});
        assert_eq!(ordered(vpc(json!(["1", "2"])), vpc(json!(["2", "1"]))), vpc(json!(["1", "2"])));
        for other in [json!(["2", "3"]), json!(["2"]), json!(["2", "1", "1"]), json!([]), Value::Null] {
            assert_eq!(ordered(vpc(json!(["1", "2"])), vpc(other.clone())), vpc(other));
        }
        assert_eq!(ordered(json!({"vpc": null}), vpc(json!(["2"]))), vpc(json!(["2"])));
        assert_eq!(ordered(Value::Null, vpc(json!(["2"]))), vpc(json!(["2"])));
    }
}
