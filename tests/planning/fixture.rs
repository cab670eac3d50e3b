//! Small stacks of kinds that exist only here, and a cloud that does what a plan says.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::plan::{Operation, OperationKind, Plan, Target};
use ebbtide::planner::{KindCatalog, Observation, Observed, PlanError, Request, plan};
use ebbtide::record::{JournalEntry, JournalEvent, StateDocument, replay};
use ebbtide::resource::{
    Address, Identity, KindInfo, LiveState, Persistence, Readiness, Replacement, Scope, references, resolve,
};
use ebbtide::stack::{Declaration, Declarations, OnPause};
use serde_json::{Map, Value, json};

/// Kinds: `data_…` holds data, `bill_…` bills by the hour; `…_fixed` has a name that two cannot share, so that it is
/// deleted first when replaced, and `…_named` is known to the cloud by its name alone. All have the fields `size` (changed in place) and `form` (not).
pub struct Kinds;

impl Knowledge for Kinds {
    fn traits(&self, kind: &str) -> Option<Traits> {
        Some(Traits {
            persistence: match kind.split('_').next()? {
                "data" => Persistence::Durable,
                "bill" => Persistence::Ephemeral,
                _ => return None,
            },
            replace_on: &["form"],
            exact_name: Some("name"),
            replacement: if kind.ends_with("_fixed") { Replacement::DeleteFirst } else { Replacement::CreateFirst },
        })
    }

    fn predict(&self, _identity: &Identity, inputs: &Value) -> Map<String, Value> {
        inputs.get("name").map(|name| Map::from_iter([("name".to_owned(), name.clone())])).unwrap_or_default()
    }
}

pub fn at(text: &str) -> Address {
    text.parse().unwrap()
}

pub fn reference(address: &str) -> Value {
    json!({"$ref": address, "output": "id"})
}

pub struct World {
    pub declarations: Declarations,
    pub document: StateDocument,
    pub observation: Observation,
    pub include_data: BTreeSet<Address>,
    made: u32,
}

impl World {
    pub fn new() -> Self {
        let scope =
            Scope { environment: "test".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() };
        Self {
            declarations: Declarations { scope: scope.clone(), resources: BTreeMap::new(), outputs: Vec::new() },
            document: StateDocument::empty(scope, "2026-01-01T00:00:00Z".parse().unwrap()),
            observation: Observation::default(),
            include_data: BTreeSet::new(),
            made: 0,
        }
    }

    /// Declares (or declares anew) a resource; what bills by the hour is deleted by a pause.
    pub fn declare(&mut self, address: &str, inputs: Value) -> &mut Declaration {
        let paused = if address.starts_with("bill") { OnPause::Delete } else { OnPause::Keep };
        let depends_on = references(&inputs).into_iter().map(|reference| reference.address).collect();
        let declaration = Declaration { inputs, paused, depends_on, protect: false };
        self.declarations.resources.insert(at(address), declaration);
        self.declarations.resources.get_mut(&at(address)).unwrap()
    }

    pub fn undeclare(&mut self, address: &str) {
        self.declarations.resources.remove(&at(address));
    }

    pub fn plan(&self, target: Target) -> Result<Plan, PlanError> {
        let request = Request {
            declarations: Some(&self.declarations),
            scope: &self.declarations.scope,
            document: &self.document,
            observation: &self.observation,
            target,
            include_data: &self.include_data,
        };
        plan(&request, &Kinds)
    }

    /// Does one operation, as the executor would, and checks that its time has come.
    pub fn act(&mut self, plan: &Plan, operation: &Operation) {
        let outcome = match operation.operation {
            OperationKind::Delete | OperationKind::Forget => {
                let mut users: Vec<_> = self.users(&operation.address, operation.generation);
                // What holds data lets go of what is deleted and made again, as a route does, and is moved over then.
                let moves = |user: &String| {
                    let moved = |other: &Operation| user.starts_with(&format!("{}#", other.address));
                    let later = |other: &Operation| other.operation == OperationKind::Update && other.id > operation.id;
                    user.starts_with("data") && plan.operations.iter().any(|other| later(other) && moved(other))
                };
                users.retain(|user| !moves(user));
                assert!(users.is_empty(), "{} is deleted while {users:?} use it", operation.address);
                if operation.sleep {
                    let remembered = JournalEvent::Remembered { remembered: Some(json!("as it was")) };
                    let line =
                        JournalEntry { run: String::new(), operation: operation.id, outcome: remembered, took: None };
                    replay(&mut self.document, plan, &line);
                }
                JournalEvent::Deleted
            }
            OperationKind::Create | OperationKind::Replace | OperationKind::Update => {
                let (inputs, unknown) = resolve(&operation.inputs, &|reference| self.document.output(reference));
                assert!(unknown.is_empty(), "{} refers to {unknown:?}, which is not there yet", operation.address);
                let id = if operation.operation == OperationKind::Update {
                    self.document.resources[&operation.address].id.clone().unwrap()
                } else {
                    self.made += 1;
                    match inputs.get("name").and_then(Value::as_str) {
                        Some(name) if operation.kind.ends_with("_named") => name.to_owned(),
                        _ => format!("{}#{}", operation.address, self.made),
                    }
                };
                let outputs = json!({"id": id, "name": inputs.get("name")});
                JournalEvent::Ready { id, inputs, outputs }
            }
        };
        let line = JournalEntry { run: String::new(), operation: operation.id, outcome, took: None };
        replay(&mut self.document, plan, &line);
        if let Some(entry) = self.document.resources.get(&operation.address) {
            let twice = entry.deposed.iter().any(|old| entry.id.as_ref() == Some(&old.id));
            assert!(!twice, "{}: the id of an old generation is that of the current one", operation.address);
        }
    }

    /// The ids that exist and refer to a generation of a resource by its id.
    fn users(&self, address: &Address, generation: u32) -> Vec<String> {
        let Some(entry) = self.document.resources.get(address) else { return Vec::new() };
        let deposed = entry.deposed.iter().find(|deposed| deposed.generation == generation);
        let id = deposed
            .map(|deposed| deposed.id.clone())
            .or_else(|| entry.id.clone().filter(|_| entry.generation == generation));
        let Some(id) = id else { return Vec::new() };
        let uses = |inputs: &Value| inputs.to_string().contains(&format!("\"{id}\""));
        self.document
            .resources
            .values()
            .flat_map(|entry| {
                let now = entry.id.iter().filter(|_| uses(&entry.inputs)).cloned();
                let old = entry.deposed.iter().filter(|old| uses(&old.inputs)).map(|old| old.id.clone());
                now.chain(old).collect::<Vec<_>>()
            })
            .filter(|user| *user != id)
            .collect()
    }

    /// Carries a plan out, to the end or to some operation, and looks at the cloud again.
    pub fn carry_out(&mut self, plan: &Plan, operations: usize) {
        for operation in plan.operations.iter().take(operations) {
            assert!(operation.depends_on.iter().all(|before| *before < operation.id));
            self.act(plan, operation);
        }
        if operations >= plan.operations.len() {
            self.document.target = plan.target;
        }
        self.document.serial += 1;
        assert_eq!(self.document.contradictions(), [""; 0], "what is recorded must be sound wherever it is cut off");
        self.observe();
    }

    /// Sees everything as it is recorded.
    pub fn observe(&mut self) {
        let seen = self.document.resources.iter().filter(|(_, entry)| entry.id.is_some()).map(|(address, entry)| {
            let observed = Observed {
                inputs: entry.inputs.clone(),
                outputs: entry.outputs.clone(),
                readiness: Readiness::Ready,
                holds: None,
                remember: None,
            };
            (address.clone(), Observed::Present(Box::new(observed)))
        });
        self.observation = Observation(seen.collect());
    }

    pub fn seen(&mut self, address: &str) -> &mut Observed {
        match self.observation.0.get_mut(&at(address)) {
            Some(Observed::Present(observed)) => observed,
            other => panic!("{address}: {other:?}"),
        }
    }

    /// Goes to a target and answers what was done, as `operation address` lines.
    pub fn go(&mut self, target: Target) -> Vec<String> {
        let plan = self.plan(target).unwrap();
        self.carry_out(&plan, usize::MAX);
        told(&plan)
    }

    pub fn awake(&self) -> Vec<String> {
        let awake = self.document.resources.iter().filter(|(_, entry)| entry.id.is_some());
        awake.map(|(address, _)| address.to_string()).collect()
    }
}

/// A plan's operations in their order, as `operation address` lines.
pub fn told(plan: &Plan) -> Vec<String> {
    plan.operations.iter().map(|operation| format!("{} {}", operation.operation, operation.address)).collect()
}

/// A network that holds, a server in it that bills, and an alarm on the server.
pub fn small() -> World {
    let mut world = World::new();
    world.declare("data_net.n", json!({"size": 1, "form": "a"}));
    world.declare("bill_server.s", json!({"size": 1, "form": "a", "name": "server", "net": reference("data_net.n")}));
    world.declare("data_alarm.a", json!({"on": {"$ref": "bill_server.s", "output": "name"}, "armed": true})).paused =
        OnPause::Reduce(json!({"on": {"$ref": "bill_server.s", "output": "name"}, "armed": false}));
    world
}
