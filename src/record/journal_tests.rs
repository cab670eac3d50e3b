//! Legal and illegal journals.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::plan::{Deletion, OperationKind, PLAN_FORMAT, Reason, Upsert};
use crate::resource::Scope;

fn scope() -> Scope {
    Scope { environment: "test".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() }
}

fn plan(effect: Effect) -> Plan {
    let address = "ec2_vpc.main".parse().unwrap();
    let operation = Operation { id: 0, address, generation: 1, reason: Reason::New, depends_on: Vec::new(), effect };
    Plan {
        format: PLAN_FORMAT,
        version: "0".into(),
        scope: scope(),
        target: Target::Running,
        lineage: "l".into(),
        serial: 1,
        observation: String::new(),
        operations: vec![operation],
        kept: Vec::new(),
        not_run: Vec::new(),
        unchanged: 0,
        records: Vec::new(),
        outputs: Vec::new(),
        asleep: BTreeSet::new(),
        key: None,
        hash: String::new(),
    }
}

fn effects() -> Vec<Effect> {
    let upsert = || Upsert {
        changes: Vec::new(),
        version: 1,
        inputs: json!({}),
        declared: None,
        dependencies: Default::default(),
        protect: false,
    };
    let delete = |purpose| Effect::Delete(Deletion { purpose, include_data: false });
    vec![
        Effect::Create(upsert()),
        Effect::Replace(upsert()),
        Effect::Update(upsert()),
        delete(Purpose::Remove),
        delete(Purpose::Sleep),
        delete(Purpose::Supersede),
        Effect::Forget,
    ]
}

fn event(name: &str) -> JournalEvent {
    match name {
        "started" => JournalEvent::Started,
        "accepted" => JournalEvent::Accepted { id: "vpc-1".into(), inputs: json!({}) },
        "ready" => JournalEvent::Ready { id: "vpc-1".into(), inputs: json!({}), outputs: json!({}) },
        "snapshotted" => JournalEvent::PauseSnapshot { snapshot: Some(json!(3)) },
        "deleted" => JournalEvent::Deleted,
        other => panic!("{other}"),
    }
}

fn replayed(effect: Effect, events: &str) -> Result<StateDocument, IllegalEntry> {
    let plan = plan(effect);
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut document = StateDocument::empty(scope(), now, "l".into(), "k".into());
    let entry = |name| JournalEntry { run: "r".into(), operation: 0, event: event(name), took: None, at: None };
    let journal: Vec<_> = events.split_whitespace().map(entry).collect();
    replay(&mut document, &plan, &journal).map(|()| document)
}

#[test]
fn legal_journals_are_applied() {
    let effects = effects();
    let cases: [(usize, &[&str]); 6] = [
        (0, &["", "started", "started accepted", "started accepted started accepted ready", "ready", "ready ready"]),
        (2, &["", "ready", "ready ready", "snapshotted", "snapshotted snapshotted ready"]),
        (3, &["", "deleted", "deleted deleted"]),
        (4, &["snapshotted deleted", "snapshotted", "deleted"]),
        (5, &["snapshotted deleted", "deleted"]),
        (6, &["deleted"]),
    ];
    for (effect, journals) in cases {
        for journal in journals {
            assert!(replayed(effects[effect].clone(), journal).is_ok(), "{:?}: {journal}", effects[effect]);
        }
    }
}

#[test]
fn illegal_transitions_are_refused_with_the_operation_they_concern() {
    let effects = effects();
    let cases: [(usize, &[&str]); 6] = [
        (0, &["deleted", "snapshotted", "ready started", "ready accepted", "accepted deleted"]),
        (2, &["started", "accepted", "deleted", "ready deleted", "ready snapshotted"]),
        (3, &["started", "ready", "snapshotted", "deleted ready"]),
        (4, &["deleted snapshotted", "ready"]),
        (5, &["deleted snapshotted", "started"]),
        (6, &["ready", "started"]),
    ];
    for (effect, journals) in cases {
        for journal in journals {
            let error = replayed(effects[effect].clone(), journal).unwrap_err().to_string();
            assert!(error.contains("ec2_vpc.main") && error.contains("cannot follow"), "{journal}: {error}");
        }
    }
}

#[test]
fn an_update_that_is_cut_off_after_its_snapshot_is_taken_up_again_with_it() {
    let upsert = Upsert {
        changes: Vec::new(),
        version: 1,
        inputs: json!({}),
        declared: None,
        dependencies: Default::default(),
        protect: false,
    };
    let plan = plan(Effect::Update(upsert));
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut document = StateDocument::empty(scope(), now, "l".into(), "k".into());
    let address: Address = "ec2_vpc.main".parse().unwrap();
    let recorded = ResourceRecord { id: Some("vpc-1".into()), ..ResourceRecord::blank(1) };
    document.resources.insert(address.clone(), recorded);
    let entry = |name| JournalEntry { run: "r".into(), operation: 0, event: event(name), took: None, at: None };
    replay(&mut document, &plan, &[entry("snapshotted")]).unwrap();
    let record = &document.resources[&address];
    assert_eq!((record.pending, &record.remembered), (true, &Some(json!(3))));
    replay(&mut document, &plan, &[entry("snapshotted"), entry("ready")]).unwrap();
    let record = &document.resources[&address];
    assert_eq!((record.pending, &record.remembered), (false, &None));
}

#[test]
fn an_operation_that_the_plan_does_not_have_is_refused() {
    let plan = plan(effects().remove(0));
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut document = StateDocument::empty(scope(), now, "l".into(), "k".into());
    let entry = JournalEntry { run: "r".into(), operation: 7, event: JournalEvent::Started, took: None, at: None };
    let refused = replay(&mut document, &plan, &[entry]);
    assert_eq!(refused, Err(IllegalEntry::NoSuchOperation(7)));
    assert_eq!(plan.operations[0].kind(), OperationKind::Create);
}

#[test]
fn entries_of_earlier_formats_are_read() {
    for (text, expected) in [
        (r#"{"run": "r", "operation": 0, "outcome": "begun"}"#, "started"),
        (r#"{"run": "r", "operation": 0, "outcome": "gone"}"#, "deleted"),
        (r#"{"run": "r", "operation": 0, "outcome": {"remembered": {"remembered": 3}}}"#, "snapshotted"),
    ] {
        assert_eq!(serde_json::from_str::<JournalEntry>(text).unwrap().event, event(expected));
    }
}

#[test]
fn a_resource_that_a_pause_reduces_stays_declared_as_before() {
    let upsert = |armed: bool| Upsert {
        changes: Vec::new(),
        version: 1,
        inputs: json!({"armed": armed}),
        declared: None,
        dependencies: Default::default(),
        protect: false,
    };
    let ready = |armed: bool| {
        let (id, inputs) = ("vpc-1".into(), json!({"armed": armed}));
        let event = JournalEvent::Ready { id, inputs, outputs: json!({}) };
        [JournalEntry { run: "r".into(), operation: 0, event, took: None, at: None }]
    };
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut document = StateDocument::empty(scope(), now, "l".into(), "k".into());
    replay(&mut document, &plan(Effect::Create(upsert(true))), &ready(true)).unwrap();
    let paused = Plan { target: Target::Paused, ..plan(Effect::Update(upsert(false))) };
    replay(&mut document, &paused, &ready(false)).unwrap();
    let record = &document.resources[&paused.operations[0].address];
    assert_eq!((&record.inputs["armed"], record.declaration()), (&json!(false), json!({"armed": true})));
}

/// Returns a plan of one operation for each address, and a document that records them in a chain: each depends on the one
/// before.
fn chain(effects: impl Fn(usize) -> Effect, count: usize) -> (Plan, StateDocument) {
    let address = |at: usize| -> Address { format!("ec2_vpc.n{at}").parse().unwrap() };
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut document = StateDocument::empty(scope(), now, "l".into(), "k".into());
    let mut chain = Plan { target: Target::Destroyed, ..plan(Effect::Forget) };
    chain.operations.clear();
    for at in 0..count {
        let depends_on = (at > 0).then(|| address(at - 1)).into_iter().collect();
        document.resources.insert(address(at), ResourceRecord { depends_on, ..ResourceRecord::blank(1) });
        let operation = Operation {
            id: at,
            address: address(at),
            generation: 1,
            reason: Reason::New,
            depends_on: Vec::new(),
            effect: effects(at),
        };
        chain.operations.push(operation);
    }
    (chain, document)
}

fn deleted_entry(operation: usize) -> JournalEntry {
    JournalEntry { run: "r".into(), operation, event: JournalEvent::Deleted, took: None, at: None }
}

#[test]
fn a_record_that_is_gone_is_no_dependency_any_more() {
    let upsert = Upsert {
        changes: Vec::new(),
        version: 1,
        inputs: json!({}),
        declared: None,
        dependencies: ["ec2_vpc.n2".parse().unwrap()].into(),
        protect: false,
    };
    // The last operation makes n3 depend on n2, after the first deletion.
    let effects = |at: usize| if at == 3 { Effect::Update(upsert.clone()) } else { Effect::Forget };
    let (plan, mut document) = chain(effects, 4);
    document.resources.get_mut(&plan.operations[3].address).unwrap().depends_on.clear();
    let (id, inputs) = ("vpc-1".to_owned(), json!({}));
    let ready = JournalEvent::Ready { id, inputs, outputs: json!({}) };
    let updated = JournalEntry { run: "r".into(), operation: 3, event: ready, took: None, at: None };
    let journal = [deleted_entry(0), updated, deleted_entry(1), deleted_entry(2)];
    let mut replay = Replay::new(&plan);
    for entry in &journal {
        replay.apply(&mut document, entry).unwrap();
        assert_eq!(document.contradictions(), Vec::<String>::new(), "after {entry:?}");
    }
    assert_eq!(document.resources.len(), 1);
    assert!(document.resources[&plan.operations[3].address].depends_on.is_empty());
}
