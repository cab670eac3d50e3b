//! Ledgers of many segments: how much of one is read, and that the same comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ebbtide::cost::ledger::{BLOCK, Bill, Cause, Entry, Event, Part, Span, accrue, entries_in_force};
use ebbtide::cost::{Book, Pricing};
use ebbtide::resource::{Charge, Since};
use ebbtide_engine::sdk::BoxFuture;
use ebbtide_engine::state::{
    Backend, Ledger, LockInfo, LockOwner, ReadSegments, StateError, StateStore, Stored, StoredSegment, WriteSession,
};
use jiff::{SignedDuration, Timestamp};

use crate::cases::committed;
use crate::world::{KMS, Location, With, World, owner};

const LINEAGE: &str = "4711";
const HOLDS: SignedDuration = SignedDuration::from_mins(15);

/// A backend that counts the segments that are read.
struct Counting {
    inner: Box<dyn Backend>,
    reads: Arc<AtomicUsize>,
    listed: Arc<AtomicUsize>,
}

impl Backend for Counting {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn document(&self) -> BoxFuture<'_, Result<Option<Stored>, StateError>> {
        self.inner.document()
    }

    fn journal(&self) -> BoxFuture<'_, Result<Vec<u8>, StateError>> {
        self.inner.journal()
    }

    fn serials(&self) -> BoxFuture<'_, Result<Vec<u64>, StateError>> {
        self.inner.serials()
    }

    fn earlier(&self, serial: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        self.inner.earlier(serial)
    }

    fn index(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        self.inner.index()
    }

    fn segments(&self, after: u64) -> BoxFuture<'_, Result<Vec<StoredSegment>, StateError>> {
        Box::pin(async move {
            let listed = self.inner.segments(after).await?;
            self.listed.fetch_add(listed.len(), Ordering::SeqCst);
            Ok(listed)
        })
    }

    fn segment(&self, number: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.segment(number)
    }

    fn lock_info(&self) -> BoxFuture<'_, Result<Option<LockInfo>, StateError>> {
        self.inner.lock_info()
    }

    fn acquire(&self, holder: LockOwner) -> BoxFuture<'_, Result<Box<dyn WriteSession>, StateError>> {
        self.inner.acquire(holder)
    }

    fn unlock<'a>(&'a self, lock: &'a LockInfo) -> BoxFuture<'a, Result<(), StateError>> {
        self.inner.unlock(lock)
    }
}

/// Returns the instant of a segment: one every five minutes.
fn at(number: usize) -> Timestamp {
    let begin: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    begin + SignedDuration::from_mins(5 * i64::try_from(number).unwrap())
}

/// Returns the entry of a segment: bills at first, and counts after that.
fn entry(number: usize) -> Entry {
    let (gateway, endpoint) = ("ec2_nat_gateway.a".parse().unwrap(), "sagemaker_endpoint.a".parse().unwrap());
    let event = match number {
        1 => {
            let hours =
                Bill { charges: vec![Charge::by_begun_hour("vpc.nat.hour", 1.0, Since::Ready)], ..Bill::default() };
            let charges = vec![Charge::hourly("sagemaker.hosting.ml.g5.xlarge", 1.0).each("v", 2)];
            let fleet = Bill { charges, scaling: [("v".to_owned(), (1, 5))].into(), unknown: None };
            Event::Bills(BTreeMap::from([(gateway, Some(hours)), (endpoint, Some(fleet))]))
        }
        _ => {
            let seen = BTreeMap::from([("v".to_owned(), [1.0, 2.0, 4.0][number % 3])]);
            Event::Counts(BTreeMap::from([(endpoint, seen)]))
        }
    };
    Entry { at: at(number), cause: Cause::Observation, event }
}

/// Appends segments of a lineage.
async fn append(state: &StateStore, numbers: impl IntoIterator<Item = usize>) {
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    for number in numbers {
        let end = state.ledger_end(LINEAGE, None).await.unwrap();
        writer.append_to_ledger(LINEAGE, None, end, vec![entry(number)]).await.unwrap();
    }
    writer.release().await;
}

/// Returns a state that counts what it reads of the ledger.
fn counting(world: &World) -> (StateStore, Arc<AtomicUsize>) {
    let (state, reads, _) = counting_lists(world);
    (state, reads)
}

/// Returns a state that counts what it reads of the ledger, and what it lists.
fn counting_lists(world: &World) -> (StateStore, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (reads, listed) = (Arc::default(), Arc::default());
    let backend = Counting { inner: world.backend(), reads: Arc::clone(&reads), listed: Arc::clone(&listed) };
    (world.state_on(Box::new(backend)), reads, listed)
}

/// Checks that a ledger from an instant on comes to what all of it comes to.
async fn comes_to_the_same(state: &StateStore, ledger: Ledger, from: Timestamp, to: Timestamp) {
    let all = entries_in_force(state.ledger().await.unwrap(), LINEAGE);
    let book = Book::embedded();
    let pricing = Pricing::new(&book, "eu-west-1");
    let span = Span { from, to };
    let (some, all) = (accrue(&ledger.entries(LINEAGE), span, HOLDS, &pricing), accrue(&all, span, HOLDS, &pricing));
    assert_eq!(some, all);
    assert!(all.least().known() > 0.0, "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_late_times_reads_the_blocks_that_it_needs_and_few_more() {
    let world = World::new(Location::Directory, With::Nothing).await;
    committed(&world.state(), 1).await;
    let count = 16 * BLOCK + 20;
    append(&world.state(), 1..=count).await;
    let (state, reads) = counting(&world);
    let from = at(count - 100);
    let ledger = state.ledger_from(LINEAGE, from).await.unwrap();
    // The segments after the last block, and the first four blocks backwards.
    assert_eq!(reads.load(Ordering::SeqCst), 20 + 4);
    assert_eq!((ledger.since, ledger.before.len()), (Some(at(1)), 2), "{:?}", ledger.before);
    comes_to_the_same(&state, ledger, from, at(count + 50)).await;

    // All of it takes a block for each read.
    reads.store(0, Ordering::SeqCst);
    let ledger = state.ledger_from(LINEAGE, at(0)).await.unwrap();
    assert_eq!(reads.load(Ordering::SeqCst), 20 + 16);
    assert_eq!((ledger.since, ledger.segments.len(), ledger.before.len()), (Some(at(1)), count, 0));
    comes_to_the_same(&state, ledger, at(0), at(count)).await;
    // A lineage that has none of it.
    assert_eq!(state.ledger_from("other", at(0)).await.unwrap().entries("other"), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_that_was_not_written_is_read_segment_by_segment() {
    let world = World::new(Location::Directory, With::Nothing).await;
    committed(&world.state(), 1).await;
    append(&world.state(), 1..=BLOCK).await;
    // As an earlier version wrote it.
    let last = u64::try_from(BLOCK).unwrap();
    let bytes = world.backend().segment(last).await.unwrap().unwrap();
    let mut plain: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert!(plain.as_object_mut().unwrap().remove("block").is_some());
    let mut session = world.backend().acquire(owner("a@host")).await.unwrap();
    session.keep_segment(last, &serde_json::to_vec(&plain).unwrap()).await.unwrap();
    session.release().await;
    append(&world.state(), BLOCK + 1..=2 * BLOCK + 1).await;
    let (state, reads) = counting(&world);
    let ledger = state.ledger_from(LINEAGE, at(0)).await.unwrap();
    assert_eq!((reads.load(Ordering::SeqCst), ledger.segments.len()), (1 + 2 + BLOCK - 1, 2 * BLOCK + 1));
    // The next block knows what counts at its beginning all the same.
    reads.store(0, Ordering::SeqCst);
    let ledger = state.ledger_from(LINEAGE, at(2 * BLOCK)).await.unwrap();
    assert_eq!((reads.load(Ordering::SeqCst), ledger.since), (1 + 2, Some(at(1))));
    comes_to_the_same(&state, ledger, at(2 * BLOCK), at(3 * BLOCK)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_told_again_in_the_next_block_counts_once() {
    let world = World::new(Location::Directory, With::Nothing).await;
    let state = world.state();
    committed(&state, 1).await;
    append(&state, 1..BLOCK).await;
    let before = state.ledger_end(LINEAGE, None).await.unwrap();
    let tell = async |gone: usize| {
        let mut writer = state.acquire(owner("a@host")).await.unwrap();
        writer.read().await.unwrap();
        let bills = Event::Bills(BTreeMap::from([("sagemaker_endpoint.a".parse().unwrap(), None)]));
        let first = Entry { at: at(BLOCK), cause: Cause::Record, event: Event::Bills(BTreeMap::new()) };
        let entries = vec![first, Entry { at: at(gone), cause: Cause::Record, event: bills }];
        let (part, end) = (Part { run: "run".into(), serial: 1 }, before.clone());
        writer.append_to_ledger(LINEAGE, Some(part), end, entries).await.unwrap();
        writer.release().await;
    };
    tell(BLOCK + 1).await;
    tell(BLOCK + 40).await;
    append(&state, 2 * BLOCK..3 * BLOCK + 10).await;
    for from in [BLOCK + 10, BLOCK + 39, 2 * BLOCK] {
        let ledger = state.ledger_from(LINEAGE, at(from)).await.unwrap();
        comes_to_the_same(&state, ledger, at(from), at(4 * BLOCK)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_reads_a_segment_in_a_bucket_once() {
    let world = World::new(Location::Bucket, KMS).await;
    committed(&world.state(), 1).await;
    append(&world.state(), 1..=BLOCK + 3).await;
    let remembered = ReadSegments::default();
    let look = async |from: usize| {
        let (state, reads) = counting(&world);
        let ledger = state.remembering(&remembered).ledger_from(LINEAGE, at(from)).await;
        (ledger.map(|ledger| ledger.segments.len()), reads.load(Ordering::SeqCst))
    };
    let (seen, reads) = look(0).await;
    assert_eq!((seen.unwrap(), reads), (BLOCK + 3, 4));
    append(&world.state(), [BLOCK + 4]).await;
    let (seen, reads) = look(0).await;
    assert_eq!((seen.unwrap(), reads), (BLOCK + 4, 1), "only the new one is read");

    // One that was written again, as under a new key, is read again; one that is gone is missed.
    let bytes = world.backend().segment(2).await.unwrap().unwrap();
    let last = u64::try_from(BLOCK).unwrap();
    let mut session = world.backend().acquire(owner("a@host")).await.unwrap();
    session.keep_segment(last + 1, &bytes).await.unwrap();
    session.release().await;
    let (seen, reads) = look(0).await;
    assert!(matches!(seen, Err(StateError::DamagedLedger { .. })), "{seen:?}");
    assert_eq!(reads, 1);
    world.aws.s3().delete_object().bucket(crate::world::BUCKET).key(key_of(&world, last).await).send().await.unwrap();
    let error = look(0).await.0.unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(source.is_some_and(|source| source.contains("segment 64 of the ledger is missing")), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_lists_the_blocks_that_it_needs() {
    let world = World::new(Location::Bucket, With::Nothing).await;
    committed(&world.state(), 1).await;
    let count = 6 * BLOCK + 5;
    let remembered = ReadSegments::default();
    append(&world.state().remembering(&remembered), 1..=count).await;
    let look = async |from: usize| {
        let (state, reads, listed) = counting_lists(&world);
        let state = state.remembering(&remembered);
        let ledger = state.ledger_from(LINEAGE, at(from)).await.unwrap();
        let counted = (listed.load(Ordering::SeqCst), reads.load(Ordering::SeqCst));
        comes_to_the_same(&world.state(), ledger, at(from), at(count)).await;
        counted
    };
    assert_eq!(look(count - 10).await, (count, 5 + 4));
    assert_eq!(look(count - 10).await, (4 * BLOCK + 5, 0), "all segments of the four blocks that were read");
    assert_eq!(look(0).await, (4 * BLOCK + 5 + count, 2), "an earlier time needs the first two blocks too");

    // The end of the ledger is found from the last segment that was seen.
    let (state, reads, listed) = counting_lists(&world);
    let state = state.remembering(&remembered);
    assert_eq!(state.ledger_end(LINEAGE, None).await.unwrap().at, Some(at(count)));
    assert_eq!((listed.load(Ordering::SeqCst), reads.load(Ordering::SeqCst)), (1, 1));
    // Another lineage has none: all are looked at.
    assert_eq!(state.ledger_end("other", None).await.unwrap().at, None);
    assert_eq!(reads.load(Ordering::SeqCst), 1 + count);
    // A ledger that was restored from a backup ends earlier.
    for number in count - 2..=count {
        let key = key_of(&world, u64::try_from(number).unwrap()).await;
        world.aws.s3().delete_object().bucket(crate::world::BUCKET).key(key).send().await.unwrap();
    }
    assert_eq!(state.ledger_end(LINEAGE, None).await.unwrap().at, Some(at(count - 3)));
}

/// Returns the key of a segment's object.
async fn key_of(world: &World, number: u64) -> String {
    let listed = world.aws.s3().list_objects_v2().bucket(crate::world::BUCKET).send().await.unwrap();
    let mut keys = listed.contents().iter().filter_map(|object| object.key());
    keys.find(|key| key.ends_with(&format!("/ledger/{number:08}.json"))).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_with_entries_of_a_clock_that_was_ahead_come_to_what_all_segments_do() {
    let world = World::new(Location::Directory, With::Nothing).await;
    let state = world.state();
    committed(&state, 1).await;
    let count = 4 * BLOCK + 5;
    // Within a block, at its end, and at the beginning of another one.
    let ahead = [BLOCK / 2, 2 * BLOCK, 3 * BLOCK + 1];
    let mut writer = state.acquire(owner("a@host")).await.unwrap();
    writer.read().await.unwrap();
    for number in 1..=count {
        let end = state.ledger_end(LINEAGE, None).await.unwrap();
        let jump = if ahead.contains(&number) { 100 } else { 0 };
        let jumped = Entry { at: at(number + jump), ..entry(number) };
        writer.append_to_ledger(LINEAGE, None, end, vec![jumped]).await.unwrap();
    }
    writer.release().await;
    for from in [0, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, 3 * BLOCK + 1, 3 * BLOCK + 2, 4 * BLOCK] {
        let ledger = state.ledger_from(LINEAGE, at(from)).await.unwrap();
        assert!(ledger.clone().entries(LINEAGE).is_sorted_by_key(|entry| entry.at));
        comes_to_the_same(&state, ledger, at(from), at(count + 50)).await;
    }
}
