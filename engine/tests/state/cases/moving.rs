//! Moving state to another location.

use ebbtide::record::StateDocument;
use ebbtide_engine::state::{StateError, StateStore};

use super::committed;
use crate::documents::{RUN, first, next, running};
use crate::failing::{Cut, Failing, When};
use crate::world::{With, World, owner};

impl World {
    fn there(&self) -> StateStore {
        self.state_on(self.backend_in(self.other_location()))
    }
}

async fn whole(state: &StateStore, documents: &[StateDocument]) {
    assert_eq!(state.read().await.unwrap().unwrap().0, *documents.last().unwrap());
    let serials: Vec<u64> = documents.iter().map(|document| document.serial).collect();
    assert_eq!(state.serials().await.unwrap(), serials);
    for document in documents {
        assert_eq!(state.at(document.serial).await.unwrap(), *document);
    }
}

pub async fn state_moves_there_and_back(world: &World) {
    let (here, there) = (world.state(), world.there());
    let mut documents = committed(&here, 3).await;
    assert_eq!(here.move_to(&there, owner("a@host")).await.unwrap(), 3);
    let error = here.read().await.unwrap_err();
    let StateError::Relocated { to, .. } = &error else { panic!("{error}") };
    assert_eq!(*to, there.location());
    let mut writer = there.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    documents.push(next(&documents[2]));
    writer.commit(&documents[3]).await.unwrap();
    writer.release().await;
    whole(&world.there(), &documents).await;
    // And back, over the note.
    assert_eq!(there.move_to(&here, owner("a@host")).await.unwrap(), 4);
    whole(&world.state(), &documents).await;
    let error = world.there().read().await.unwrap_err();
    assert!(matches!(error, StateError::Relocated { .. }), "{error}");
    // And there again.
    assert_eq!(here.move_to(&there, owner("a@host")).await.unwrap(), 4);
    whole(&world.there(), &documents).await;
}

pub async fn a_move_does_not_overwrite_other_state(world: &World) {
    let (here, there) = (world.state(), world.there());
    let error = here.move_to(&there, owner("a@host")).await.unwrap_err();
    assert!(error.to_string().contains("nothing to move"), "{error}");
    let (ours, theirs) = (committed(&here, 2).await, committed(&there, 2).await);
    let error = here.move_to(&there, owner("a@host")).await.unwrap_err();
    assert!(matches!(error, StateError::RelocationRefused { .. }), "{error}");
    assert!(error.to_string().contains("has other state already"), "{error}");
    whole(&world.state(), &ours).await;
    whole(&world.there(), &theirs).await;
    assert_eq!(world.backend().lock_info().await.unwrap(), None);
}

pub async fn an_open_run_is_not_moved(world: &World) {
    let (here, there) = (world.state(), world.there());
    let mut writer = here.acquire(owner("a@host")).await.unwrap();
    writer.commit(&running(&first(), RUN)).await.unwrap();
    writer.release().await;
    let error = here.move_to(&there, owner("a@host")).await.unwrap_err();
    assert!(error.to_string().contains("a run of `ebb apply` by test@host is not over"), "{error}");
    assert!(there.read().await.unwrap().is_none());
    let error = here.rekey(owner("a@host")).await.unwrap_err();
    assert!(error.to_string().contains("is not over"), "{error}");
}

pub async fn a_move_cut_off_anywhere_can_be_repeated(world: &World) {
    let mut documents = committed(&world.state(), 3).await;
    let locations = [world.location, world.other_location()];
    let mut moves = 0_usize;
    // Deriving a key from a passphrase is slow by design: with one, one of the two ways is enough.
    let ways: &[When] =
        if matches!(world.with, With::Passphrase(_)) { &[When::After] } else { &[When::Before, When::After] };
    for when in ways {
        for at in 1.. {
            let (from, to) = (locations[moves % 2], locations[(moves + 1) % 2]);
            let cut = Cut::new(at, *when);
            let failing = |location| Box::new(Failing { inner: world.backend_in(location), cut: cut.clone() });
            let (here, there) = (world.state_on(failing(from)), world.state_on(failing(to)));
            let moved = here.move_to(&there, owner("a@host")).await;
            assert_eq!(moved.is_err(), cut.failed(), "call {at}: {moved:?}");
            let (here, there) = (world.state_on(world.backend_in(from)), world.state_on(world.backend_in(to)));
            if moved.is_err() {
                match here.move_to(&there, owner("a@host")).await {
                    Ok(_) => {}
                    // The move was complete, and only the last answer was lost.
                    Err(StateError::Relocated { to, .. }) => assert_eq!(to, there.location()),
                    Err(error) => panic!("call {at}, {when:?}: {error}"),
                }
            }
            whole(&there, &documents).await;
            moves += 1;
            if !cut.failed() {
                break;
            }
            // Each move is of another document, as after some work.
            let mut writer = there.acquire(owner("a@host")).await.unwrap();
            writer.read().await.unwrap();
            documents.push(next(documents.last().unwrap()));
            if documents.len() > 4 {
                documents.pop();
            } else {
                writer.commit(documents.last().unwrap()).await.unwrap();
            }
            writer.release().await;
        }
    }
    assert!(moves > 8, "{moves} calls were cut off");
}
