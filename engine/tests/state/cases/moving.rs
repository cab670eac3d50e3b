//! StateStore in another place.

use ebbtide::record::StateDocument;
use ebbtide_engine::state::{StateError, StateStore};

use super::committed;
use crate::documents::{RUN, first, next, running};
use crate::failing::{Cut, Failing, When};
use crate::world::{With, World, holder};

impl World {
    fn there(&self) -> StateStore {
        self.state_on(self.backend_in(self.other_place()))
    }
}

async fn whole(state: &StateStore, snapshots: &[StateDocument]) {
    assert_eq!(state.read().await.unwrap().unwrap().0, *snapshots.last().unwrap());
    let serials: Vec<u64> = snapshots.iter().map(|document| document.serial).collect();
    assert_eq!(state.serials().await.unwrap(), serials);
    for document in snapshots {
        assert_eq!(state.at(document.serial).await.unwrap(), *document);
    }
}

pub async fn state_moves_there_and_back(world: &World) {
    let (here, there) = (world.state(), world.there());
    let mut snapshots = committed(&here, 3).await;
    assert_eq!(here.move_to(&there, holder("a@host")).await.unwrap(), 3);
    let error = here.read().await.unwrap_err();
    let StateError::Relocated { to, .. } = &error else { panic!("{error}") };
    assert_eq!(*to, there.place());
    let mut writer = there.acquire(holder("a@host")).await.unwrap();
    writer.read().await.unwrap();
    snapshots.push(next(&snapshots[2]));
    writer.commit(&snapshots[3]).await.unwrap();
    writer.release().await;
    whole(&world.there(), &snapshots).await;
    // And back, over the note that was left.
    assert_eq!(there.move_to(&here, holder("a@host")).await.unwrap(), 4);
    whole(&world.state(), &snapshots).await;
    let error = world.there().read().await.unwrap_err();
    assert!(matches!(error, StateError::Relocated { .. }), "{error}");
    // And there again.
    assert_eq!(here.move_to(&there, holder("a@host")).await.unwrap(), 4);
    whole(&world.there(), &snapshots).await;
}

pub async fn what_is_there_is_not_moved_over(world: &World) {
    let (here, there) = (world.state(), world.there());
    let error = here.move_to(&there, holder("a@host")).await.unwrap_err();
    assert!(error.to_string().contains("nothing to move"), "{error}");
    let (ours, theirs) = (committed(&here, 2).await, committed(&there, 2).await);
    let error = here.move_to(&there, holder("a@host")).await.unwrap_err();
    assert!(matches!(error, StateError::RelocationRefused { .. }), "{error}");
    assert!(error.to_string().contains("has other state already"), "{error}");
    whole(&world.state(), &ours).await;
    whole(&world.there(), &theirs).await;
    assert_eq!(world.backend().held().await.unwrap(), None);
}

pub async fn an_open_run_is_not_moved(world: &World) {
    let (here, there) = (world.state(), world.there());
    let mut writer = here.acquire(holder("a@host")).await.unwrap();
    writer.commit(&running(&first(), RUN)).await.unwrap();
    writer.release().await;
    let error = here.move_to(&there, holder("a@host")).await.unwrap_err();
    assert!(error.to_string().contains("a run of `ebb apply` by test@host is not over"), "{error}");
    assert!(there.read().await.unwrap().is_none());
    let error = here.rekey(holder("a@host")).await.unwrap_err();
    assert!(error.to_string().contains("is not over"), "{error}");
}

pub async fn a_move_cut_off_anywhere_can_be_repeated(world: &World) {
    let mut snapshots = committed(&world.state(), 3).await;
    let places = [world.place, world.other_place()];
    let mut moves = 0_usize;
    // Deriving a key from a passphrase is meant to be slow: there, one of the two is enough.
    let ways: &[When] =
        if matches!(world.with, With::Passphrase(_)) { &[When::After] } else { &[When::Before, When::After] };
    for when in ways {
        for at in 1.. {
            let (from, to) = (places[moves % 2], places[(moves + 1) % 2]);
            let cut = Cut::new(at, *when);
            let failing = |place| Box::new(Failing { inner: world.backend_in(place), cut: cut.clone() });
            let (here, there) = (world.state_on(failing(from)), world.state_on(failing(to)));
            let moved = here.move_to(&there, holder("a@host")).await;
            assert_eq!(moved.is_err(), cut.failed(), "call {at}: {moved:?}");
            let (here, there) = (world.state_on(world.backend_in(from)), world.state_on(world.backend_in(to)));
            if moved.is_err() {
                match here.move_to(&there, holder("a@host")).await {
                    Ok(_) => {}
                    // All was done, only the last answer was lost.
                    Err(StateError::Relocated { to, .. }) => assert_eq!(to, there.place()),
                    Err(error) => panic!("call {at}, {when:?}: {error}"),
                }
            }
            whole(&there, &snapshots).await;
            moves += 1;
            if !cut.failed() {
                break;
            }
            // Each move is one of a document of its own, as after some work.
            let mut writer = there.acquire(holder("a@host")).await.unwrap();
            writer.read().await.unwrap();
            snapshots.push(next(snapshots.last().unwrap()));
            if snapshots.len() > 4 {
                snapshots.pop();
            } else {
                writer.commit(snapshots.last().unwrap()).await.unwrap();
            }
            writer.release().await;
        }
    }
    assert!(moves > 8, "{moves} calls were cut off");
}
