use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, json};

use super::*;
use crate::plan::{Operation, PLAN_FORMAT, Plan, Reason, Target};
use crate::record::{Replay, Run};
use crate::resource::{Identity, KindInfo, OnPause, Persistence, Replacement, Scope};

/// A kind of version 3. Version 2 renamed `a` to `b`, and version 3 made a text of it. A `b` of 0 cannot be migrated.
struct Third(KindInfo);

impl Kind for Third {
    fn info(&self) -> &KindInfo {
        &self.0
    }

    fn migrate(&self, version: u32, inputs: &mut Map<String, Value>) -> Result<(), String> {
        let from = if version == 1 { "a" } else { "b" };
        let mut value = inputs.remove(from).ok_or_else(|| format!("no {from}"))?;
        if version == 2 && value == 0 {
            return Err("0 has no text".to_owned());
        }
        if version == 2 && value.is_u64() {
            value = value.to_string().into();
        }
        inputs.insert("b".to_owned(), value);
        Ok(())
    }

    fn known_outputs(&self, _: &Identity, _: &Value) -> Result<Map<String, Value>, InputsError> {
        Ok(Map::new())
    }

    fn paused(&self, _: &Value) -> Result<OnPause<Value>, InputsError> {
        Ok(OnPause::Keep)
    }

    fn check(&self, inputs: &Value) -> Result<(), InputsError> {
        serde_json::from_value::<String>(inputs["b"].clone()).map(drop).map_err(InputsError::from)
    }
}

fn kinds() -> Registry {
    let info = KindInfo {
        name: "desk_note".into(),
        version: 3,
        persistence: Persistence::Durable,
        replace_on: Vec::new(),
        replacement: Replacement::CreateFirst,
        unique_name_field: None,
        deleted_with: Vec::new(),
        unordered: Vec::new(),
        bounds: Vec::new(),
        share: None,
        is_job: false,
        derived_outputs: Vec::new(),
        holds_data: false,
        billed_while_paused: None,
        idempotent_create: true,
        typical_seconds: 1,
        outputs: Vec::new(),
    };
    Registry::new().with_kind(Arc::new(Third(info)))
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn record(version: u32, inputs: Value) -> ResourceRecord {
    ResourceRecord { id: Some("n".into()), version, inputs, ..ResourceRecord::blank(1) }
}

fn document(records: Vec<(&str, ResourceRecord)>) -> StateDocument {
    let scope = Scope { environment: "e".into(), stack: "s".into(), region: "r".into(), account: "a".into() };
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut document = StateDocument::empty(scope, now, "l".into(), "k".into());
    document.resources = records.into_iter().map(|(at, record)| (address(at), record)).collect();
    document
}

#[test]
fn recorded_inputs_take_every_step_to_todays_version_with_their_declaration() {
    let reference = json!({"$ref": "desk_note.b", "output": "id"});
    let mut first = record(1, json!({"a": 7}));
    first.declare(&json!({"a": reference}));
    first.deposed.push(Deposed {
        id: "old".into(),
        generation: 4,
        retag: false,
        version: 2,
        inputs: json!({"b": 8}),
        outputs: Value::Null,
        depends_on: Default::default(),
    });
    let mut document = document(vec![("desk_note.a", first), ("desk_note.b", record(3, json!({"b": "9"})))]);
    document.migrate_inputs(&kinds(), &mut []);
    let first = &document.resources[&address("desk_note.a")];
    assert_eq!((first.version, &first.inputs, first.declaration()), (3, &json!({"b": "7"}), json!({"b": reference})));
    assert_eq!((first.deposed[0].version, &first.deposed[0].inputs), (3, &json!({"b": "8"})));
    assert_eq!(document.resources[&address("desk_note.b")], record(3, json!({"b": "9"})));
    assert!(document.unfit(&kinds()).is_empty());
    let written = serde_json::to_value(&document.resources).unwrap();
    assert_eq!(
        (&written["desk_note.a"]["version"], &written["desk_note.a"]["deposed"][0]["version"]),
        (&json!(3), &json!(3))
    );
}

#[test]
fn inputs_that_do_not_fit_stay_as_recorded_and_are_reported() {
    let asleep = |version, inputs| ResourceRecord { id: None, ..record(version, inputs) };
    let mut recorded = document(vec![
        ("desk_note.asleep", asleep(4, json!({"b": "1"}))),
        ("desk_note.form", record(3, json!({"b": 1}))),
        ("desk_note.missing", record(1, json!({"c": 1}))),
        ("desk_note.newer", record(4, json!({"b": "1"}))),
        ("desk_note.sound", record(2, json!({"b": 1}))),
        ("desk_note.unformed", asleep(3, json!(null))),
        ("desk_note.zero", record(1, json!({"a": 0}))),
        ("other_kind.x", record(9, json!({}))),
    ]);
    let before = recorded.clone();
    recorded.migrate_inputs(&kinds(), &mut []);
    let sound = address("desk_note.sound");
    assert_eq!(recorded.resources[&sound].inputs, json!({"b": "1"}));
    let others = |document: &StateDocument| {
        document.resources.clone().into_iter().filter(|(at, _)| *at != sound).collect::<Vec<_>>()
    };
    assert_eq!(others(&recorded), others(&before));
    let unfit: Vec<String> = recorded.unfit(&kinds()).into_iter().map(|(at, error)| format!("{at}: {error}")).collect();
    let newer = "recorded by a newer version of the kind: 4, and this program knows version 3";
    assert_eq!(
        unfit,
        [
            format!("desk_note.asleep: {newer}"),
            "desk_note.form: inputs do not have the form of their kind: invalid type: integer `1`, expected a string"
                .into(),
            "desk_note.missing: inputs of version 1 of the kind cannot be brought to version 2: no a".into(),
            format!("desk_note.newer: {newer}"),
            "desk_note.zero: inputs of version 2 of the kind cannot be brought to version 3: 0 has no text".into(),
        ]
    );
}

#[test]
fn an_open_run_is_migrated_with_its_journal() {
    let upsert = |inputs: Value| {
        let (changes, dependencies) = (Vec::new(), Default::default());
        Effect::Create(Upsert { changes, version: 2, inputs, declared: None, dependencies, protect: false })
    };
    let operation = |id, at: &str, inputs| Operation {
        id,
        address: address(at),
        generation: 1,
        reason: Reason::New,
        depends_on: Vec::new(),
        effect: upsert(inputs),
    };
    let mut document = document(Vec::new());
    let plan = Plan {
        format: PLAN_FORMAT,
        version: "0".into(),
        scope: document.scope.clone(),
        target: Target::Running,
        lineage: "l".into(),
        serial: 0,
        observation: String::new(),
        operations: vec![operation(0, "desk_note.a", json!({"b": 1})), operation(1, "desk_note.zero", json!({"b": 0}))],
        kept: Vec::new(),
        not_run: Vec::new(),
        unchanged: 0,
        records: Vec::new(),
        outputs: Vec::new(),
        asleep: BTreeSet::new(),
        key: None,
        hash: String::new(),
    };
    document.run = Some(Run {
        id: "r".into(),
        command: "apply".into(),
        by: String::new(),
        why: String::new(),
        started: document.since,
        tells_begun: true,
        without_lineage: false,
        plan,
    });
    let accepted = |operation: usize| JournalEntry {
        run: "r".into(),
        operation,
        event: JournalEvent::Accepted { id: format!("n{operation}"), inputs: json!({"b": 1 - operation}) },
        took: None,
        at: None,
    };
    let mut journal = vec![accepted(0), accepted(1)];
    document.migrate_inputs(&kinds(), &mut journal);
    let run = document.run.take().unwrap();
    let mut replay = Replay::new(&run.plan);
    journal.iter().for_each(|entry| replay.apply(&mut document, entry).unwrap());
    let recorded = |at: &str| {
        let record = &document.resources[&address(at)];
        (record.version, record.inputs.clone())
    };
    assert_eq!(recorded("desk_note.a"), (3, json!({"b": "1"})));
    assert_eq!(recorded("desk_note.zero"), (2, json!({"b": 0})));
    assert_eq!(document.unfit(&kinds()).into_keys().collect::<Vec<_>>(), [address("desk_note.zero")]);
}
