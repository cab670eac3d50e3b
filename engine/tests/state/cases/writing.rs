//! Documents: written completely, kept, never overwritten.

use ebbtide::record::{RunOutcome, StateDocument};
use ebbtide_engine::state::{Commit, SerialSummary, StateError, StateStore, Version};

use super::{committed, read};
use crate::documents::{RUN, first, next, record, running};
use crate::world::{With, World, owner};

pub async fn a_commit_is_read_back(world: &World) {
    let state = world.state();
    assert!(state.read().await.unwrap().is_none());
    let documents = committed(&state, 2).await;
    assert_eq!(read(world).await, documents[1]);
    let stored = world.document().await.unwrap();
    let shown = String::from_utf8_lossy(&stored).contains("ec2_vpc.main");
    assert_eq!(shown, world.with == With::Nothing, "encrypted text is unreadable, other text is readable");
}

pub async fn earlier_serials_stay_readable_byte_for_byte(world: &World) {
    let state = world.state();
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    let (mut document, mut stored) = (first(), Vec::new());
    for _ in 0..4 {
        writer.commit(&document).await.unwrap();
        stored.push(world.document().await.unwrap());
        document = next(&document);
    }
    writer.release().await;
    let backend = world.backend();
    for (serial, bytes) in (1..).zip(&stored[..3]) {
        assert_eq!(backend.earlier(serial).await.unwrap().as_ref(), Some(bytes), "serial {serial}");
    }
    assert_eq!(backend.earlier(4).await.unwrap(), None, "the committed document is not an earlier one");
}

pub async fn all_serials_are_listed_and_each_is_read(world: &World) {
    let none = world.state().at(1).await.unwrap_err();
    assert!(none.to_string().contains("nothing was ever committed"), "{none}");
    let documents = committed(&world.state(), 3).await;
    let state = world.state();
    assert_eq!(state.serials().await.unwrap(), [1, 2, 3]);
    for document in &documents {
        assert_eq!(state.at(document.serial).await.unwrap(), *document);
    }
    let error = state.at(9).await.unwrap_err();
    assert!(matches!(error, StateError::NoSuchSerial { serial: 9, .. }), "{error}");
    assert!(error.to_string().contains("from 1 to 3"), "{error}");
}

pub async fn inconsistent_documents_are_refused(world: &World) {
    let state = world.state();
    let document = committed(&state, 1).await.remove(0);
    let before = world.document().await;
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    let mut dangling = next(&document);
    dangling.resources.remove(&"ec2_vpc.main".parse().unwrap());
    let mut twice = next(&document);
    twice.resources.insert("ec2_vpc.other".parse().unwrap(), record("vpc-1", &[]));
    for (inconsistent, reason) in [(dangling, "depends on ec2_vpc.main"), (twice, "the same id vpc-1")] {
        let error = writer.commit(&inconsistent).await.unwrap_err();
        assert!(matches!(error, StateError::Inconsistent { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(world.document().await, before);
    }
    // A refusal ends nothing: a consistent document is written.
    writer.commit(&next(&document)).await.unwrap();
    writer.release().await;
}

pub async fn a_commit_replaces_only_the_version_it_names(world: &World) {
    committed(&world.state(), 1).await;
    let bytes = world.document().await;
    let state = world.state();
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    // Nothing was read, so the writer expects that there is nothing.
    let error = writer.commit(&first()).await.unwrap_err();
    assert!(matches!(error, StateError::Conflict { .. }), "{error}");
    writer.release().await;
    let backend = world.backend();
    let mut session = backend.acquire(owner("b@host")).await.unwrap();
    let version = Version("\"0123456789abcdef\"".into());
    let commit = Commit { bytes: b"{}", replaces: Some(&version), keep_as: Some(1) };
    let error = session.commit(commit).await.unwrap_err();
    assert!(matches!(error, StateError::Conflict { .. }), "{error}");
    session.release().await;
    assert_eq!(world.document().await, bytes);
}

pub async fn another_lineage_or_serial_is_never_overwritten(world: &World) {
    let state = world.state();
    let last = committed(&state, 2).await.remove(1);
    let before = world.document().await;
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    let another = StateDocument { lineage: "another".into(), ..next(&last) };
    for refused in [another, last.clone(), StateDocument { serial: 1, ..last.clone() }] {
        let error = writer.commit(&refused).await.unwrap_err();
        assert!(matches!(error, StateError::Conflict { .. }), "{error}");
        assert_eq!(world.document().await, before);
    }
    writer.commit(&next(&last)).await.unwrap();
    writer.release().await;
}

pub async fn a_document_replaced_by_hand_is_not_overwritten(world: &World) {
    let documents = committed(&world.state(), 2).await;
    let earlier = world.backend().earlier(1).await.unwrap().unwrap();
    let state = world.state();
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    // The previous serial is restored by hand while a writer is at work.
    world.put_document(&earlier).await;
    let error = writer.commit(&next(&documents[1])).await.unwrap_err();
    assert!(matches!(error, StateError::Conflict { .. }), "{error}");
    assert_eq!(world.document().await, Some(earlier));
    // A writer that reads again continues from there.
    let (document, _) = writer.read().await.unwrap().unwrap();
    assert_eq!(document, documents[0]);
    writer.commit(&next(&document)).await.unwrap();
    writer.release().await;
}

/// Returns the serials of the history, with the runs that their summaries say are open or over.
async fn summaries(state: &StateStore) -> Vec<(u64, Option<String>, Option<String>)> {
    let history = state.history().await.unwrap().expect("there is a history");
    let mut summaries = Vec::new();
    for serial in history.serials() {
        let summary = history.summary(*serial).await.unwrap();
        assert_eq!(summary, SerialSummary::of(&state.at(*serial).await.unwrap()), "serial {serial}");
        summaries.push((summary.serial, summary.run.map(|run| run.id), summary.ended.map(|ended| ended.id)));
    }
    summaries
}

pub async fn the_history_is_read_from_an_index(world: &World) {
    assert!(world.state().history().await.unwrap().is_none());
    let state = world.state();
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    let mut document = first();
    writer.commit(&document).await.unwrap();
    for run in ["run-1", "run-2"] {
        document = running(&next(&document), run);
        writer.commit(&document).await.unwrap();
        let ended = document.run.take().unwrap();
        document = next(&document);
        document.ended = Some(ended.ended(RunOutcome::Done, document.since, Default::default(), 0, 0));
        writer.commit(&document).await.unwrap();
    }
    writer.release().await;
    let text = |text: &str| Some(text.to_owned());
    let expected = [
        (5, None, text("run-2")),
        (4, text("run-2"), text("run-1")),
        (3, None, text("run-1")),
        (2, text("run-1"), None),
        (1, None, None),
    ];
    assert_eq!(summaries(&world.state()).await, expected);
    let index = world.backend().index().await.unwrap().expect("there is an index");
    let shown = String::from_utf8_lossy(&index).contains("run-1");
    assert_eq!(shown, world.with == With::Nothing, "the index is encrypted like the document");

    // Without the earlier documents, the index alone tells their history.
    let mut session = world.backend().acquire(owner("b@host")).await.unwrap();
    let kept = world.backend().earlier(3).await.unwrap().unwrap();
    session.keep(3, b"no document").await.unwrap();
    let history = state.history().await.unwrap().unwrap();
    assert_eq!(history.summary(3).await.unwrap().ended.map(|ended| ended.id), text("run-1"));
    session.keep(3, &kept).await.unwrap();

    // An index that is lost or damaged is made again from the documents.
    session.write_index(b"{\"format\":").await.unwrap();
    session.release().await;
    assert_eq!(summaries(&world.state()).await, expected);
    let state = world.state();
    let mut writer = state.acquire(owner("c@host")).await.unwrap();
    writer.read().await.unwrap();
    writer.commit(&next(&document)).await.unwrap();
    writer.release().await;
    let mut session = world.backend().acquire(owner("d@host")).await.unwrap();
    session.keep(3, b"no document").await.unwrap();
    session.release().await;
    let history = state.history().await.unwrap().unwrap();
    assert_eq!(history.serials(), [6, 5, 4, 3, 2, 1]);
    assert_eq!(history.summary(3).await.unwrap().ended.map(|ended| ended.id), text("run-1"));
}

pub async fn as_many_serials_are_kept_as_the_settings_say(world: &World) {
    let keeping = |kept| world.state().keeping(Some(kept));
    committed(&world.state(), 6).await;
    assert_eq!(world.state().serials().await.unwrap(), [1, 2, 3, 4, 5, 6]);
    let state = keeping(3);
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    let (document, _) = writer.read().await.unwrap().unwrap();
    // While a run is open, nothing is removed.
    let open = running(&next(&document), RUN);
    writer.commit(&open).await.unwrap();
    assert_eq!(state.serials().await.unwrap(), [1, 2, 3, 4, 5, 6, 7]);
    let mut over = next(&open);
    over.run = None;
    writer.commit(&over).await.unwrap();
    writer.release().await;
    assert_eq!(state.serials().await.unwrap(), [6, 7, 8]);
    assert_eq!(world.state().history().await.unwrap().unwrap().serials(), [8, 7, 6]);
    let error = state.at(2).await.unwrap_err();
    assert!(error.to_string().contains("from 6 to 8"), "{error}");
    // The present document is never removed.
    let state = keeping(1);
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    writer.commit(&next(&over)).await.unwrap();
    writer.release().await;
    assert_eq!(state.serials().await.unwrap(), [9]);
    assert_eq!(read(world).await.serial, 9);
}
