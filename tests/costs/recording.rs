//! From the journal of a run, and from an observation, to entries of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::cost::ledger::{
    Cause, Entry, Event, LedgerEnd, Span, accrue, entries_of_run, entry_of_observation, missing_entries,
};
use ebbtide::cost::{Amount, Pricing};
use ebbtide::plan::{Effect, Plan, Target};
use ebbtide::record::{JournalEntry, JournalEvent, Run, StateDocument};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::sums::{applied, kinds, planned, resolved, scope, simple_book, stack};

const HOLDS: SignedDuration = SignedDuration::from_mins(15);

fn at(minutes: i64) -> Timestamp {
    "2026-11-21T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// Returns the journal of a plan whose operations are done one a minute, from a minute on. A creation is accepted half a minute
/// before it is ready.
fn journal(plan: &Plan, from: i64) -> Vec<JournalEntry> {
    let mut journal = Vec::new();
    for operation in &plan.operations {
        let id = i64::try_from(operation.id).unwrap();
        let mut note = |event, seconds| {
            let at = at(from + id) + SignedDuration::from_secs(seconds);
            journal.push(JournalEntry { run: "run".into(), operation: operation.id, event, took: None, at: Some(at) });
        };
        let name = operation.address.to_string();
        match &operation.effect {
            Effect::Create(upsert) | Effect::Replace(upsert) => {
                let inputs = resolved(&upsert.inputs);
                note(JournalEvent::Started, 0);
                note(JournalEvent::Accepted { id: name.clone(), inputs: inputs.clone() }, 10);
                note(JournalEvent::Ready { id: name, inputs, outputs: json!({}) }, 40);
            }
            Effect::Update(upsert) => {
                note(JournalEvent::Ready { id: name, inputs: resolved(&upsert.inputs), outputs: json!({}) }, 40);
            }
            Effect::Delete(_) | Effect::Forget => note(JournalEvent::Deleted, 40),
        }
    }
    journal
}

fn recorded(document: &StateDocument, plan: &Plan, from: i64) -> Vec<Entry> {
    entries_of_run(document, ("run", plan, at(from)), &journal(plan, from), &kinds()).unwrap()
}

/// Returns the instant at which an event of an address is recorded.
fn instant(plan: &Plan, address: &str, from: i64, seconds: i64) -> Timestamp {
    let operation = plan.operations.iter().find(|operation| operation.address.to_string() == address).unwrap();
    at(from + i64::try_from(operation.id).unwrap()) + SignedDuration::from_secs(seconds)
}

fn dollars(entries: &[Entry], from: Timestamp, to: Timestamp) -> f64 {
    let book = simple_book();
    let accrued =
        accrue(entries, Span { from, to }, SignedDuration::from_hours(1000), &Pricing::new(&book, "eu-west-1"));
    assert_eq!(accrued.least(), accrued.most());
    accrued.least().known()
}

#[test]
fn a_life_is_accrued_from_acceptance_to_deletion() {
    let declared = stack("ml.g5.xlarge", 1);
    let empty = StateDocument::empty(scope(), at(0), "lineage".into(), "key".into());
    let creation = planned(&empty, Some(&declared), Target::Running);
    let mut entries = recorded(&empty, &creation, 0);
    assert!(entries.windows(2).all(|pair| pair[0].at < pair[1].at), "{entries:?}");
    assert!(entries.iter().all(|entry| entry.cause == Cause::Run("run".into())));
    let document = applied(&declared);
    let pause = planned(&document, None, Target::Paused);
    entries.extend(recorded(&document, &pause, 600));

    let hours_since = |address: &str, seconds| {
        let created = instant(&creation, address, 0, seconds);
        instant(&pause, address, 600, 40).duration_since(created).as_secs_f64() / 3600.0
    };
    let hours = |address: &str| hours_since(address, 10);
    let secret_since = instant(&creation, "secretsmanager_secret.token", 0, 10);
    let secret = at(1200).duration_since(secret_since).as_secs_f64() / 3600.0 * 0.4 / 720.0;
    let expected = hours("sagemaker_endpoint.llm") * 1.5
        + hours_since("ec2_nat_gateway.main-nat-a", 40).ceil() * 0.05
        + hours("ec2_elastic_ip.main-nat-a") * 0.005
        + secret;
    let spent = dollars(&entries, at(0), at(1200));
    assert!((spent - expected).abs() < 1e-9, "{spent} {expected}");
}

/// Returns the bills of an address over time, by the instant from which on they are in force.
fn bills_of(entries: &[Entry], address: &str) -> Vec<(Timestamp, bool)> {
    let address = address.parse().unwrap();
    let of = |entry: &Entry| match &entry.event {
        Event::Bills(bills) => bills.get(&address).map(|bill| (entry.at, bill.is_some())),
        Event::Counts(_) | Event::Once(_) | Event::Doubt(_) => None,
    };
    entries.iter().filter_map(of).collect()
}

#[test]
fn a_gateway_bills_from_the_moment_it_is_ready_until_its_deletion_is_asked_for() {
    const NAT: &str = "ec2_nat_gateway.main-nat-a";
    let declared = stack("ml.g5.xlarge", 1);
    let empty = StateDocument::empty(scope(), at(0), "lineage".into(), "key".into());
    let creation = planned(&empty, Some(&declared), Target::Running);
    assert_eq!(bills_of(&recorded(&empty, &creation, 0), NAT), [(instant(&creation, NAT, 0, 40), true)]);
    let document = applied(&declared);
    let pause = planned(&document, None, Target::Paused);
    let took = |entry: JournalEntry| match entry.event {
        JournalEvent::Deleted => JournalEntry { took: Some(25_000), ..entry },
        _ => entry,
    };
    let journal: Vec<_> = journal(&pause, 600).into_iter().map(took).collect();
    let entries = entries_of_run(&document, ("run", &pause, at(600)), &journal, &kinds()).unwrap();
    assert_eq!(bills_of(&entries, NAT)[0], (instant(&pause, NAT, 600, 15), false));
    let endpoint = "sagemaker_endpoint.llm";
    let gone = bills_of(&entries, endpoint).into_iter().find(|(_, bills)| !bills);
    assert_eq!(gone, Some((instant(&pause, endpoint, 600, 40), false)), "its instances go later");
    assert!(entries.is_sorted_by_key(|entry| entry.at));
}

/// Returns the journal of a pause that was cut off right after it took a snapshot of an address.
fn cut_off(plan: &Plan, address: &str, minute: i64) -> Vec<JournalEntry> {
    let operation = plan.operations.iter().find(|operation| operation.address.to_string() == address).unwrap().id;
    let event = JournalEvent::PauseSnapshot { snapshot: None };
    vec![JournalEntry { run: "run".into(), operation, event, took: None, at: Some(at(minute)) }]
}

/// Returns a document in which a plan is an open run.
fn open(document: &StateDocument, plan: &Plan, minute: i64) -> StateDocument {
    let run = Run {
        id: "run".into(),
        command: "tick".into(),
        by: "test@host".into(),
        why: String::new(),
        started: at(minute),
        tells_begun: true,
        without_lineage: false,
        plan: plan.clone(),
    };
    StateDocument { run: Some(run), ..document.clone() }
}

#[test]
fn a_deletion_that_was_cut_off_leaves_a_doubt_that_the_next_run_settles() {
    const ENDPOINT: &str = "sagemaker_endpoint.llm";
    let kinds = kinds();
    let endpoint = ENDPOINT.parse().unwrap();
    let document = applied(&stack("ml.g5.xlarge", 1));
    let pause = planned(&document, None, Target::Paused);
    let end = |entries: &[Entry], mut end: LedgerEnd| {
        entries.iter().for_each(|entry| end.advance(entry));
        end
    };
    let begun = missing_entries(&LedgerEnd::default(), (&document, &[]), None, &kinds);
    let before = end(&begun, LedgerEnd::default());
    let journal = cut_off(&pause, ENDPOINT, 600);
    let cut = missing_entries(&before, (&open(&document, &pause, 599), &journal), None, &kinds);
    assert_eq!(cut.len(), 1);
    assert_eq!((cut[0].at, &cut[0].event), (at(600), &Event::Doubt([endpoint].into())));
    let doubted = end(&cut, before);
    assert_eq!(doubted.doubts.len(), 1);
    let hours = |entries: &[&[Entry]]| {
        let book = simple_book();
        let span = Span { from: at(0), to: at(1200) };
        let holds = SignedDuration::from_hours(1_000_000);
        let accrued = accrue(&entries.concat(), span, holds, &Pricing::new(&book, "eu-west-1"));
        let spend = accrued.resources[&ENDPOINT.parse().unwrap()];
        [spend.low, spend.high].map(|amount| (amount.known() / 1.5 * 1000.0).round() / 1000.0)
    };
    // The next pause finds it gone, or deletes it.
    let gone = JournalEntry { event: JournalEvent::Deleted, at: Some(at(900)), ..journal[0].clone() };
    let again = missing_entries(&doubted, (&open(&document, &pause, 899), &[gone]), None, &kinds);
    assert_eq!(hours(&[&begun, &cut, &again]), [10.0, 15.0]);
    assert!(end(&again, doubted.clone()).doubts.is_empty());
    // A resume finds it there.
    let there = missing_entries(&doubted, (&document, &[]), Some((&document, at(900))), &kinds);
    assert_eq!(hours(&[&begun, &cut, &there]), [20.0, 20.0]);
    assert!(end(&there, doubted).doubts.is_empty());
}

#[test]
fn free_resources_make_no_entries() {
    let declared = stack("ml.g5.xlarge", 1);
    let empty = StateDocument::empty(scope(), at(0), "lineage".into(), "key".into());
    let creation = planned(&empty, Some(&declared), Target::Running);
    let named: BTreeSet<String> = recorded(&empty, &creation, 0)
        .iter()
        .flat_map(|entry| match &entry.event {
            Event::Bills(bills) => bills.keys().map(ToString::to_string).collect::<Vec<_>>(),
            Event::Counts(_) | Event::Once(_) | Event::Doubt(_) => Vec::new(),
        })
        .collect();
    let expected = [
        "ec2_elastic_ip.main-nat-a",
        "ec2_nat_gateway.main-nat-a",
        "sagemaker_endpoint.llm",
        "secretsmanager_secret.token",
    ];
    assert_eq!(named, expected.map(str::to_owned).into());
}

#[test]
fn a_journal_without_times_counts_from_the_beginning_of_its_run() {
    let declared = stack("ml.g5.xlarge", 1);
    let empty = StateDocument::empty(scope(), at(0), "lineage".into(), "key".into());
    let creation = planned(&empty, Some(&declared), Target::Running);
    let old: Vec<_> = journal(&creation, 0).into_iter().map(|entry| JournalEntry { at: None, ..entry }).collect();
    let entries = entries_of_run(&empty, ("run", &creation, at(5)), &old, &kinds()).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [at(5)]);
}

#[test]
fn observed_instances_replace_declared_ones() {
    let document = applied(&stack("ml.g5.xlarge", 1));
    let seen = |count| {
        let variants = BTreeMap::from([("AllTraffic".to_owned(), count), ("Other".to_owned(), 9.0)]);
        BTreeMap::from([
            ("sagemaker_endpoint.llm".parse().unwrap(), variants.clone()),
            ("sagemaker_endpoint.foreign".parse().unwrap(), variants),
        ])
    };
    let base = ebbtide::cost::ledger::recorded_bills(&document, &kinds());
    let start = Entry::between(&BTreeMap::new(), &base, at(0), Cause::Run("run".into())).unwrap();
    let look = |minute, count| entry_of_observation(&document, &seen(count), at(minute), &kinds()).unwrap();
    let Event::Counts(counts) = look(1, 2.0).event else { panic!("it is an observation") };
    assert_eq!(counts.len(), 1, "only what is recorded and billed");
    let entries = [start, look(10, 3.0), look(20, 2.0)];
    let book = simple_book();
    let span = Span { from: at(10), to: at(30) };
    let accrued = accrue(&entries, span, HOLDS, &Pricing::new(&book, "eu-west-1"));
    let endpoint = accrued.resources[&"sagemaker_endpoint.llm".parse().unwrap()];
    // Between the looks two or three, after the second look two.
    let close = |amount: Amount, instance_minutes: f64| (amount.known() - instance_minutes / 60.0 * 1.5).abs() < 1e-9;
    assert!(close(endpoint.low, 40.0) && close(endpoint.high, 50.0), "{accrued:?}");
    assert_eq!(accrued.gaps, [Span { from: at(10), to: at(20) }]);
    assert_eq!(entry_of_observation(&document, &BTreeMap::new(), at(0), &kinds()), None);
}
