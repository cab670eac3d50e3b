//! The handler of each operation.

use super::{alias, crypto, deletion, key, policy, tags};
use crate::services::json::Handler;

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateKey" => key::create,
        "DescribeKey" => key::describe,
        "ListKeys" => key::list,
        "EnableKey" => key::enable,
        "DisableKey" => key::disable,
        "UpdateKeyDescription" => key::update_description,
        "GetKeyPolicy" => policy::get,
        "PutKeyPolicy" => policy::put,
        "ListKeyPolicies" => policy::list,
        "GetKeyRotationStatus" => policy::rotation,
        "EnableKeyRotation" => policy::enable_rotation,
        "DisableKeyRotation" => policy::disable_rotation,
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
