//! The table of buckets.

use aws_sdk_s3::types::LifecycleRule as SdkRule;
use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::s3::{Bucket, LifecycleRule};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::table::Table;

pub fn bucket() -> Table {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    let expire = LifecycleRule { expiration_days: Some(30), ..LifecycleRule::new("expire") };
    let abort = LifecycleRule { abort_multipart_days: Some(7), prefix: "x/".into(), ..LifecycleRule::new("abort") };
    let policy = Policy::new().allow(["s3:GetObject"]).on_itself_then("/*").to(Principal::account("210987654321"));
    let access = json!({
        "block_public_acls": true, "ignore_public_acls": true,
        "block_public_policy": true, "restrict_public_buckets": false,
    });
    let base = Bucket { name: Some("one-name".into()), lifecycle: vec![expire.clone()], ..Bucket::new() };
    Table::new(&base, observe)
        .shows("name", json!("another-name"), json!("another-name"))
        .shows("versioning", json!(true), json!("Enabled"))
        .shows("encryption", json!({ "kms": { "key": key, "bucket_key": true } }), json!(["aws:kms", key, true]))
        .shows("encryption", json!({ "kms": { "key": null, "bucket_key": false } }), json!(["aws:kms", null, false]))
        .shows("encryption", json!({ "kms_dual_layer": { "key": key } }), json!(["aws:kms:dsse", key, false]))
        .shows("public_access", access, json!([true, true, true, false]))
        .shows("lifecycle", json!([abort, expire]), json!([["abort", "x/", null, 7], ["expire", "", 30, null]]))
        .shows("lifecycle", json!([]), json!([]))
        .shows("policy", json!(policy), json!(["AllowGet", "DenyInsecure"]))
        .shows("tls_only", json!(false), json!(false))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let s3 = aws.s3();
        let versioning = s3.get_bucket_versioning().bucket(id).send().await.unwrap();
        let encryption = s3.get_bucket_encryption().bucket(id).send().await.unwrap();
        let rule = &encryption.server_side_encryption_configuration().unwrap().rules()[0];
        let default = rule.apply_server_side_encryption_by_default().unwrap();
        let access = s3.get_public_access_block().bucket(id).send().await.unwrap();
        let access = access.public_access_block_configuration().unwrap();
        let rules = s3.get_bucket_lifecycle_configuration().bucket(id).send().await;
        let mut rules: Vec<Value> = rules.iter().flat_map(|found| found.rules()).map(shown).collect();
        rules.sort_by_key(ToString::to_string);
        let policy = s3.get_bucket_policy().bucket(id).send().await;
        let policy = policy.ok().and_then(|found| found.policy).unwrap_or_default();
        let tags = s3.get_bucket_tagging().bucket(id).send().await.unwrap();
        let tags = tags.tag_set().iter().filter(|tag| !tag.key().starts_with("ebb:"));
        let statements = [("AllowGet", "\"s3:GetObject\""), ("DenyInsecure", "aws:SecureTransport")];
        json!({
            "name": id,
            // Versioning that was on can only be suspended.
            "versioning": versioning.status().map(|status| status.as_str()).filter(|status| *status != "Suspended"),
            "encryption": [
                default.sse_algorithm().as_str(),
                default.kms_master_key_id(),
                rule.bucket_key_enabled().unwrap_or(false),
            ],
            "public_access": [
                access.block_public_acls(),
                access.ignore_public_acls(),
                access.block_public_policy(),
                access.restrict_public_buckets(),
            ],
            "lifecycle": rules,
            "policy": statements.iter().filter(|(_, text)| policy.contains(text)).map(|(name, _)| *name).collect::<Vec<_>>(),
            "tls_only": policy.contains("aws:SecureTransport"),
            "tags": tags.map(|tag| (tag.key().to_owned(), json!(tag.value()))).collect::<serde_json::Map<_, _>>(),
        })
    })
}

fn shown(rule: &SdkRule) -> Value {
    json!([
        rule.id(),
        rule.filter().and_then(|filter| filter.prefix()).unwrap_or_default(),
        rule.expiration().and_then(|expiration| expiration.days()),
        rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation()),
    ])
}
