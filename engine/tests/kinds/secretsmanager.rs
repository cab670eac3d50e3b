//! Secrets.

use std::time::Duration;

use ebbtide::aws::secretsmanager::{Alphabet, Secret, SecretOutputs, SecretSource};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_cloud::Settings;
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

/// A variable that is set in every test run.
const VARIABLE: &str = "CARGO_MANIFEST_DIR";

fn generated(revision: u32) -> SecretSource {
    SecretSource::Generated { length: 40, alphabet: Alphabet::Hexadecimal, exclude: String::new(), revision }
}

fn secret(source: SecretSource) -> Secret<Resolved> {
    resolved(&Secret {
        description: "Token of the hub".into(),
        tags: Tags::from([("team".into(), "llm".into())]),
        ..Secret::new(source)
    })
}

async fn value(world: &World, id: &str) -> String {
    let get = world.aws.secretsmanager().get_secret_value().secret_id(id);
    get.send().await.unwrap().secret_string.unwrap()
}

fn write(folder: &tempfile::TempDir, text: &str) -> SecretSource {
    let path = folder.path().join("token");
    std::fs::write(&path, text).unwrap();
    SecretSource::File(path.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_secret_lives_through_every_change() {
    let world = World::new();
    let mut made = world.make::<Secret>("token", &secret(generated(1))).await;
    let outputs: SecretOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    assert_eq!(made.read().await.unwrap().data.as_deref(), Some("a value"));

    let mut changed = Secret { description: String::new(), ..secret(generated(1)) };
    made.change_to(&changed).await;
    changed.kms_key = Some("arn:aws:kms:eu-west-1:123456789012:key/1".into());
    made.change_to(&changed).await;
    changed.kms_key = None;
    made.change_to(&changed).await;
    changed.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&changed).await;
    changed.recovery_window_days = 7;
    made.change_to(&changed).await;
    made.delete().await;
}

#[tokio::test]
async fn a_value_is_generated_once_and_again_for_another_revision() {
    let world = World::new();
    let mut made = world.make::<Secret>("token", &secret(generated(1))).await;
    let first = value(&world, &made.id).await;
    assert!(first.len() == 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", first.len());
    made.change_to(&Secret { description: "Another".into(), ..secret(generated(1)) }).await;
    assert_eq!(value(&world, &made.id).await, first);
    // A repeated creation keeps the value, which may be in use already.
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id);
    assert_eq!(value(&world, &made.id).await, first);
    made.change_to(&secret(generated(2))).await;
    assert_ne!(value(&world, &made.id).await, first);
}

/// Returns the inputs as the planner prepares them.
fn prepared(made: &Made, key: &str) -> Secret<Resolved> {
    let inputs = made.kind.prepare(&made.inputs, key, None).unwrap();
    serde_json::from_value(inputs).unwrap()
}

#[tokio::test]
async fn a_changed_file_changes_the_hash_and_then_the_value() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let mut made = world.make::<Secret>("token", &secret(write(&folder, "hf_one\n"))).await;
    made.inputs = serde_json::to_value(prepared(&made, "key")).unwrap();
    assert_eq!(value(&world, &made.id).await, "hf_one");

    write(&folder, "hf_two\n");
    let changed = prepared(&made, "key");
    assert_ne!(serde_json::to_value(&changed).unwrap(), made.inputs);
    made.change_to(&changed).await;
    assert_eq!(value(&world, &made.id).await, "hf_two");

    // A return to an earlier value.
    write(&folder, "hf_one\n");
    made.change_to(&prepared(&made, "key")).await;
    assert_eq!(value(&world, &made.id).await, "hf_one");
    assert!(!made.inputs.to_string().contains("hf_"));
}

#[tokio::test]
async fn a_value_comes_from_the_environment() {
    let world = World::new();
    let made = world.make::<Secret>("token", &secret(SecretSource::Environment(VARIABLE.into()))).await;
    assert_eq!(value(&world, &made.id).await, std::env::var(VARIABLE).unwrap());
    let prepared = prepared(&made, "key").value_hash.unwrap();
    assert_eq!(prepared.len(), 64);
}

#[tokio::test]
async fn without_a_source_nothing_is_created() {
    let world = World::new();
    let inputs = serde_json::to_value(secret(SecretSource::File("/nowhere/token".into()))).unwrap();
    let context = world.context("secretsmanager_secret.token", 1);
    let provider = provider("secretsmanager_secret");
    let error = provider.create(&context, &inputs).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/token"), "{error}");
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), None);
}

#[tokio::test]
async fn an_owned_secret_scheduled_for_deletion_is_restored_with_a_new_value() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let inputs = Secret { name: Some("hub/token".into()), ..secret(write(&folder, "hf_one")) };
    let made = world.make::<Secret>("token", &inputs).await;
    let id = made.id.clone();
    made.delete().await;

    write(&folder, "hf_two");
    let context = world.context("secretsmanager_secret.token", 2);
    let inputs = serde_json::to_value(&inputs).unwrap();
    let provider = provider("secretsmanager_secret");
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), None);
    assert_eq!(provider.create(&context, &inputs).await.unwrap(), id);
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), Some(id.clone()));
    assert_eq!(value(&world, &id).await, "hf_two");
    assert_eq!(provider.read(&context, &id, &inputs).await.unwrap().unwrap().inputs, inputs);
}

#[tokio::test]
async fn a_foreign_secret_is_neither_found_nor_taken_over() {
    let world = World::new();
    let create = world.aws.secretsmanager().create_secret().name("theirs").secret_string("theirs");
    create.send().await.unwrap();
    let context = world.context("secretsmanager_secret.ours", 1);
    let inputs = serde_json::to_value(Secret { name: Some("theirs".into()), ..secret(generated(1)) }).unwrap();
    let provider = provider("secretsmanager_secret");
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), None);
    let error = provider.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert_eq!(value(&world, "theirs").await, "theirs");
    world.aws.secretsmanager().delete_secret().secret_id("theirs").send().await.unwrap();
    assert_eq!(provider.create(&context, &inputs).await.unwrap_err().kind, ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn a_secret_is_deleted_at_once_only_with_the_data_included() {
    let world = World::new();
    let at_once = Secret { recovery_window_days: 0, ..secret(generated(1)) };
    for include_data in [false, true] {
        let mut made = world.make::<Secret>(&format!("token-{include_data}"), &at_once).await;
        made.context.include_data = include_data;
        let id = made.id.clone();
        made.delete().await;
        let left = world.aws.secretsmanager().describe_secret().secret_id(id).send().await;
        assert_eq!(left.is_ok(), !include_data);
    }
}

#[tokio::test]
async fn the_name_of_a_secret_that_was_just_deleted_by_force_is_free_after_a_while() {
    // Long enough for a busy machine to ask in time.
    let transition = Duration::from_secs(2);
    let world = World::with(Settings { transition, ..Settings::default() });
    let named = Secret { name: Some("hub/token".into()), recovery_window_days: 0, ..secret(generated(1)) };
    let mut made = world.make::<Secret>("token", &named).await;
    made.context.include_data = true;
    made.delete().await;
    let context = world.context("secretsmanager_secret.token", 2);
    let inputs = serde_json::to_value(&named).unwrap();
    let provider = provider("secretsmanager_secret");
    let error = provider.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotYet, "{error}");
    tokio::time::sleep(transition).await;
    provider.create(&context, &inputs).await.unwrap();
}
