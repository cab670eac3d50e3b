//! KMS: keys and aliases.

use aws_sdk_kms::primitives::Blob;
use ebbtide::aws::KmsKeyId;
use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::kms::{Alias, AliasOutputs, Key, KeyOutputs};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

async fn key(world: &World, inputs: &Key) -> Made {
    world.make::<Key>("documents", &resolved::<_, Key<Resolved>>(inputs)).await
}

#[tokio::test]
async fn a_key_goes_through_every_change() {
    let world = World::new();
    let base = || Key { tags: tags("llm"), ..Key::new("Documents") };
    let mut made = key(&world, &base()).await;
    let outputs: KeyOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.id.as_str(), made.id);
    assert!(outputs.arn.as_str().ends_with(&format!("key/{}", made.id)), "{outputs:?}");
    let logs = || Policy::new().allow(["kms:Decrypt"]).on_everything().to(Principal::service("logs.amazonaws.com"));
    let whole = || logs().allow(["kms:*"]).on_everything().to(Principal::account("210987654321"));
    let changes = [
        Key { description: "Others".into(), ..base() },
        Key { policy: Some(logs()), ..base() },
        Key { policy: Some(whole()), account_access: false, ..base() },
        Key { rotation_days: Some(90), ..base() },
        Key { rotation_days: Some(2560), ..base() },
        Key { enabled: false, ..base() },
        Key { enabled: true, rotation_days: Some(365), deletion_days: 7, ..base() },
        Key { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Key<Resolved>>(&changed)).await;
    }
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData, "{error}");
    made.context.include_data = true;
    made.delete().await;
}

#[tokio::test]
async fn a_key_that_is_created_with_all_settings_has_them() {
    let world = World::new();
    let rotated = Key { rotation_days: Some(180), deletion_days: 7, ..Key::new("") };
    key(&world, &rotated).await;
    let disabled = Key { enabled: false, ..Key::new("Disabled") };
    world.make::<Key>("disabled", &resolved::<_, Key<Resolved>>(&disabled)).await;
}

#[tokio::test]
async fn a_key_that_is_to_be_deleted_is_taken_back() {
    let world = World::new();
    let base = || Key { rotation_days: Some(365), ..Key::new("Documents") };
    let mut made = key(&world, &base()).await;
    let id = made.id.clone();
    let sealed = world.aws.kms().encrypt().key_id(&id).plaintext(Blob::new("secret")).send().await.unwrap();
    made.context.include_data = true;
    made.delete().await;

    let again = world.context("kms_key.documents", 2);
    let inputs = json!(resolved::<_, Key<Resolved>>(&Key { rotation_days: None, ..Key::new("Again") }));
    let kind = provider("kms_key");
    assert_eq!(kind.create(&again, &inputs).await.unwrap(), id);
    assert_eq!(kind.find(&again, &inputs).await.unwrap().as_ref(), Some(&id));
    let live = kind.read(&again, &id, &inputs).await.unwrap().unwrap();
    assert_eq!(live.inputs, inputs);
    let opened = world.aws.kms().decrypt().ciphertext_blob(sealed.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"secret");

    // Another address gets a key of its own.
    let other = world.context("kms_key.other", 1);
    assert_ne!(kind.create(&other, &inputs).await.unwrap(), id);
}

#[tokio::test]
async fn an_alias_moves_to_another_key() {
    let world = World::new();
    let one = key(&world, &Key::new("One")).await;
    let other = world.make::<Key>("other", &resolved::<_, Key<Resolved>>(&Key::new("Other"))).await;
    let of = |key: &Made| Alias::<Resolved> { name: None, key: KmsKeyId(key.id.clone()) };
    let mut alias = world.make::<Alias>("documents", &of(&one)).await;
    let outputs: AliasOutputs<Resolved> = alias.outputs().await;
    assert!(outputs.name.starts_with("alias/") && outputs.arn.as_str().ends_with(&outputs.name), "{outputs:?}");
    alias.change_to(&of(&other)).await;
    let moved = world.aws.kms().describe_key().key_id(&outputs.name).send().await.unwrap().key_metadata.unwrap();
    assert_eq!(moved.key_id, other.id);

    // The name of somebody else's alias is left alone.
    let theirs = "alias/theirs";
    world.aws.kms().create_alias().alias_name(theirs).target_key_id(&one.id).send().await.unwrap();
    let wanted = json!(Alias::<Resolved> { name: Some(theirs.into()), ..of(&other) });
    let context = world.context("kms_alias.ours", 1);
    assert_eq!(alias.kind.find(&context, &wanted).await.unwrap(), None);
    let error = alias.kind.create(&context, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains(theirs)), "{error:?}");
    alias.delete().await;
}
