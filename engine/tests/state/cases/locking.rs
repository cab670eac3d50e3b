//! Locks: one writer at a time, known by name.

use std::time::Duration;

use ebbtide_engine::sdk::Hint as _;
use ebbtide_engine::state::{Backend, LockInfo, StateError};

use super::{committed, read};
use crate::documents::{RUN, journal_entry, next, running};
use crate::world::{Location, World, owner};

pub async fn a_second_writer_learns_the_owner_of_the_lock(world: &World) {
    let (state, other) = (world.state(), world.state());
    assert_eq!(world.backend().lock_info().await.unwrap(), None);
    let writer = state.acquire(owner("first@host")).await.unwrap();
    let error = other.acquire(owner("second@host")).await.err().expect("it is locked");
    let StateError::Locked { lock, .. } = &error else { panic!("{error}") };
    assert_eq!(lock.owner, owner("first@host"));
    assert!(error.to_string().contains("first@host (`ebb apply`"), "{error}");
    let lock = world.backend().lock_info().await.unwrap().expect("it is locked");
    assert_eq!(lock.owner, owner("first@host"));
    // Reading needs no lock.
    assert!(other.read().await.unwrap().is_none());
    writer.release().await;
    assert_eq!(world.backend().lock_info().await.unwrap(), None);
    other.acquire(owner("second@host")).await.unwrap().release().await;
}

pub async fn a_dropped_session_ends_in_time(world: &World) {
    let backend: Box<dyn Backend> = match world.location {
        Location::Directory => Box::new(world.local()),
        Location::Bucket => Box::new(world.s3().with_lease(1)),
    };
    drop(backend.acquire(owner("gone@host")).await.unwrap());
    for _ in 0..100 {
        match backend.acquire(owner("next@host")).await {
            Ok(session) => return session.release().await,
            Err(StateError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it never ends");
}

pub async fn unlocking_ends_the_lease_of_its_owner(world: &World) {
    let (state, backend) = (world.state(), world.backend());
    let document = committed(&state, 1).await.remove(0);
    let mut writer = state.acquire(owner("first@host")).await.unwrap();
    writer.read().await.unwrap();
    let open = running(&next(&document), RUN);
    writer.commit(&open).await.unwrap();
    let lock = backend.lock_info().await.unwrap().expect("it is locked");
    if world.location == Location::Directory {
        let error = backend.unlock(&lock).await.unwrap_err();
        assert!(error.to_string().contains("ends the lock when it ends"), "{error}");
        assert_eq!((lock.renewed_ago, lock.ends_after), (None, None));
        writer.commit(&next(&open)).await.unwrap();
        return writer.release().await;
    }
    let shown_before = LockInfo { token: "another".into(), ..lock.clone() };
    let error = backend.unlock(&shown_before).await.unwrap_err();
    assert!(matches!(error, StateError::NotUnlocked { .. }), "{error}");
    assert!(error.hint().unwrap().contains("look again"), "{error}");
    writer.append(&[journal_entry(RUN, 0)]).await.unwrap();

    backend.unlock(&lock).await.unwrap();
    assert_eq!(backend.lock_info().await.unwrap(), None);
    let before = world.document().await;
    for refused in [writer.append(&[journal_entry(RUN, 1)]).await, writer.commit(&next(&open)).await] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StateError::LeaseLost { .. }), "{error}");
        assert!(error.to_string().contains("ebb state unlock"), "{error}");
    }
    assert_eq!(world.document().await, before);
    assert_eq!(world.state().read().await.unwrap().unwrap().1.len(), 1);
    assert!(writer.lease().expired().is_some());
    let error = backend.unlock(&lock).await.unwrap_err();
    assert!(matches!(error, StateError::NotUnlocked { .. }), "{error}");
    // Releasing an ended lease does not release the next owner's.
    let other = world.state();
    let mut second = other.acquire(owner("second@host")).await.unwrap();
    writer.release().await;
    assert_eq!(backend.lock_info().await.unwrap().expect("it is still locked").owner.by, "second@host");
    second.read().await.unwrap();
    second.commit(&next(&open)).await.unwrap();
    second.release().await;
    assert_eq!(read(world).await.serial, open.serial + 1);
}

pub async fn unlocking_lets_the_next_command_look_for_every_creation(world: &World) {
    let (state, backend) = (world.state(), world.backend());
    let document = committed(&state, 1).await.remove(0);
    let mut writer = state.acquire(owner("first@host")).await.unwrap();
    writer.read().await.unwrap();
    writer.commit(&running(&next(&document), RUN)).await.unwrap();
    if world.location == Location::Directory {
        return writer.release().await;
    }
    let lock = backend.lock_info().await.unwrap().expect("it is locked");
    state.unlock(&lock, owner("second@host")).await.unwrap();
    let open = read(world).await;
    assert_eq!(open.serial, document.serial + 2);
    // The journal, which recorded the starts of creations, ended with the commit.
    assert!(!open.run.expect("the run stays open").tells_begun);
}
