//! KMS: keys under all their names, encryption, and persistence.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState, Tag};

use crate::support::{Fixture, code, sdk};

async fn new_key(kms: &Client) -> (String, String) {
    let made = kms.create_key().description("for tests").send().await.unwrap().key_metadata.unwrap();
    (made.key_id, made.arn.unwrap())
}

async fn encrypt(kms: &Client, key: &str, text: &str) -> Blob {
    let sealed = kms.encrypt().key_id(key).plaintext(Blob::new(text)).encryption_context("stack", "a").send().await;
    sealed.unwrap().ciphertext_blob.unwrap()
}

async fn decrypt(kms: &Client, blob: &Blob, stack: &str) -> Result<String, String> {
    let opened = kms.decrypt().ciphertext_blob(blob.clone()).encryption_context("stack", stack).send().await;
    match opened {
        Ok(opened) => Ok(String::from_utf8(opened.plaintext.unwrap().into_inner()).unwrap()),
        refused => Err(code(refused)),
    }
}

#[tokio::test]
async fn a_key_is_named_by_id_arn_and_alias() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (id, arn) = new_key(&kms).await;
    kms.create_alias().alias_name("alias/state").target_key_id(&arn).send().await.unwrap();
    let alias_arn = arn.split("key/").next().unwrap().to_owned() + "alias/state";
    for name in [&id, &arn, "alias/state", &alias_arn] {
        let found = kms.describe_key().key_id(name).send().await.unwrap().key_metadata.unwrap();
        assert_eq!((found.key_id.as_str(), found.arn.as_deref()), (id.as_str(), Some(arn.as_str())));
        assert_eq!((found.key_state, found.description.as_deref()), (Some(KeyState::Enabled), Some("for tests")));
        let blob = encrypt(&kms, name, "hello").await;
        assert_eq!(decrypt(&kms, &blob, "a").await.as_deref(), Ok("hello"));
    }
    let listed = kms.list_keys().send().await.unwrap();
    assert_eq!(listed.keys()[0].key_arn(), Some(arn.as_str()));
    let aliases = kms.list_aliases().key_id(&id).send().await.unwrap();
    assert_eq!(aliases.aliases()[0].alias_arn(), Some(alias_arn.as_str()));
}

#[tokio::test]
async fn a_key_is_rotated_in_the_period_that_was_given() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (id, _) = new_key(&kms).await;
    let days = || async { kms.get_key_rotation_status().key_id(&id).send().await.unwrap().rotation_period_in_days() };
    kms.enable_key_rotation().key_id(&id).send().await.unwrap();
    assert_eq!(days().await, Some(365));
    kms.enable_key_rotation().key_id(&id).rotation_period_in_days(90).send().await.unwrap();
    assert_eq!(days().await, Some(90));
    let short = kms.enable_key_rotation().key_id(&id).rotation_period_in_days(89).send().await;
    assert_eq!(code(short), "ValidationException");
    kms.disable_key_rotation().key_id(&id).send().await.unwrap();
    assert_eq!(days().await, None);
}

#[tokio::test]
async fn a_ciphertext_is_bound_to_its_context_and_cannot_be_changed() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (id, arn) = new_key(&kms).await;
    let blob = encrypt(&kms, &id, "hello").await;
    assert!(!blob.as_ref().windows(5).any(|part| part == b"hello"));
    assert_ne!(blob, encrypt(&kms, &id, "hello").await);
    assert_eq!(decrypt(&kms, &blob, "b").await.unwrap_err(), "InvalidCiphertextException");
    let bare = kms.decrypt().ciphertext_blob(blob.clone()).send().await;
    assert_eq!(code(bare), "InvalidCiphertextException");
    for position in [0, 20, blob.as_ref().len() - 1] {
        let mut changed = blob.clone().into_inner();
        changed[position] ^= 1;
        assert_eq!(decrypt(&kms, &Blob::new(changed), "a").await.unwrap_err(), "InvalidCiphertextException");
    }
    let short = Blob::new("x");
    assert_eq!(decrypt(&kms, &short, "a").await.unwrap_err(), "InvalidCiphertextException");
    let (other, _) = new_key(&kms).await;
    let wrong = kms.decrypt().ciphertext_blob(blob.clone()).key_id(other).encryption_context("stack", "a");
    assert_eq!(code(wrong.send().await), "IncorrectKeyException");
    let right = kms.decrypt().ciphertext_blob(blob).key_id(&arn).encryption_context("stack", "a").send().await.unwrap();
    assert_eq!(right.key_id(), Some(arn.as_str()));
}

#[tokio::test]
async fn data_keys_come_in_the_size_asked_for_and_decrypt_to_themselves() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (id, _) = new_key(&kms).await;
    let ask = || kms.generate_data_key().key_id(&id).encryption_context("stack", "a");
    let made = ask().key_spec(DataKeySpec::Aes256).send().await.unwrap();
    let plaintext = made.plaintext.unwrap().into_inner();
    assert_eq!(plaintext.len(), 32);
    let opened = kms.decrypt().ciphertext_blob(made.ciphertext_blob.unwrap()).encryption_context("stack", "a");
    assert_eq!(opened.send().await.unwrap().plaintext.unwrap().into_inner(), plaintext);
    assert_eq!(ask().number_of_bytes(5).send().await.unwrap().plaintext.unwrap().into_inner().len(), 5);
    assert_eq!(code(ask().send().await), "ValidationException");
    let hidden = kms.generate_data_key_without_plaintext().key_id(&id).key_spec(DataKeySpec::Aes128).send().await;
    let opened = kms.decrypt().ciphertext_blob(hidden.unwrap().ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(opened.plaintext.unwrap().into_inner().len(), 16);
}

#[tokio::test]
async fn keys_survive_another_process_and_stay_in_their_region() {
    let fixture = Fixture::new();
    let (id, _) = new_key(&Client::new(&fixture.sdk())).await;
    let blob = encrypt(&Client::new(&fixture.sdk()), &id, "hello").await;
    let again = fixture.again();
    assert_eq!(decrypt(&Client::new(&sdk(&again, "us-east-1")), &blob, "a").await.as_deref(), Ok("hello"));
    let ireland = Client::new(&sdk(&again, "eu-west-1"));
    assert_eq!(decrypt(&ireland, &blob, "a").await.unwrap_err(), "AccessDeniedException");
    assert_eq!(code(ireland.describe_key().key_id(&id).send().await), "NotFoundException");
}

#[tokio::test]
async fn a_disabled_key_does_nothing_until_it_is_enabled() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (id, _) = new_key(&kms).await;
    let blob = encrypt(&kms, &id, "hello").await;
    kms.disable_key().key_id(&id).send().await.unwrap();
    assert_eq!(decrypt(&kms, &blob, "a").await.unwrap_err(), "DisabledException");
    let refused = kms.generate_data_key().key_id(&id).key_spec(DataKeySpec::Aes256).send().await;
    assert_eq!(code(refused), "DisabledException");
    kms.enable_key().key_id(&id).send().await.unwrap();
    assert_eq!(decrypt(&kms, &blob, "a").await.as_deref(), Ok("hello"));
}

#[tokio::test]
async fn a_deletion_waits_and_can_be_called_off() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (id, _) = new_key(&kms).await;
    let blob = encrypt(&kms, &id, "hello").await;
    let soon = kms.schedule_key_deletion().key_id(&id).pending_window_in_days(3).send().await;
    assert_eq!(code(soon), "ValidationException");
    let scheduled = kms.schedule_key_deletion().key_id(&id).pending_window_in_days(7).send().await.unwrap();
    assert_eq!(scheduled.key_state(), Some(&KeyState::PendingDeletion));
    assert_eq!(decrypt(&kms, &blob, "a").await.unwrap_err(), "KMSInvalidStateException");
    assert_eq!(code(kms.enable_key().key_id(&id).send().await), "KMSInvalidStateException");
    kms.cancel_key_deletion().key_id(&id).send().await.unwrap();
    let found = kms.describe_key().key_id(&id).send().await.unwrap().key_metadata.unwrap();
    assert_eq!((found.key_state, found.deletion_date), (Some(KeyState::Disabled), None));
}

#[tokio::test]
async fn aliases_move_and_unknown_names_are_not_found() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let ((one, _), (two, _)) = (new_key(&kms).await, new_key(&kms).await);
    let create = |key: &str| kms.create_alias().alias_name("alias/a").target_key_id(key).send();
    create(&one).await.unwrap();
    assert_eq!(code(create(&two).await), "AlreadyExistsException");
    kms.update_alias().alias_name("alias/a").target_key_id(&two).send().await.unwrap();
    let found = kms.describe_key().key_id("alias/a").send().await.unwrap().key_metadata.unwrap();
    assert_eq!(found.key_id, two);
    kms.delete_alias().alias_name("alias/a").send().await.unwrap();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for name in ["alias/a", unknown, "nonsense", "arn:aws:kms:eu-west-1:123456789012:key/x"] {
        assert_eq!(code(kms.describe_key().key_id(name).send().await), "NotFoundException", "{name}");
    }
    // Calls that change a key do not take an alias.
    create(&one).await.unwrap();
    assert_eq!(code(kms.disable_key().key_id("alias/a").send().await), "NotFoundException");
}

#[tokio::test]
async fn tags_of_keys() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let tag = |name: &str| Tag::builder().tag_key(name).tag_value("v").build().unwrap();
    let made = kms.create_key().tags(tag("one")).send().await.unwrap().key_metadata.unwrap();
    kms.tag_resource().key_id(&made.key_id).tags(tag("two")).send().await.unwrap();
    kms.untag_resource().key_id(&made.key_id).tag_keys("one").send().await.unwrap();
    let tags = kms.list_resource_tags().key_id(&made.key_id).send().await.unwrap();
    assert_eq!(tags.tags().iter().map(|tag| tag.tag_key()).collect::<Vec<_>>(), ["two"]);
}

#[tokio::test]
async fn a_key_has_a_policy_and_can_be_rotated() {
    let fixture = Fixture::new();
    let kms = Client::new(&fixture.sdk());
    let (key, _) = new_key(&kms).await;
    let policy = async || kms.get_key_policy().key_id(&key).send().await.unwrap().policy.unwrap();
    assert!(policy().await.contains("arn:aws:iam::123456789012:root"));
    let own = r#"{"Version":"2012-10-17","Statement":[]}"#;
    kms.put_key_policy().key_id(&key).policy(own).send().await.unwrap();
    assert_eq!(policy().await, own);
    let refused = kms.put_key_policy().key_id(&key).policy("{}").send().await;
    assert_eq!(code(refused), "MalformedPolicyDocumentException");
    let rotated = async || kms.get_key_rotation_status().key_id(&key).send().await.unwrap().key_rotation_enabled;
    assert!(!rotated().await);
    kms.enable_key_rotation().key_id(&key).send().await.unwrap();
    assert!(rotated().await);
    kms.disable_key_rotation().key_id(&key).send().await.unwrap();
    assert!(!rotated().await);
}
