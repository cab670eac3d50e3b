//! The table of secrets.

use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::{Shows, Table};

pub fn secret() -> Table {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    let generated = |revision: u32| json!({ "generated": { "length": 32, "alphabet": "alphanumeric", "exclude": "", "revision": revision } });
    Table::new(&Secret::new(SecretSource::generated(32)), observe)
        .entry("name", json!("hub/token"), Shows::Refused("would delete a value"))
        .shows("description", json!("The hub's token"), json!("The hub's token"))
        .shows("kms_key", json!(key), json!(key))
        .entry("recovery_window_days", json!(7), Shows::Nothing("a deletion takes it from the record"))
        .entry("source", generated(2), Shows::Another)
        .entry("value_hash", json!("x"), Shows::Nothing("planning fills it in, whatever is declared"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.secretsmanager().describe_secret().secret_id(id).send().await.unwrap();
        let value = aws.secretsmanager().get_secret_value().secret_id(id).send().await.unwrap();
        let tags = found.tags().iter().filter(|tag| !tag.key().unwrap().starts_with("ebb:"));
        json!({
            "name": found.name(),
            "description": found.description().unwrap_or_default(),
            "kms_key": found.kms_key_id().filter(|key| *key != "alias/aws/secretsmanager"),
            "source": value.secret_string(),
            "tags": tags.map(|tag| (tag.key().unwrap().to_owned(), json!(tag.value()))).collect::<Map<_, _>>(),
        })
    })
}
