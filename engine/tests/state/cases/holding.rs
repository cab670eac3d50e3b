//! Who may write: one at a time, by name.

use std::time::Duration;

use ebbtide_engine::state::{Backend, StateError};

use super::{committed, read};
use crate::documents::{RUN, next, progress, running};
use crate::world::{StateLocation, World, holder};

pub async fn a_second_writer_is_told_who_has_it(world: &World) {
    let (state, other) = (world.state(), world.state());
    assert_eq!(world.backend().held().await.unwrap(), None);
    let writer = state.acquire(holder("first@host")).await.unwrap();
    let error = other.acquire(holder("second@host")).await.err().expect("it is taken");
    let StateError::Locked { holder: named, .. } = &error else { panic!("{error}") };
    assert_eq!(**named, holder("first@host"));
    assert!(error.to_string().contains("first@host (`ebb apply`"), "{error}");
    let held = world.backend().held().await.unwrap().expect("it is held");
    assert_eq!(held.holder, holder("first@host"));
    // Reading needs no right.
    assert!(other.read().await.unwrap().is_none());
    writer.release().await;
    assert_eq!(world.backend().held().await.unwrap(), None);
    other.acquire(holder("second@host")).await.unwrap().release().await;
}

pub async fn what_is_dropped_is_free_in_time(world: &World) {
    let backend: Box<dyn Backend> = match world.place {
        StateLocation::Directory => Box::new(world.local()),
        StateLocation::Bucket => Box::new(world.s3().lease_of(1)),
    };
    drop(backend.acquire(holder("gone@host")).await.unwrap());
    for _ in 0..100 {
        match backend.acquire(holder("next@host")).await {
            Ok(session) => return session.release().await,
            Err(StateError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it is never free again");
}

pub async fn unlocking_takes_the_lease_from_its_holder(world: &World) {
    let (state, backend) = (world.state(), world.backend());
    let document = committed(&state, 1).await.remove(0);
    let mut writer = state.acquire(holder("first@host")).await.unwrap();
    writer.read().await.unwrap();
    let open = running(&next(&document), RUN);
    writer.commit(&open).await.unwrap();
    let held = backend.held().await.unwrap().expect("it is held");
    if world.place == StateLocation::Directory {
        let error = backend.unlock(&held).await.unwrap_err();
        assert!(error.to_string().contains("ends the lock when it ends"), "{error}");
        assert_eq!((held.renewed_ago, held.ends_after), (None, None));
        writer.commit(&next(&open)).await.unwrap();
        return writer.release().await;
    }
    let shown_before = ebbtide_engine::state::LockInfo { token: "another".into(), ..held.clone() };
    let error = backend.unlock(&shown_before).await.unwrap_err();
    assert!(matches!(error, StateError::NotUnlocked { .. }) && error.to_string().contains("look again"), "{error}");
    writer.append(&[progress(RUN, 0)]).await.unwrap();

    backend.unlock(&held).await.unwrap();
    assert_eq!(backend.held().await.unwrap(), None);
    let before = world.document().await;
    for refused in [writer.append(&[progress(RUN, 1)]).await, writer.commit(&next(&open)).await] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StateError::LeaseLost { .. }), "{error}");
        assert!(error.to_string().contains("ebb state unlock"), "{error}");
    }
    assert_eq!(world.document().await, before);
    assert_eq!(world.state().read().await.unwrap().unwrap().1.len(), 1);
    assert!(writer.lease().lost().is_some());
    let error = backend.unlock(&held).await.unwrap_err();
    assert!(matches!(error, StateError::NotUnlocked { .. }), "{error}");
    // What the old holder gives back is not the next one's.
    let other = world.state();
    let mut second = other.acquire(holder("second@host")).await.unwrap();
    writer.release().await;
    assert_eq!(backend.held().await.unwrap().expect("still held").holder.by, "second@host");
    second.read().await.unwrap();
    second.commit(&next(&open)).await.unwrap();
    second.release().await;
    assert_eq!(read(world).await.serial, open.serial + 1);
}
