//! Real processes that race for one stack, and owners of locks that freeze.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ebbtide_engine::state::{Backend, StateError};

use crate::documents::{RUN, first, journal_entry, next, running};
use crate::world::{Location, With, World, owner};

const CHILD: &str = "EBB_TEST_RACER";
const PROCESSES: usize = 8;
const ROUNDS: usize = 6;

/// Starts this program as another process that plays one part on a folder.
fn child(part: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "races::plays_a_part", "--ignored", "--nocapture"])
        .env(CHILD, format!("{part} {}", folder.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part that the processes of other tests play"]
async fn plays_a_part() {
    let part = std::env::var(CHILD).expect("another test starts this one");
    let (part, folder) = part.split_once(' ').unwrap();
    let folder = Path::new(folder);
    match part {
        "local" => race(&World::open(folder, Location::Directory, With::Nothing)).await,
        "s3" => race(&World::open(folder, Location::Bucket, With::Nothing)).await,
        "frozen" => freeze(&World::open(folder, Location::Bucket, With::Nothing)).await,
        other => panic!("no part {other}"),
    }
}

/// Commits one serial after the other and prints each. Some owners of a lease lose it in between.
async fn race(world: &World) {
    let mut refused = 0;
    for round in 0..ROUNDS {
        let backend: Box<dyn Backend> = match world.location {
            Location::Directory => world.backend(),
            Location::Bucket => Box::new(world.s3().with_lease(1)),
        };
        let state = world.state_on(backend);
        let start = Instant::now();
        let mut writer = loop {
            match state.acquire(owner("racer@host")).await {
                Ok(writer) => break writer,
                Err(StateError::Locked { .. }) => refused += 1,
                // Other processes were faster again and again.
                Err(StateError::LeaseLost { .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
            assert!(start.elapsed() < Duration::from_secs(120), "the stack was never free");
            tokio::time::sleep(Duration::from_millis(5 + u64::from(std::process::id()) % 20)).await;
        };
        let recorded = writer.read().await.unwrap();
        if world.location == Location::Bucket && (round + std::process::id() as usize).is_multiple_of(4) {
            // Like a process that notices that it is too late.
            writer.lease().revoke("this test says so");
        }
        let document = recorded.map_or_else(first, |(document, _)| next(&document));
        match writer.commit(&document).await {
            Ok(()) => println!("committed {}", document.serial),
            Err(StateError::LeaseLost { .. } | StateError::Conflict { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        writer.release().await;
    }
    println!("refused {refused}");
}

/// Takes a short lease, reports so, and writes again once the other process reports that it was woken.
async fn freeze(world: &World) {
    let state = world.state_on(Box::new(world.s3().with_lease(2)));
    let mut writer = state.acquire(owner("frozen@host")).await.unwrap();
    let document = running(&first(), RUN);
    writer.commit(&document).await.unwrap();
    std::fs::write(world.path().join("ready"), "").unwrap();
    while !world.path().join("woken").exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for refused in [writer.append(&[journal_entry(RUN, 0)]).await, writer.commit(&next(&document)).await] {
        match refused {
            Err(error @ StateError::LeaseLost { .. }) => println!("refused: {error}"),
            other => println!("NOT REFUSED: {other:?}"),
        }
    }
}

async fn no_process_overwrites_another(location: Location, part: &str) {
    let world = World::new(location, With::Nothing).await;
    let racers: Vec<Child> = (0..PROCESSES).map(|_| child(part, world.path())).collect();
    let mut committed = Vec::new();
    let mut refused = 0;
    for racer in racers {
        let output = racer.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        let numbers = |word: &str| -> Vec<u64> {
            text.lines().filter_map(|line| line.strip_prefix(word)?.trim().parse().ok()).collect()
        };
        committed.extend(numbers("committed"));
        refused += numbers("refused").iter().sum::<u64>();
    }
    committed.sort_unstable();
    let last = world.state().read().await.unwrap().expect("there is state").0;
    assert_eq!(committed, (1..=last.serial).collect::<Vec<_>>(), "each serial was written once");
    assert_eq!(world.state().serials().await.unwrap(), committed);
    assert_eq!(last.resources.len() as u64, last.serial, "every commit continues the last one");
    assert!(refused > 0, "they did race");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_race_for_a_directory() {
    no_process_overwrites_another(Location::Directory, "local").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_race_for_a_bucket() {
    no_process_overwrites_another(Location::Bucket, "s3").await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_was_frozen_is_refused_when_it_wakes() {
    let world = World::new(Location::Bucket, With::Nothing).await;
    let frozen = child("frozen", world.path());
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, &frozen.id().to_string()]).status().unwrap().success());
    };
    while !world.path().join("ready").exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    signal("-STOP");
    let state = world.state();
    let start = Instant::now();
    let mut writer = loop {
        match state.acquire(owner("next@host")).await {
            Ok(writer) => break writer,
            Err(StateError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(200)).await,
            Err(error) => panic!("{error}"),
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the lease never ends");
    };
    assert!(start.elapsed() >= Duration::from_secs(2), "not before the lease is over");
    let (document, _) = writer.read().await.unwrap().unwrap();
    let taken_over = running(&next(&document), "run-2");
    writer.commit(&taken_over).await.unwrap();
    writer.append(&[journal_entry("run-2", 1)]).await.unwrap();
    std::fs::write(world.path().join("woken"), "").unwrap();
    signal("-CONT");
    let output = frozen.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text.matches("refused: ").count(), 2, "{text}");
    assert!(!text.contains("NOT REFUSED"), "{text}");
    let (document, lines) = world.state().read().await.unwrap().unwrap();
    assert_eq!((document, lines), (taken_over, vec![journal_entry("run-2", 1)]));
    writer.release().await;
}

/// The process freezes just after it checked its lease: the document's version refuses the write.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_checked_before_the_freeze_is_refused_by_the_document() {
    let world = World::new(Location::Bucket, With::Nothing).await;
    let (state, other) = (world.state(), world.state());
    let mut writer = state.acquire(owner("frozen@host")).await.unwrap();
    writer.commit(&first()).await.unwrap();
    // Meanwhile another process takes the lease and writes, and then the lease is as the first process left it.
    let lease = world.object("lease.json").await;
    let lock = world.backend().lock_info().await.unwrap().unwrap();
    world.backend().unlock(&lock).await.unwrap();
    let mut second = other.acquire(owner("second@host")).await.unwrap();
    let (document, _) = second.read().await.unwrap().unwrap();
    second.commit(&next(&document)).await.unwrap();
    world.put_object("lease.json", &lease).await;
    let ours = ebbtide::record::StateDocument { by: "frozen@host".into(), ..next(&document) };
    let error = writer.commit(&ours).await.unwrap_err();
    assert!(matches!(error, StateError::Conflict { .. }), "{error}");
    assert_eq!(world.state().read().await.unwrap().unwrap().0, next(&document));
}

/// The age of a lease is measured by S3. The clocks of owners are only shown.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_of_owners_do_not_matter() {
    let world = World::new(Location::Bucket, With::Nothing).await;
    let backend = world.s3().with_lease(1);
    for since in ["1990-01-01T00:00:00Z", "2090-01-01T00:00:00Z"] {
        let mut strange = owner("strange@host");
        strange.since = since.parse().unwrap();
        let session = backend.acquire(strange).await.unwrap();
        let error = backend.acquire(owner("next@host")).await.err().expect("it is locked");
        assert!(matches!(error, StateError::Locked { .. }), "{error}");
        drop(session);
        let start = Instant::now();
        while backend.lock_info().await.unwrap().is_some() {
            assert!(start.elapsed() < Duration::from_secs(30), "it never ends");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(start.elapsed() >= Duration::from_secs(1), "it ended at once");
    }
}
