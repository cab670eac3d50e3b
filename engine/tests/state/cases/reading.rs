//! Stored bytes that are not as expected: diagnosed, and left as they are.

use ebbtide::record::STATE_FORMAT;
use ebbtide_engine::state::StateError;
use serde_json::{Value, json};

use super::committed;
use crate::documents::{first, next};
use crate::world::{World, owner};

/// Returns the JSON of a committed document.
async fn plain(world: &World) -> Value {
    committed(&world.state(), 1).await;
    serde_json::to_value(super::read(world).await).unwrap()
}

async fn diagnosed(world: &World, bytes: &[u8], check: impl Fn(&StateError) -> bool) {
    world.put_document(bytes).await;
    let state = world.state();
    let error = state.read().await.unwrap_err();
    assert!(check(&error), "{error}: {error:?}");
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    let error = writer.read().await.unwrap_err();
    assert!(check(&error), "{error}");
    let error = writer.commit(&next(&first())).await.unwrap_err();
    assert!(matches!(error, StateError::Conflict { .. }), "{error}");
    writer.release().await;
    assert_eq!(world.document().await.as_deref(), Some(bytes), "byte for byte as it was");
}

pub async fn bytes_that_are_no_document_are_diagnosed(world: &World) {
    let good = plain(world).await;
    let stored = world.document().await.unwrap();
    let with = |field: &str, value: Value| {
        let mut document = good.clone();
        document[field] = value;
        document.to_string().into_bytes()
    };
    let damaged = |error: &StateError| matches!(error, StateError::Damaged { .. });
    diagnosed(world, &stored[..stored.len() - 3], damaged).await;
    diagnosed(world, b"", damaged).await;
    diagnosed(world, b"not JSON", damaged).await;
    diagnosed(world, &with("format", json!(0)), damaged).await;
    diagnosed(world, &with("resources", json!(7)), damaged).await;
    let newer = |error: &StateError| matches!(error, StateError::NewerFormat { found, .. } if *found == u64::from(STATE_FORMAT) + 1);
    diagnosed(world, &with("format", json!(STATE_FORMAT + 1)), newer).await;
    let mut scope = good["scope"].clone();
    scope["stack"] = json!("another");
    let foreign = |error: &StateError| matches!(error, StateError::WrongStack { .. });
    diagnosed(world, &with("scope", scope), foreign).await;
    let moved = json!({"format": STATE_FORMAT, "moved_to": "s3://elsewhere"}).to_string();
    diagnosed(world, moved.as_bytes(), |error| matches!(error, StateError::Relocated { .. })).await;
    // One changed byte in an encrypted document.
    if good.to_string().as_bytes() != stored {
        let mut changed = stored.clone();
        *changed.last_mut().unwrap() ^= 1;
        diagnosed(world, &changed, damaged).await;
    }
    world.put_document(&stored).await;
    assert_eq!(serde_json::to_value(super::read(world).await).unwrap(), good, "put back, it is read again");
}

pub async fn an_older_format_is_migrated(world: &World) {
    let mut old = plain(world).await;
    old["format"] = json!(1);
    let bytes = old.to_string().into_bytes();
    world.put_document(&bytes).await;
    let state = world.state();
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    let (document, _) = writer.read().await.unwrap().unwrap();
    assert_eq!((document.format, document.serial), (STATE_FORMAT, 1));
    assert_eq!(world.document().await, Some(bytes.clone()), "reading writes nothing");
    writer.commit(&next(&document)).await.unwrap();
    writer.release().await;
    assert_eq!(world.backend().earlier(1).await.unwrap(), Some(bytes), "the old one is kept as it was");
    assert_eq!(world.state().at(1).await.unwrap(), document);
}

pub async fn a_document_that_contradicts_itself_is_diagnosed(world: &World) {
    let good = plain(world).await;
    let with = |address: &str, entry: Value| {
        let mut document = good.clone();
        document["resources"][address] = entry;
        document.to_string().into_bytes()
    };
    let mut dangling = good["resources"]["ec2_vpc.main"].clone();
    dangling["id"] = json!("subnet-1");
    dangling["depends_on"] = json!(["ec2_vpc.gone"]);
    let says = |words: &'static str| move |error: &StateError| matches!(error, StateError::Contradictory { contradictions, .. } if contradictions.contains(words));
    diagnosed(world, &with("ec2_subnet.a", dangling), says("ec2_vpc.gone, which is not recorded")).await;
    let twice = good["resources"]["ec2_vpc.main"].clone();
    diagnosed(world, &with("ec2_vpc.other", twice), says("the same id")).await;
}
