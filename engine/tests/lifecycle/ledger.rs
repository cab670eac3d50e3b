//! The ledger: what runs and changes of the record write into it, also when they are cut off.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use ebbtide::cost::ledger::{Cause, Event as LedgerEvent, Segment, Span};
use ebbtide::cost::{Book, Pricing};
use ebbtide::plan::Target;
use ebbtide::resource::Address;
use ebbtide::stack::Declarations;
use ebbtide_engine::apply::{Event, Spending, keep_edited_record, note_instances, spending};
use ebbtide_engine::providers::providers;
use ebbtide_engine::state::LockOwner;
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{Project, network, network_named, ticking};
use crate::named_scaling::scaled;

/// A resource that is billed by the second.
const IP: &str = "ec2_elastic_ip.main-nat-a";
/// The dollars of an hour of it in eu-west-1.
const IP_HOUR: f64 = 0.005;

fn ticking_project() -> Project {
    ticking_with(network("10.0.0.0/16"))
}

fn ticking_with(declarations: Declarations) -> Project {
    let mut project = Project::new(declarations);
    project.ticking = true;
    project
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn owner() -> LockOwner {
    LockOwner { by: "test@host".into(), process: 1, command: "tick".into(), since: ticking() }
}

async fn spent(project: &Project) -> Spending {
    let book = Book::embedded();
    let span = Span { from: "2025-12-01T00:00:00Z".parse().unwrap(), to: Timestamp::MAX };
    let pricing = Pricing::new(&book, "eu-west-1");
    spending(&project.state(), providers().kinds(), &pricing, span, ticking()).await.unwrap().unwrap()
}

/// Returns the hours that the ledger has of the address.
async fn ip_hours(project: &Project) -> f64 {
    let accrued = spent(project).await.accrued;
    let Some(ip) = accrued.resources.get(&address(IP)) else { return 0.0 };
    assert_eq!(ip.low, ip.high);
    ip.low.usd.unwrap() / IP_HOUR
}

async fn segments(project: &Project) -> Vec<Segment> {
    project.state().ledger().await.unwrap()
}

fn hours(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 3600.0
}

/// Runs a command, and returns when the operation on the address began and ended.
async fn run(project: &Project, target: Target) -> (Timestamp, Timestamp) {
    let heard = Mutex::new(Vec::new());
    project
        .run_heard(target, &|event| match event {
            Event::OperationStarted { address, .. } | Event::OperationDone { address, .. } => {
                heard.lock().unwrap().push((address, ticking()));
            }
            Event::LedgerFailed { error } => panic!("{error}"),
            _ => {}
        })
        .await;
    let heard = heard.into_inner().unwrap();
    let times: Vec<_> = heard.into_iter().filter(|(of, _)| of.to_string() == IP).map(|(_, at)| at).collect();
    (times[0], times[1])
}

fn within(hours: f64, (least, most): (f64, f64)) {
    assert!(least < most && least <= hours && hours <= most + 1e-9, "{least} <= {hours} <= {most}");
}

async fn pass(hours: u64) {
    tokio::time::sleep(Duration::from_secs(hours)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_has_the_time_that_an_address_existed_through_a_whole_life() {
    let project = ticking_project();
    let created = run(&project, Target::Running).await;
    pass(1).await;
    let paused = run(&project, Target::Paused).await;
    let first = (hours(created.1, paused.0), hours(created.0, paused.1));
    within(ip_hours(&project).await, first);
    pass(1).await;
    within(ip_hours(&project).await, first);
    let resumed = run(&project, Target::Running).await;
    pass(1).await;
    let destroyed = run(&project, Target::Destroyed).await;
    let second = (hours(resumed.1, destroyed.0), hours(resumed.0, destroyed.1));
    within(ip_hours(&project).await, (first.0 + second.0, first.1 + second.1));
    let known = spent(&project).await;
    assert!(known.accrued.gaps.is_empty() && known.since.is_some_and(|since| since < created.1), "{known:?}");
    let segments = segments(&project).await;
    assert_eq!(segments.len(), 4, "one for each run");
    assert!(segments.last().unwrap().bills.is_empty(), "{segments:?}");
    let before = ip_hours(&project).await;
    pass(1).await;
    assert_eq!(ip_hours(&project).await, before, "nothing bills any more");
}

/// Copies document and journal of the stack to or from a folder.
fn copy_state(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for name in ["net.json", "net.journal"] {
        if from.join(name).exists() {
            fs_err::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_between_ledger_and_document_is_told_once() {
    let project = ticking_project();
    let (state, copy) = (project.path().join("state/test"), project.path().join("copy"));
    let begun = ticking();
    project
        .run_heard(Target::Running, &|event| {
            if matches!(event, Event::OperationDone { .. }) {
                copy_state(&state, &copy);
            }
        })
        .await;
    let ended = ticking();
    let whole = segments(&project).await;
    // The document and journal that the process left, had it been killed right after the ledger.
    copy_state(&copy, &state);
    assert!(project.document().await.run.is_some());
    let told = ip_hours(&project).await;
    within(told, (0.0, hours(begun, ticking())));
    pass(1).await;
    project.run(Target::Running).await;
    let again = segments(&project).await;
    assert!(again.len() > whole.len() && again[0].part.is_some(), "{again:?}");
    assert_eq!(again.iter().filter(|segment| segment.part == again[0].part).count(), 2);
    within(ip_hours(&project).await, (hours(ended, ticking()) - 0.1, hours(begun, ticking())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_stops_nothing_and_the_next_run_adds_what_is_missing() {
    let project = ticking_project();
    let folder = project.path().join("state/test/net.ledger");
    fs_err::create_dir_all(folder.parent().unwrap()).unwrap();
    fs_err::write(&folder, "no folder").unwrap();
    let failed = Mutex::new(0);
    project
        .run_heard(Target::Running, &|event| {
            if matches!(event, Event::LedgerFailed { .. }) {
                *failed.lock().unwrap() += 1;
            }
        })
        .await;
    assert_eq!(*failed.lock().unwrap(), 1);
    let ended = project.document().await.ended.unwrap().ended;
    fs_err::remove_file(&folder).unwrap();
    pass(1).await;
    // A reader adds it by itself.
    within(ip_hours(&project).await, (0.9, hours(ended, ticking())));
    let paused = run(&project, Target::Paused).await;
    within(ip_hours(&project).await, (hours(ended, paused.0), hours(ended, paused.1)));
    assert_eq!(segments(&project).await[0].entries[0].at, ended);
    assert_eq!(segments(&project).await[0].entries[0].cause, Cause::Record);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_from_before_the_ledger_counts_from_the_end_of_its_last_run() {
    let project = ticking_project();
    project.run(Target::Running).await;
    let ended = project.document().await.ended.unwrap().ended;
    fs_err::remove_dir_all(project.path().join("state/test/net.ledger")).unwrap();
    // Even a command that changes nothing begins it.
    project.run(Target::Running).await;
    assert_eq!(segments(&project).await.len(), 1);
    assert_eq!(spent(&project).await.since, Some(ended));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_and_a_forgotten_resource_are_entries_of_their_own() {
    let mut project = ticking_project();
    let created = run(&project, Target::Running).await;
    pass(1).await;
    let moves = project.document().await.resources.keys().cloned().collect::<Vec<_>>();
    let moves: BTreeMap<_, _> = moves
        .into_iter()
        .filter_map(|old| {
            let rest = old.name().strip_prefix("main")?;
            Some((old.clone(), Address::new(old.kind(), &format!("core{rest}")).unwrap()))
        })
        .collect();
    project.declarations = network_named("core", "10.0.0.0/16");
    let before = ticking();
    project.rename(&project.cloud(), &moves).await.unwrap();
    within(ip_hours(&project).await, (hours(created.1, before), hours(created.0, ticking())));
    let core = address("ec2_elastic_ip.core-nat-a");
    let core_hours = async || {
        let accrued = spent(&project).await.accrued;
        accrued.resources[&core].low.known() / IP_HOUR
    };
    pass(1).await;
    within(core_hours().await, (0.9, hours(before, ticking())));
    project.state().forget(owner(), std::slice::from_ref(&core), "ebb state forget").await.unwrap();
    keep_edited_record(&project.state(), owner(), ticking(), providers().kinds()).await.unwrap();
    let at_the_end = core_hours().await;
    pass(1).await;
    assert_eq!(core_hours().await, at_the_end);
    assert_eq!(segments(&project).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_were_seen_replace_declared_ones_until_nobody_knows() {
    let project = ticking_with(scaled("llm"));
    project.run(Target::Running).await;
    let before = spent(&project).await.accrued;
    assert!(before.least().known() > 0.0);
    let endpoint = address("sagemaker_endpoint.llm");
    let seen = BTreeMap::from([(endpoint.clone(), BTreeMap::from([("v".to_owned(), 3.0)]))]);
    let at = ticking();
    note_instances(&project.state(), owner(), &seen, at, providers().kinds()).await.unwrap();
    let last = segments(&project).await.pop().unwrap();
    assert!(matches!(&last.entries[0].event, LedgerEvent::Counts(counts) if counts[&endpoint]["v"] == 3.0), "{last:?}");
    let book = Book::embedded();
    let pricing = Pricing::new(&book, "eu-west-1");
    let between = async |minutes: [i64; 2]| {
        let [from, to] = minutes.map(|minutes| at + SignedDuration::from_mins(minutes));
        let span = Span { from, to };
        let later = at + SignedDuration::from_hours(9);
        spending(&project.state(), providers().kinds(), &pricing, span, later).await.unwrap().unwrap().accrued
    };
    let certain = between([0, 15]).await;
    assert_eq!(certain.resources[&endpoint].low, certain.resources[&endpoint].high);
    let quarter = certain.resources[&endpoint].low.known();
    let gap = between([15, 30]).await;
    let (low, high) = (gap.resources[&endpoint].low.known(), gap.resources[&endpoint].high.known());
    assert!((low - quarter / 3.0).abs() < 1e-9 && (high - quarter / 3.0 * 4.0).abs() < 1e-9, "{gap:?}");
    assert_eq!(gap.gaps.len(), 1);
}
