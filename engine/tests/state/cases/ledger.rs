//! The ledger: read back in order, diagnosed where it was changed, moved and encrypted again with the state.

use std::collections::BTreeMap;

use ebbtide::cost::ledger::{Bill, Cause, Entry, Event, Segment};
use ebbtide::resource::Charge;
use ebbtide_engine::state::{StateError, StateStore};

use super::committed;
use crate::world::{OTHER_KMS, OTHER_PASSPHRASE, PASSPHRASE, With, World, owner};

const LINEAGE: &str = "4711";

fn entry(hour: u32) -> Entry {
    let bill = Bill { charges: vec![Charge::hourly("vpc.nat.hour", f64::from(hour))], ..Bill::default() };
    let event = Event::Bills(BTreeMap::from([("ec2_nat_gateway.a".parse().unwrap(), Some(bill))]));
    Entry { at: format!("2026-11-21T{hour:02}:00:00Z").parse().unwrap(), cause: Cause::Observation, event }
}

/// Commits two serials and writes three segments, one of them by another process.
async fn written(state: &StateStore, other: &StateStore) -> Vec<Entry> {
    committed(state, 2).await;
    for (hour, state) in (1u32..).zip([state, other, state]) {
        let mut writer = state.acquire(owner("a@host")).await.unwrap();
        writer.read().await.unwrap();
        let end = state.ledger_end(LINEAGE, None).await.unwrap();
        let before = hour.checked_sub(1).filter(|before| *before > 0).map(|before| entry(before).at);
        assert_eq!((end.at, end.bills.len()), (before, usize::from(hour > 1)));
        writer.append_to_ledger(LINEAGE, None, end.clone(), vec![entry(hour)]).await.unwrap();
        writer.append_to_ledger(LINEAGE, None, end, Vec::new()).await.unwrap();
        writer.release().await;
    }
    [1, 2, 3].map(entry).to_vec()
}

async fn entries(state: &StateStore) -> Vec<Entry> {
    let segments: Vec<Segment> = state.ledger().await.unwrap();
    assert!(segments.iter().all(|segment| segment.lineage == LINEAGE));
    segments.into_iter().flat_map(|segment| segment.entries).collect()
}

pub async fn a_ledger_is_read_back_in_order(world: &World) {
    assert_eq!(world.state().ledger().await.unwrap(), []);
    let expected = written(&world.state(), &world.state()).await;
    assert_eq!(entries(&world.state()).await, expected);
    let backend = world.backend();
    let numbers: Vec<_> = backend.segments(0).await.unwrap().iter().map(|stored| stored.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let later: Vec<_> = backend.segments(2).await.unwrap().iter().map(|stored| stored.number).collect();
    assert_eq!(later, [3]);
    let stored = backend.segment(1).await.unwrap().unwrap();
    let shown = String::from_utf8_lossy(&stored).contains("vpc.nat.hour");
    assert_eq!(shown, world.with == With::Nothing, "encrypted text is unreadable, other text is readable");
    // State and its history are no part of the ledger.
    assert_eq!(world.state().serials().await.unwrap(), [1, 2]);
}

pub async fn a_changed_or_missing_segment_is_diagnosed(world: &World) {
    written(&world.state(), &world.state()).await;
    let [first, second] = [1, 2].map(|number| async move { world.backend().segment(number).await.unwrap().unwrap() });
    let (first, second) = (first.await, second.await);
    let put = async |number: u64, bytes: &[u8]| {
        let mut session = world.backend().acquire(owner("a@host")).await.unwrap();
        session.keep_segment(number, bytes).await.unwrap();
        session.release().await;
    };
    let refused = async |part: &str| {
        let error = world.state().ledger().await.unwrap_err();
        let said = format!("{error}: {:?}", std::error::Error::source(&error).map(ToString::to_string));
        assert!(matches!(error, StateError::DamagedLedger { .. }) && said.contains(part), "{said}");
    };
    // Another segment in the place of one.
    put(1, &second).await;
    refused(if world.with == With::Nothing { "says that it is number 2" } else { "was changed" }).await;
    put(1, b"{}").await;
    refused("segment 1").await;
    // A gap.
    put(1, &first).await;
    put(5, &second).await;
    refused("segment 4 of the ledger is missing").await;
}

pub async fn a_ledger_moves_with_its_state(world: &World) {
    let expected = written(&world.state(), &world.state()).await;
    let there = world.state_on(world.backend_in(world.other_location()));
    world.state().move_to(&there, owner("a@host")).await.unwrap();
    assert_eq!(entries(&world.state_on(world.backend_in(world.other_location()))).await, expected);
}

pub async fn a_ledger_is_encrypted_again_with_its_state(world: &World) {
    let expected = written(&world.state(), &world.state()).await;
    let now = match world.with {
        With::Nothing => PASSPHRASE,
        With::Passphrase(_) => OTHER_PASSPHRASE,
        With::Kms(_) => OTHER_KMS,
    };
    let before = world.backend().segment(2).await.unwrap();
    let rekeyed = world.state_with(world.backend(), now, world.with);
    rekeyed.rekey(owner("a@host")).await.unwrap();
    assert_ne!(world.backend().segment(2).await.unwrap(), before);
    assert_eq!(entries(&world.state_with(world.backend(), now, With::Nothing)).await, expected);
}
