//! Encryption at rest: another key, no key, and a new key.

use ebbtide::record::StateDocument;
use ebbtide_engine::sdk::Hint as _;
use ebbtide_engine::state::{StateError, StateStore};

use super::committed;
use crate::documents::{RUN, journal_entry, next, running};
use crate::failing::{Cut, Failing, When};
use crate::world::{KMS, OTHER_KMS, OTHER_PASSPHRASE, PASSPHRASE, With, World, owner};

/// Returns the key that replaces this world's key.
fn successor(world: &World) -> With {
    match world.with {
        With::Nothing => PASSPHRASE,
        With::Passphrase(_) => OTHER_KMS,
        With::Kms(_) => With::Nothing,
    }
}

/// Returns another key of the same kind.
fn stranger(world: &World) -> With {
    match world.with {
        With::Nothing => With::Nothing,
        With::Passphrase(_) => OTHER_PASSPHRASE,
        With::Kms(_) => OTHER_KMS,
    }
}

impl World {
    fn with_keys(&self, current: With, previous: With) -> StateStore {
        self.state_with(self.backend(), current, previous)
    }
}

async fn all(state: &StateStore) -> Vec<StateDocument> {
    let mut documents = Vec::new();
    for serial in state.serials().await.unwrap() {
        documents.push(state.at(serial).await.unwrap());
    }
    documents
}

pub async fn rekeying_encrypts_every_serial_again(world: &World) {
    let documents = committed(&world.state(), 3).await;
    let successor = successor(world);
    let rotating = world.with_keys(successor, world.with);
    // During the rotation the previous key still decrypts, and new documents are encrypted with the present one.
    assert_eq!(all(&rotating).await, documents);
    assert_eq!(rotating.rekey(owner("a@host")).await.unwrap(), 4);
    let done = world.with_keys(successor, With::Nothing);
    let now = all(&done).await;
    assert_eq!(now[..3], documents);
    assert_eq!(now[3], StateDocument { serial: 4, ..documents[2].clone() });
    for serial in 1..=3 {
        let bytes = world.backend().earlier(serial).await.unwrap().unwrap();
        assert_eq!(bytes.starts_with(b"{\"sealed\":"), successor != With::Nothing);
    }
    // Again with the same key: other data keys, the same documents.
    let before = world.document().await;
    assert_eq!(done.rekey(owner("a@host")).await.unwrap(), 5);
    assert_ne!(world.document().await, before);
    assert_eq!(all(&world.with_keys(successor, With::Nothing)).await[..3], documents);
    // A run that is started after it reads the lines that it appended.
    let mut writer = done.acquire(owner("a@host")).await.unwrap();
    let (document, _) = writer.read().await.unwrap().unwrap();
    writer.commit(&running(&next(&document), RUN)).await.unwrap();
    writer.append(&[journal_entry(RUN, 5)]).await.unwrap();
    writer.release().await;
    let (_, lines) = world.with_keys(successor, With::Nothing).read().await.unwrap().unwrap();
    assert_eq!(lines, [journal_entry(RUN, 5)]);
    // The key changes while a run is open: its lines still belong to its document.
    let rotating = world.with_keys(stranger(world), successor);
    let mut writer = rotating.acquire(owner("a@host")).await.unwrap();
    assert_eq!(writer.read().await.unwrap().unwrap().1.len(), 1);
    writer.append(&[journal_entry(RUN, 6)]).await.unwrap();
    writer.release().await;
    let (_, lines) = world.with_keys(successor, With::Nothing).read().await.unwrap().unwrap();
    assert_eq!(lines, [journal_entry(RUN, 5), journal_entry(RUN, 6)]);
}

pub async fn a_wrong_or_missing_key_is_reported(world: &World) {
    committed(&world.state(), 2).await;
    let before = world.document().await;
    let other_kind = if world.with == KMS { PASSPHRASE } else { KMS };
    for key in [With::Nothing, other_kind] {
        let read = world.with_keys(key, With::Nothing).read().await;
        if world.with == With::Nothing {
            assert!(read.unwrap().is_some(), "a document that is not encrypted needs no key");
            continue;
        }
        let error = read.unwrap_err();
        assert!(matches!(error, StateError::NoKey { .. }), "{error}");
        assert!(error.hint().unwrap().contains("[state.encryption]"), "{error}");
    }
    match world.with {
        With::Nothing => {}
        With::Passphrase(_) => {
            let state = world.with_keys(OTHER_PASSPHRASE, With::Nothing);
            for error in [state.read().await.unwrap_err(), state.at(1).await.unwrap_err()] {
                assert!(matches!(error, StateError::WrongKey { .. }), "{error}");
                let text = error.to_string();
                assert!(
                    text.contains("the environment variable X does not open it") && !text.contains("horse"),
                    "{text}"
                );
            }
            let error = state.rekey(owner("a@host")).await.unwrap_err();
            assert!(matches!(error, StateError::WrongKey { .. }), "{error}");
        }
        With::Kms(alias) => {
            // KMS finds the key that decrypts by itself. That key must be allowed and enabled.
            world.with_keys(OTHER_KMS, With::Nothing).read().await.unwrap().unwrap();
            let kms = world.aws.kms();
            let id = kms.describe_key().key_id(alias).send().await.unwrap().key_metadata.unwrap().key_id;
            kms.disable_key().key_id(&id).send().await.unwrap();
            let error = world.state().read().await.unwrap_err();
            assert!(matches!(error, StateError::WrongKey { .. }), "{error}");
            assert!(error.to_string().contains(&id) && error.hint().unwrap().contains("is enabled"), "{error}");
            kms.enable_key().key_id(&id).send().await.unwrap();
            let elsewhere = StateStore::new(world.backend(), "test", "other", world.keys(world.with, With::Nothing));
            let error = elsewhere.read().await.unwrap_err();
            assert!(matches!(error, StateError::Damaged { .. }), "{error}");
        }
    }
    assert_eq!(world.document().await, before);
    assert!(world.state().read().await.unwrap().is_some());
}

pub async fn a_rekey_cut_off_anywhere_can_be_repeated(world: &World) {
    let (old, new) = (world.with, successor(world));
    // Deriving a key from a passphrase is slow by design: with one, one of the two ways is enough.
    let slow = [old, new].iter().any(|with| matches!(with, With::Passphrase(_)));
    let ways: &[When] = if slow { &[When::After] } else { &[When::Before, When::After] };
    let mut cut_off = 0;
    for when in ways {
        for at in 1.. {
            let world = World::new(world.location, old).await;
            let documents = committed(&world.state(), 2).await;
            let cut = Cut::new(at, *when);
            let failing = Box::new(Failing { inner: world.backend(), cut: cut.clone() });
            let done = world.state_with(failing, new, old).rekey(owner("a@host")).await;
            assert_eq!(done.is_err(), cut.failed(), "call {at}: {done:?}");
            let rotating = world.with_keys(new, old);
            assert_eq!(all(&rotating).await[..2], documents, "call {at}, {when:?}: nothing is lost in between");
            if done.is_err() {
                cut_off += 1;
                rotating.rekey(owner("a@host")).await.unwrap_or_else(|error| panic!("call {at}, {when:?}: {error}"));
            }
            let now = all(&world.with_keys(new, With::Nothing)).await;
            assert_eq!(now[..2], documents, "call {at}, {when:?}: the old key is not needed");
            if !cut.failed() {
                break;
            }
        }
    }
    assert!(cut_off >= 6, "{cut_off} calls were cut off");
}
