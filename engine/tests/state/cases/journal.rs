//! The journal of an open run.

use ebbtide::record::JournalEntry;
use ebbtide_engine::state::{StateError, StateStore};

use crate::documents::{RUN, first, journal_entry, next, running};
use crate::world::{With, World, owner};

/// Opens a run and appends groups of lines.
async fn with_lines(state: &StateStore, groups: &[Vec<JournalEntry>]) {
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.commit(&running(&first(), RUN)).await.unwrap();
    for group in groups {
        writer.append(group).await.unwrap();
    }
    writer.release().await;
}

async fn read_operations(world: &World) -> Result<Vec<usize>, StateError> {
    let (_, journal) = world.state().read().await?.expect("there is state");
    Ok(journal.into_iter().map(|entry| entry.operation).collect())
}

/// Returns three groups of lines.
fn three() -> Vec<Vec<JournalEntry>> {
    vec![vec![journal_entry(RUN, 0)], vec![journal_entry(RUN, 1), journal_entry(RUN, 2)], vec![journal_entry(RUN, 3)]]
}

pub async fn lines_come_back_in_order(world: &World) {
    let groups: Vec<Vec<JournalEntry>> =
        (0..12).map(|at| vec![journal_entry(RUN, at * 2), journal_entry(RUN, at * 2 + 1)]).collect();
    with_lines(&world.state(), &groups).await;
    assert_eq!(read_operations(world).await.unwrap(), (0..24).collect::<Vec<_>>());
    let journal = world.backend().journal().await.unwrap();
    let shown = String::from_utf8_lossy(&journal).contains("operation");
    assert_eq!(shown, world.with == With::Nothing);
}

pub async fn only_lines_of_the_open_run_are_read(world: &World) {
    with_lines(&world.state(), &three()).await;
    let left = world.backend().journal().await.unwrap();
    let state = world.state();
    let mut writer = state.acquire(owner("b@host")).await.unwrap();
    let (document, _) = writer.read().await.unwrap().unwrap();
    writer.commit(&running(&next(&document), "run-2")).await.unwrap();
    writer.append(&[journal_entry("run-2", 7)]).await.unwrap();
    writer.release().await;
    // A crash left lines of an earlier run.
    world.change_journal(|now| [left, now].concat()).await;
    assert_eq!(read_operations(world).await.unwrap(), [7]);
}

pub async fn a_line_that_was_cut_off_is_dropped(world: &World) {
    with_lines(&world.state(), &three()).await;
    world.change_journal(|bytes| bytes[..bytes.len() - 9].to_vec()).await;
    assert_eq!(read_operations(world).await.unwrap(), [0, 1, 2]);
    // A writer that continues after a crash appends a new line, not the rest of the incomplete one.
    let state = world.state();
    let mut writer = state.acquire(owner("b@host")).await.unwrap();
    writer.read().await.unwrap();
    if world.location == crate::world::Location::Directory {
        writer.append(&[journal_entry(RUN, 4)]).await.unwrap();
        assert_eq!(read_operations(world).await.unwrap(), [0, 1, 2, 4]);
    }
    writer.release().await;
}

pub async fn a_damaged_line_is_diagnosed(world: &World) {
    with_lines(&world.state(), &three()).await;
    let damage = |mut bytes: Vec<u8>| {
        let at = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 30;
        bytes[at] = if bytes[at] == b'#' { b'%' } else { b'#' };
        bytes
    };
    world.change_journal(damage).await;
    let before = (world.document().await, world.backend().journal().await.unwrap());
    let error = read_operations(world).await.unwrap_err();
    assert!(matches!(error, StateError::DamagedJournal { .. }), "{error}");
    assert!(error.to_string().contains("the journal of") && error.to_string().contains("line 2"), "{error}");
    assert_eq!((world.document().await, world.backend().journal().await.unwrap()), before);
}

pub async fn a_commit_ends_the_journal(world: &World) {
    with_lines(&world.state(), &three()).await;
    let state = world.state();
    let mut writer = state.acquire(owner("b@host")).await.unwrap();
    let (document, journal) = writer.read().await.unwrap().unwrap();
    assert_eq!(journal.len(), 4);
    writer.commit(&next(&document)).await.unwrap();
    assert_eq!(
        read_operations(world).await.unwrap(),
        [0_usize; 0],
        "the same run, but its progress is in the document now"
    );
    assert!(world.backend().journal().await.unwrap().is_empty());
    writer.release().await;
    assert_eq!(committed_serial(world).await, 2);
}

async fn committed_serial(world: &World) -> u64 {
    world.state().read().await.unwrap().unwrap().0.serial
}
