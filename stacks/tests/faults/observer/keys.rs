//! Keys of KMS.

use ebbtide_engine::sdk::Aws;

use super::Observed;

/// Keys that AWS will delete are left out: they are taken back, or gone one day.
pub async fn see(aws: &Aws, seen: &mut Observed) {
    let kms = aws.kms();
    for listed in kms.list_keys().send().await.unwrap().keys() {
        let id = listed.key_id().unwrap();
        let key = kms.describe_key().key_id(id).send().await.unwrap().key_metadata.unwrap();
        if key.key_state().is_some_and(|state| state.as_str() == "PendingDeletion") {
            continue;
        }
        let rotation = kms.get_key_rotation_status().key_id(id).send().await.unwrap();
        let days = rotation.rotation_period_in_days();
        seen.add("key", format!("{} {} {days:?}", key.description().unwrap_or_default(), key.enabled()));
        for alias in kms.list_aliases().key_id(id).send().await.unwrap().aliases() {
            seen.add("alias of a key", if alias.alias_name().is_some() { "" } else { "without a name" });
        }
    }
}
