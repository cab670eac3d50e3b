//! Documents and journal entries for tests.

use std::collections::BTreeSet;

use ebbtide::plan::{PLAN_FORMAT, Plan, Target};
use ebbtide::record::{JournalEntry, JournalEvent, ResourceRecord, Run, StateDocument};
use ebbtide::resource::Scope;
use serde_json::json;

use crate::world::{ENVIRONMENT, STACK};

pub const RUN: &str = "run-1";

pub fn scope() -> Scope {
    Scope {
        environment: ENVIRONMENT.into(),
        stack: STACK.into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    }
}

/// Returns a first document of a new lineage.
pub fn first() -> StateDocument {
    let (now, lineage) = ("2026-01-01T00:00:00Z".parse().unwrap(), uuid::Uuid::new_v4().to_string());
    let mut document = StateDocument::empty(scope(), now, lineage, "key".into());
    document.serial = 1;
    document.resources.insert("ec2_vpc.main".parse().unwrap(), record("vpc-1", &[]));
    document
}

/// Returns the document after another one.
pub fn next(document: &StateDocument) -> StateDocument {
    let mut next = StateDocument { serial: document.serial + 1, ..document.clone() };
    let name = format!("ec2_subnet.n{}", next.serial);
    next.resources.insert(name.parse().unwrap(), record(&format!("subnet-{}", next.serial), &["ec2_vpc.main"]));
    next
}

/// Returns a document with an open run.
pub fn running(document: &StateDocument, run: &str) -> StateDocument {
    let plan = Plan {
        format: PLAN_FORMAT,
        version: "test".into(),
        scope: scope(),
        target: Target::Running,
        lineage: document.lineage.clone(),
        serial: document.serial,
        observation: String::new(),
        operations: Vec::new(),
        kept: Vec::new(),
        not_run: Vec::new(),
        unchanged: 0,
        records: Vec::new(),
        outputs: Vec::new(),
        asleep: BTreeSet::new(),
        key: None,
        hash: String::new(),
    };
    let run = Run {
        id: run.to_owned(),
        command: "apply".into(),
        by: "test@host".into(),
        why: String::new(),
        started: document.since,
        tells_begun: true,
        without_lineage: false,
        plan,
    };
    StateDocument { run: Some(run), ..document.clone() }
}

pub fn record(id: &str, depends_on: &[&str]) -> ResourceRecord {
    ResourceRecord {
        id: Some(id.to_owned()),
        generation: 1,
        inputs: json!({"text": "line one\nline two"}),
        declared: Default::default(),
        outputs: json!({"id": id}),
        depends_on: depends_on.iter().map(|other| other.parse().unwrap()).collect(),
        protect: false,
        retag: false,
        version: 1,
        pending: false,
        attempted: Vec::new(),
        remembered: None,
        deposed: Vec::new(),
    }
}

pub fn journal_entry(run: &str, operation: usize) -> JournalEntry {
    JournalEntry { run: run.to_owned(), operation, event: JournalEvent::Deleted, took: Some(7), at: None }
}
