//! The tables of KMS.

use ebbtide::aws::KmsKeyId;
use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::kms::{Alias, Key};
use ebbtide::resource::{Input, Resource};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::{Shows, Table};
use crate::fixture::scope;

pub fn tables() -> Vec<Table> {
    vec![key(), alias()]
}

fn key() -> Table {
    let logs = Policy::new().allow(["kms:Decrypt"]).on_everything().to(Principal::service("logs.amazonaws.com"));
    Table::new(&Key::new("Documents"), observe_key)
        .shows("description", json!("Others"), json!("Others"))
        .shows("policy", json!(logs), json!("logs.amazonaws.com"))
        .shows("account_access", json!(false), json!(false))
        .also("policy", json!(logs))
        .shows("enabled", json!(false), json!(false))
        .shows("rotation_days", json!(90), json!(90))
        .entry("deletion_days", json!(7), Shows::Nothing("AWS is told of it with the deletion"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_key<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let kms = aws.kms();
        let key = kms.describe_key().key_id(id).send().await.unwrap().key_metadata.unwrap();
        let policy = kms.get_key_policy().key_id(id).policy_name("default").send().await.unwrap().policy.unwrap();
        let policy: Value = serde_json::from_str(&policy).unwrap();
        let principals: Vec<&Value> =
            policy["Statement"].as_array().unwrap().iter().map(|statement| &statement["Principal"]).collect();
        let rotation = kms.get_key_rotation_status().key_id(id).send().await.unwrap();
        let tags = kms.list_resource_tags().key_id(id).send().await.unwrap();
        let tags = tags.tags().iter().filter(|tag| !tag.tag_key.starts_with("ebb:"));
        let service = principals.iter().map(|principal| &principal["Service"]).find(|service| !service.is_null());
        json!({
            "description": key.description(),
            "policy": service.map(|service| service.as_array().map_or(service, |all| &all[0])),
            "account_access": principals.iter().any(|principal| !principal["AWS"].is_null()),
            "enabled": key.enabled(),
            "rotation_days": rotation.rotation_period_in_days(),
            "tags": tags.map(|tag| (tag.tag_key.clone(), json!(tag.tag_value))).collect::<Map<_, _>>(),
        })
    })
}

/// Declares two keys, to which an alias can refer.
fn declare_keys(stack: &mut Stack) -> [Input<KmsKeyId>; 2] {
    ["near", "far"].map(|name| stack.add(name, Key::new(name)).id)
}

fn add<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_keys(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

fn alias() -> Table {
    let [near, far] = declare_keys(&mut Stack::new(scope(), [].into()));
    let base = Alias { name: Some("alias/documents".into()), ..Alias::of(&near) };
    let table = Table::new(&base, |aws, id| {
        Box::pin(async move {
            let key = aws.kms().describe_key().key_id(id).send().await.unwrap().key_metadata.unwrap();
            json!({ "name": id, "key": key.description() })
        })
    })
    .shows("name", json!("alias/others"), json!("alias/others"))
    .shows("key", json!(far), json!("far"));
    Table { add: add::<Alias>, ..table }
}
