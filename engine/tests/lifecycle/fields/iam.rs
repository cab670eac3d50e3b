//! The table of roles.

use ebbtide::aws::iam::{Policy, Role};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::Table;

const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const POWER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

pub fn role() -> Table {
    let read = Policy::new().allow(["s3:GetObject"]).on("arn:aws:s3:::models/*");
    let trust = Policy::trust("sagemaker.amazonaws.com");
    let base = Role { name: Some("one".into()), ..Role::new(trust) }.policy("read", read);
    let write = Policy::new().allow(["s3:PutObject"]).on("arn:aws:s3:::models/*");
    Table::new(&base, observe)
        .shows("name", json!("another"), json!("another"))
        .shows("path", json!("/llm/"), json!("/llm/"))
        .shows("description", json!("Serves models"), json!("Serves models"))
        .shows("trust", json!(Policy::trust("ecs.amazonaws.com")), json!("ecs.amazonaws.com"))
        .shows("inline_policies", json!({ "read": write }), json!({ "read": "s3:PutObject" }))
        .shows("inline_policies", json!({ "write": write }), json!({ "write": "s3:PutObject" }))
        .shows("inline_policies", json!({}), json!({}))
        .shows("managed_policies", json!([READ_ONLY]), json!([READ_ONLY]))
        .shows("permissions_boundary", json!(POWER), json!(POWER))
        .shows("max_session_seconds", json!(7200), json!(7200))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

/// Returns a document that IAM returned, of one statement.
fn statement(document: &str) -> Value {
    let text = percent_encoding::percent_decode_str(document).decode_utf8().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    document["Statement"].as_array().map_or(document["Statement"].clone(), |all| all[0].clone())
}

/// Returns the only value of a list of one, or the value itself.
fn one(value: &Value) -> Value {
    value.as_array().map_or(value.clone(), |all| all[0].clone())
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let iam = aws.iam();
        let role = iam.get_role().role_name(id).send().await.unwrap().role.unwrap();
        let mut inline = Map::new();
        for name in iam.list_role_policies().role_name(id).send().await.unwrap().policy_names {
            let policy = iam.get_role_policy().role_name(id).policy_name(&name).send().await.unwrap();
            inline.insert(name, one(&statement(&policy.policy_document)["Action"]));
        }
        let attached = iam.list_attached_role_policies().role_name(id).send().await.unwrap();
        let tags = role.tags().iter().filter(|tag| !tag.key().starts_with("ebb:"));
        json!({
            "name": id,
            "path": role.path(),
            "description": role.description(),
            "trust": one(&statement(role.assume_role_policy_document().unwrap())["Principal"]["Service"]),
            "inline_policies": inline,
            "managed_policies": attached.attached_policies().iter().map(|policy| policy.policy_arn()).collect::<Vec<_>>(),
            "permissions_boundary": role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()),
            "max_session_seconds": role.max_session_duration(),
            "tags": tags.map(|tag| (tag.key().to_owned(), json!(tag.value()))).collect::<Map<_, _>>(),
        })
    })
}
