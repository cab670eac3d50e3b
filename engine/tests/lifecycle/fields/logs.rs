//! The table of log groups.

use ebbtide::aws::logs::LogGroup;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::Table;

pub fn group() -> Table {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    Table::new(&LogGroup::new("/llm", 30), observe)
        .shows("name", json!("/other"), json!("/other"))
        .shows("retention_days", json!(7), json!(7))
        .shows("retention_days", Value::Null, Value::Null)
        .shows("kms_key", json!(key), json!(key))
        .shows("class", json!("infrequent_access"), json!("INFREQUENT_ACCESS"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.cloudwatchlogs().describe_log_groups().send().await.unwrap();
        let [group] = found.log_groups() else { panic!("not one group: {found:?}") };
        let arn = group.log_group_arn().unwrap();
        let tags = aws.cloudwatchlogs().list_tags_for_resource().resource_arn(arn).send().await.unwrap();
        let tags = tags.tags.unwrap_or_default().into_iter().filter(|(key, _)| !key.starts_with("ebb:"));
        assert_eq!(group.log_group_name(), Some(id));
        json!({
            "name": id,
            "retention_days": group.retention_in_days(),
            "kms_key": group.kms_key_id(),
            "class": group.log_group_class().map(|class| class.as_str()),
            "tags": tags.map(|(key, value)| (key, json!(value))).collect::<Map<_, _>>(),
        })
    })
}
