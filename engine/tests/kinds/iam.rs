//! IAM roles.

use std::collections::BTreeMap;

use ebbtide::aws::iam::{Policy, Principal, Role, RoleOutputs};
use ebbtide::resource::{Resolved, Resource, Tags};
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::{World, refuses_foreign};

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn read_models() -> Policy {
    Policy::new().allow(["s3:ListBucket", "s3:GetObject"]).on("arn:aws:s3:::models").on("arn:aws:s3:::models/*")
}

fn role() -> Role<Resolved> {
    let role = Role {
        path: "/llm/".into(),
        description: "Serves models".into(),
        managed_policies: vec!["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy".into()],
        max_session_seconds: 7200,
        tags: tags(&[("team", "llm")]),
        ..Role::new(Policy::trust("sagemaker.amazonaws.com").when(
            "StringEquals",
            "aws:SourceAccount",
            ["123456789012"],
        ))
    };
    resolved(&role.policy("models", read_models()))
}

#[tokio::test]
async fn a_role_lives_through_every_change() {
    let world = World::new();
    let mut made = world.make::<Role>("serving", &role()).await;
    let outputs: RoleOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), format!("arn:aws:iam::123456789012:role/llm/{}", outputs.name));
    assert!(!outputs.role_id.is_empty());

    let trust = Policy::trust("sagemaker.amazonaws.com").to(Principal::account("210987654321"));
    let mut changed = Role { trust: resolved(&trust), ..role() };
    made.change_to(&changed).await;
    changed.description = String::new();
    changed.max_session_seconds = 3600;
    made.change_to(&changed).await;
    changed.permissions_boundary = Some("arn:aws:iam::aws:policy/PowerUserAccess".into());
    made.change_to(&changed).await;
    changed.permissions_boundary = None;
    made.change_to(&changed).await;
    let metrics = Policy::new().allow(["cloudwatch:PutMetricData"]).on_everything();
    changed.inline_policies = BTreeMap::from([("metrics".to_owned(), resolved(&metrics))]);
    made.change_to(&changed).await;
    // Not in the order in which AWS lists them.
    changed.managed_policies =
        vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into(), "arn:aws:iam::aws:policy/AmazonS3FullAccess".into()];
    made.change_to(&changed).await;
    changed.tags = tags(&[("stage", "test")]);
    made.change_to(&changed).await;
    made.delete().await;
}

#[tokio::test]
async fn foreign_changes_are_seen_and_equivalent_documents_are_no_drift() {
    let world = World::new();
    let made = world.make::<Role>("serving", &role()).await;
    let iam = world.aws.iam();
    let put = |document: serde_json::Value| {
        let put = iam.put_role_policy().role_name(&made.id).policy_name("models");
        put.policy_document(document.to_string()).send()
    };
    put(json!({"Version": "2012-10-17", "Statement": {
        "Action": ["s3:GetObject", "s3:ListBucket"], "Effect": "Allow",
        "Resource": ["arn:aws:s3:::models/*", "arn:aws:s3:::models"],
    }}))
    .await
    .unwrap();
    assert_eq!(made.read().await.unwrap().inputs, made.inputs);

    put(json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
        .await
        .unwrap();
    let attach = iam.attach_role_policy().role_name(&made.id).policy_arn("arn:aws:iam::aws:policy/AdministratorAccess");
    attach.send().await.unwrap();
    let seen = made.read().await.unwrap().inputs;
    assert_eq!(seen["inline_policies"]["models"]["statements"][0]["actions"], json!(["s3:*"]));
    let attached = seen["managed_policies"].as_array().unwrap();
    assert!(attached.contains(&json!("arn:aws:iam::aws:policy/AdministratorAccess")), "{attached:?}");

    // The update restores it.
    made.kind.update(&made.context, &made.id, &seen, &made.inputs).await.unwrap();
    assert_eq!(made.read().await.unwrap().inputs, made.inputs);
    made.delete().await;
}

#[tokio::test]
async fn an_interrupted_creation_is_completed() {
    let world = World::new();
    let made = world.make::<Role>("serving", &role()).await;
    let detach = world.aws.iam().detach_role_policy().role_name(&made.id);
    detach.policy_arn("arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy").send().await.unwrap();
    let again = made.kind.create(&made.context, &made.inputs).await.unwrap();
    assert_eq!(again, made.id);
    assert_eq!(made.read().await.unwrap().inputs, made.inputs);
}

#[tokio::test]
async fn a_foreign_role_is_neither_found_nor_taken_over() {
    let world = World::new();
    let trust = resolved::<Policy, Policy<Resolved>>(&Policy::trust("sagemaker.amazonaws.com"));
    let create = world.aws.iam().create_role().role_name("theirs").assume_role_policy_document(trust.to_string());
    create.send().await.unwrap();
    let context = world.context("iam_role.ours", 1);
    refuses_foreign::<Role>(&context, &Role { name: Some("theirs".into()), ..role() }, "theirs").await;
}

#[tokio::test]
async fn known_outputs_are_the_outputs() {
    let world = World::new();
    let declared = Role { path: "/llm/".into(), ..Role::new(Policy::trust("sagemaker.amazonaws.com")) };
    let made = world.make::<Role>("serving", &resolved(&declared)).await;
    let known = declared.known_outputs(&made.context.identity);
    let outputs = made.read().await.unwrap().outputs;
    assert_eq!(known.len(), 2);
    for (name, value) in known {
        assert_eq!(outputs[&name], value, "{name}");
    }
}

#[tokio::test]
async fn a_role_in_an_instance_profile_is_refused_at_once_with_the_way_out() {
    let world = World::new();
    let made = world.make::<Role>("serving", &role()).await;
    let iam = world.aws.iam();
    iam.create_instance_profile().instance_profile_name("p").send().await.unwrap();
    iam.add_role_to_instance_profile().instance_profile_name("p").role_name(&made.id).send().await.unwrap();
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("instance profiles")));
    iam.remove_role_from_instance_profile().instance_profile_name("p").role_name(&made.id).send().await.unwrap();
    made.delete().await;
}
