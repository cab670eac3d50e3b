//! The operations there are, and who answers them.

use serde_json::Value;

use super::{alias, crypto, deletion, key, tags};
use crate::documents::World;
use crate::service::Fault;

type Handler = fn(&Value, &mut World<'_>) -> Result<Value, Fault>;

/// The handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateKey" => key::create,
        "DescribeKey" => key::describe,
        "ListKeys" => key::list,
        "EnableKey" => key::enable,
        "DisableKey" => key::disable,
        "UpdateKeyDescription" => key::update_description,
        "ScheduleKeyDeletion" => deletion::schedule,
        "CancelKeyDeletion" => deletion::cancel,
        "CreateAlias" => alias::create,
        "UpdateAlias" => alias::update,
        "DeleteAlias" => alias::delete,
        "ListAliases" => alias::list,
        "Encrypt" => crypto::encrypt,
        "Decrypt" => crypto::decrypt,
        "GenerateDataKey" => crypto::generate_data_key,
        "GenerateDataKeyWithoutPlaintext" => crypto::generate_data_key_without_plaintext,
        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListResourceTags" => tags::list,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_operation_with_a_shape_has_a_handler() {
        let shapes: BTreeMap<String, Value> = serde_json::from_str(include_str!("shapes.json")).unwrap();
        let operations = shapes["operations"].as_object().unwrap();
        assert_eq!(operations.len(), 19);
        for operation in operations.keys() {
            assert!(handler(operation).is_some(), "{operation}");
        }
    }
}
