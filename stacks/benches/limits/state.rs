//! The cost of state: a line of the journal, and a document of ten thousand resources.

use std::path::Path;
use std::time::Instant;

use ebbtide::record::{JournalEntry, JournalEvent, StateDocument};
use ebbtide_engine::state::{Key, Keys, LocalBackend, LockOwner, Passphrase, StateStore};
use serde_json::json;

use crate::graph::document;
use crate::report::{Report, median};

/// The number of resources in the document.
const RESOURCES: usize = 10_000;
/// The number of operations that end at about the same time, so that one write makes them all durable: as many as are
/// in flight in a large stack.
const GROUP: usize = 64;

pub fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a folder");
    let document = document(RESOURCES);
    for (name, passphrase) in [("", None), (", encrypted", Some("correct horse battery staple"))] {
        let state = state(folder.path(), passphrase);
        let mut written = Vec::new();
        let mut appended = Vec::new();
        let mut alone = Vec::new();
        block_on(async {
            let mut writer = state.acquire(owner(&document)).await.expect("the lock is free");
            writer.read().await.expect("state is read");
            let serial = |nth: u64| StateDocument { serial: nth, ..document.clone() };
            let first = state.read().await.expect("state is read").map_or(0, |(document, _)| document.serial);
            for nth in 1..=10 {
                let document = serial(first + nth);
                let begun = Instant::now();
                writer.commit(&document).await.expect("state is written");
                written.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
            for nth in 0..60 {
                let entries: Vec<JournalEntry> = (0..GROUP).map(|at| entry(nth * GROUP + at)).collect();
                let begun = Instant::now();
                writer.append(&entries).await.expect("the journal is written");
                appended.push(begun.elapsed().as_secs_f64() * 1e6 / GROUP as f64);
                let begun = Instant::now();
                writer.append(&entries[..1]).await.expect("the journal is written");
                alone.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            writer.release().await;
        });
        let size =
            std::fs::metadata(folder.path().join("bench/layers.json")).map(|file| file.len()).unwrap_or_default();
        report.limit(&format!("state of 10,000 resources{name}: size"), size as f64 / 1e6, 12.0, "MB");
        let (written, floor) = (median(written), floor(folder.path(), &document));
        report.note(
            &format!("state of 10,000 resources{name}: checked, written and synced"),
            &format!("{written:.1} ms (floor {floor:.1} ms)"),
        );
        report.limit(&format!("the same{name}, against the floor"), written / floor, 4.0, "×");
        report.limit(&format!("journal, an operation of {GROUP} at a time{name}"), median(appended), 100.0, "µs");
        report.note(&format!("journal, an operation alone{name}"), &format!("{:.0} µs", median(alone)));
    }
}

fn state(folder: &Path, passphrase: Option<&str>) -> StateStore {
    let key = passphrase.map(|text| {
        let text = zeroize::Zeroizing::new(text.to_owned());
        Key::Passphrase(Passphrase::new(text, "the benchmark").expect("it is long enough"))
    });
    StateStore::new(Box::new(LocalBackend::new(folder, "bench", "layers")), "bench", "layers", Keys::new(key, None))
}

fn owner(document: &StateDocument) -> LockOwner {
    LockOwner { by: "bench".into(), process: 0, command: "bench".into(), since: document.since }
}

/// Returns an entry as the executor writes it when a resource is ready.
fn entry(operation: usize) -> JournalEntry {
    let event = JournalEvent::Ready {
        id: format!("vpce-{operation:017x}"),
        inputs: json!({
            "vpc": "vpc-0123456789abcdef0", "service": "s3", "access": "gateway", "private_dns": false, "policy": null,
            "route_tables": ["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"], "subnets": [], "security_groups": [],
            "tags": {"Project": "bench"},
        }),
        outputs: json!({"vpc_endpoint_id": format!("vpce-{operation:017x}"), "dns_name": "", "prefix_list_id": ""}),
    };
    JournalEntry { run: "0123456789abcdef0123456789abcdef".into(), operation, event, took: Some(1234), at: None }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Returns the time that this machine needs to write and sync such a document as a file, in milliseconds.
fn floor(folder: &Path, document: &StateDocument) -> f64 {
    let once = || {
        let start = Instant::now();
        let bytes = serde_json::to_vec(document).expect("a document is data");
        let mut file = std::fs::File::create(folder.join("floor.json")).expect("the file is made");
        std::io::Write::write_all(&mut file, &bytes).expect("the file is written");
        file.sync_all().expect("the file is synced");
        start.elapsed().as_secs_f64() * 1000.0
    };
    median((0..10).map(|_| once()).collect())
}
