//! Small stacks of fake kinds, and a cloud that does what a plan says.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ebbtide::plan::{Change, Effect, Operation, Plan, Target};
use ebbtide::planner::{Components, Jobs, Observation, Observed, PlanError, Request, plan, present_capacity};
use ebbtide::record::{JournalEntry, JournalEvent, Replay, StateDocument};
use ebbtide::resource::{Address, LiveState, Readiness, Registry, Scope, references, resolve};
use ebbtide::schedule::Bounds;
use ebbtide::stack::{Declaration, Declarations};
use serde_json::{Value, json};

use crate::kinds::kinds;

pub fn at(text: &str) -> Address {
    text.parse().unwrap()
}

pub fn reference(address: &str) -> Value {
    json!({"$ref": address, "output": "id"})
}

/// One stack: declared, recorded and observed.
pub struct World {
    pub declarations: Declarations,
    pub document: StateDocument,
    pub observation: Observation,
    pub include_data: BTreeSet<Address>,
    pub capacity: BTreeMap<Address, Bounds>,
    pub run: BTreeSet<Address>,
    kinds: Registry,
    created: u32,
    /// The inputs that resources really have, by id. The record and the observation do not know of an update that was cut off.
    real: BTreeMap<String, Value>,
    /// The ids of resources that were deleted with another one.
    taken_along: BTreeSet<String>,
}

impl World {
    pub fn new() -> Self {
        let scope =
            Scope { environment: "test".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        Self {
            declarations: Declarations {
                scope: scope.clone(),
                resources: BTreeMap::new(),
                outputs: Vec::new(),
                violations: Vec::new(),
            },
            document: StateDocument::empty(scope, now, "lineage".into(), "key".into()),
            observation: Observation::default(),
            include_data: BTreeSet::new(),
            capacity: BTreeMap::new(),
            run: BTreeSet::new(),
            kinds: kinds(),
            created: 0,
            real: BTreeMap::new(),
            taken_along: BTreeSet::new(),
        }
    }

    /// Declares a resource, or changes its declaration.
    pub fn declare(&mut self, address: &str, inputs: Value) -> &mut Declaration {
        let depends_on = references(&inputs).into_iter().map(|reference| reference.address).collect();
        let declaration = Declaration { inputs, depends_on, protect: false };
        self.declarations.resources.insert(at(address), declaration);
        self.declarations.resources.get_mut(&at(address)).unwrap()
    }

    pub fn undeclare(&mut self, address: &str) {
        self.declarations.resources.remove(&at(address));
    }

    /// Plans as `apply`, `pause` and `destroy` do.
    pub fn plan(&self, target: Target) -> Result<Plan, PlanError> {
        self.plan_with(target, Some(&self.declarations))
    }

    /// Plans as `pause --only` and `resume` do: toward the recorded declarations, with these components asleep.
    pub fn plan_components(&self, components: Components<'_>) -> Result<Plan, PlanError> {
        let declarations = self.document.declarations();
        self.plan_request(&self.document.without_attempts(), Target::Running, Some(&declarations), components)
    }

    /// Plans as `resume` does: toward the recorded declarations.
    pub fn plan_resume(&self) -> Result<Plan, PlanError> {
        self.plan_from(&self.document.without_attempts(), Target::Running, Some(&self.document.declarations()))
    }

    pub fn plan_with(&self, target: Target, declarations: Option<&Declarations>) -> Result<Plan, PlanError> {
        let declares = target == Target::Running;
        let document = if declares { Cow::Borrowed(&self.document) } else { self.document.without_attempts() };
        self.plan_from(&document, target, declarations)
    }

    fn plan_from(
        &self,
        document: &StateDocument,
        target: Target,
        declarations: Option<&Declarations>,
    ) -> Result<Plan, PlanError> {
        self.plan_request(document, target, declarations, Components::default())
    }

    fn plan_request(
        &self,
        document: &StateDocument,
        target: Target,
        declarations: Option<&Declarations>,
        components: Components<'_>,
    ) -> Result<Plan, PlanError> {
        plan(&Request {
            kinds: &self.kinds,
            declarations,
            scope: &self.declarations.scope,
            document,
            observation: &self.observation,
            observation_hash: "",
            target,
            include_data: &self.include_data,
            capacity: &self.capacity,
            jobs: Jobs { run: Some(&self.run), watch: true },
            components,
        })
    }

    /// Carries out one operation as the executor would, and checks that its time has come.
    fn act(&mut self, replay: &mut Replay<'_>, plan: &Plan, operation: &Operation) {
        let events = self.events(plan, operation);
        if operation.deletion().is_some() {
            self.take_along(operation);
        }
        for event in events {
            if let JournalEvent::Ready { id, inputs, .. } = &event {
                self.real.insert(id.clone(), inputs.clone());
            }
            let entry = JournalEntry { run: String::new(), operation: operation.id, event, took: None, at: None };
            replay.apply(&mut self.document, &entry).unwrap();
        }
        if let Some(record) = self.document.resources.get(&operation.address) {
            let twice = record.deposed.iter().any(|old| record.id.as_ref() == Some(&old.id));
            assert!(!twice, "{}: the id of an old generation is that of the current one", operation.address);
        }
    }

    /// Deletes what the cloud deletes with a resource.
    fn take_along(&mut self, operation: &Operation) {
        let Some(record) = self.document.resources.get(&operation.address) else { return };
        let deposed = record.deposed.iter().find(|deposed| deposed.generation == operation.generation);
        let (id, outputs) = match deposed {
            Some(deposed) => (&deposed.id, &deposed.outputs),
            None => match &record.id {
                Some(id) if record.generation == operation.generation => (id, &record.outputs),
                _ => return,
            },
        };
        let is_parent = |inputs: &Value| inputs.get("parent").is_some_and(|p| *p == **id || *p == outputs["name"]);
        let children = self.document.resources.iter().filter(|(address, _)| address.kind().ends_with("_child"));
        let taken =
            children.filter(|(_, record)| is_parent(&record.inputs)).filter_map(|(_, record)| record.id.clone());
        self.taken_along.extend(taken);
    }

    /// Returns the events of an operation that succeeds.
    fn events(&mut self, plan: &Plan, operation: &Operation) -> Vec<JournalEvent> {
        match &operation.effect {
            Effect::Delete(_) | Effect::Forget => {
                self.check_unused(plan, operation);
                let snapshot = JournalEvent::PauseSnapshot { snapshot: Some(json!("as it was")) };
                let is_current = self.document.resources[&operation.address].generation == operation.generation;
                let comes_back = operation.puts_to_sleep() || operation.is_superseded() && is_current;
                let snapshot = comes_back.then_some(snapshot);
                snapshot.into_iter().chain([JournalEvent::Deleted]).collect()
            }
            Effect::Update(upsert) => {
                let id = self.document.resources[&operation.address].id.clone().unwrap();
                vec![ready(id, self.resolved(operation, &upsert.inputs))]
            }
            Effect::Create(upsert) | Effect::Replace(upsert) => {
                self.created += 1;
                if is_job(&operation.address) {
                    let before = self.document.resources.contains_key(&operation.address);
                    assert!(!before || self.run.contains(&operation.address), "{} is run again", operation.address);
                }
                let inputs = self.resolved(operation, &upsert.inputs);
                self.check_free(operation, &inputs);
                let record = self.document.resources.get(&operation.address);
                let deposed = record.and_then(|r| r.deposed.iter().find(|old| old.generation == operation.generation));
                let id = match (deposed, inputs.get("name").and_then(Value::as_str)) {
                    (Some(reused), _) => reused.id.clone(),
                    (None, Some(name)) if operation.resource_kind().ends_with("_named") => name.to_owned(),
                    (None, _) => format!("{}#{}", operation.address, self.created),
                };
                let accepted = JournalEvent::Accepted { id: id.clone(), inputs: inputs.clone() };
                vec![JournalEvent::Started, accepted, ready(id, inputs)]
            }
        }
    }

    fn resolved(&self, operation: &Operation, inputs: &Value) -> Value {
        let (inputs, unknown) = resolve(inputs, &|reference| self.document.output(reference));
        assert!(unknown.is_empty(), "{} refers to {unknown:?}, which does not exist yet", operation.address);
        inputs
    }

    /// Checks that no other resource has the name of one that is created now, where the cloud knows resources by their names.
    fn check_free(&self, operation: &Operation, inputs: &Value) {
        if !operation.resource_kind().ends_with("_named") || inputs["name"].is_null() {
            return;
        }
        for (address, record) in self.document.resources.iter().filter(|(a, _)| a.kind() == operation.resource_kind()) {
            let is_reused = |generation| (address, generation) == (&operation.address, operation.generation);
            let old = record.deposed.iter().filter(|old| !is_reused(old.generation)).map(|old| &old.inputs);
            let current = record.id.iter().filter(|_| !self.is_missing(address)).map(|_| &record.inputs);
            for other in old.chain(current) {
                assert_ne!(other["name"], inputs["name"], "{}: {address} has the name", operation.address);
            }
        }
    }

    /// Returns whether the current generation of a resource was deleted outside.
    fn is_missing(&self, address: &Address) -> bool {
        matches!(self.observation.get(address), Some(Observed::Missing))
    }

    /// Checks that no resource uses one that is deleted now.
    fn check_unused(&self, plan: &Plan, operation: &Operation) {
        let mut users = self.users(plan.target, &operation.address, operation.generation);
        // AWS allows a durable resource to refer to one that is gone, as a route does: it is updated later, or it is an old
        // generation, which a pause leaves to the next apply.
        let is_updated_later = |user: &String| {
            let updated = |other: &Operation| {
                matches!(other.effect, Effect::Update(_))
                    && other.id > operation.id
                    && user.starts_with(&format!("{}#", other.address))
            };
            plan.operations.iter().any(updated)
        };
        let is_deposed = |user: &String| {
            self.document.resources.values().flat_map(|record| &record.deposed).any(|old| old.id == *user)
        };
        let may_dangle = |user: &String| {
            user.starts_with("data") && (is_updated_later(user) || plan.target == Target::Paused && is_deposed(user))
        };
        users.retain(|user| !may_dangle(user));
        assert!(users.is_empty(), "{} is deleted while {users:?} use it", operation.address);
    }

    /// Returns the ids that exist and refer to a generation of a resource by its id.
    fn users(&self, target: Target, address: &Address, generation: u32) -> Vec<String> {
        let Some(record) = self.document.resources.get(address) else { return Vec::new() };
        let deposed = record.deposed.iter().find(|deposed| deposed.generation == generation);
        let id = deposed
            .map(|deposed| deposed.id.clone())
            .or_else(|| record.id.clone().filter(|_| record.generation == generation));
        let Some(id) = id else { return Vec::new() };
        let refers = |inputs: &Value| inputs.to_string().contains(&format!("\"{id}\""));
        // An update that was cut off may have been made. A pause and a destroy learn of it from a read, which tells nothing here.
        let real = |user: &String| self.real.get(user).filter(|_| target == Target::Running);
        let uses = |user: &String, inputs: &Value| refers(inputs) || real(user).is_some_and(refers);
        self.document
            .resources
            .iter()
            .flat_map(|(address, record)| {
                let current = record.id.iter().filter(|_| !self.is_missing(address));
                let current = current.filter(|user| uses(user, &record.inputs)).cloned();
                let old = record.deposed.iter().filter(|old| uses(&old.id, &old.inputs)).map(|old| old.id.clone());
                current.chain(old).collect::<Vec<_>>()
            })
            // A job that has ended needs nothing any more.
            .filter(|user| *user != id && !user.contains("_job."))
            .collect()
    }

    /// Carries out the first operations of a plan and observes the cloud again. A plan is cut off after that many
    /// operations, unless it has fewer.
    pub fn carry_out(&mut self, plan: &Plan, operations: usize) {
        self.document.asleep.clone_from(&plan.asleep);
        let mut replay = Replay::new(plan);
        for operation in plan.operations.iter().take(operations) {
            assert!(operation.depends_on.iter().all(|before| *before < operation.id));
            self.act(&mut replay, plan, operation);
        }
        // A pause reduces only fields that a read tells.
        let unseen = if plan.target == Target::Running { operations } else { usize::MAX };
        let rest: Vec<&Operation> = plan.operations.iter().skip(unseen).collect();
        // The first of the rest was made and not recorded.
        if let Some(operation) = rest.first()
            && let Effect::Update(upsert) = &operation.effect
        {
            let id = self.document.resources[&operation.address].id.clone().unwrap();
            self.real.insert(id, self.resolved(operation, &upsert.inputs));
        }
        rest.into_iter().for_each(|operation| self.document.note_attempt(plan.target, operation));
        if operations > plan.operations.len() {
            self.close(plan);
        }
        self.document.serial += 1;
        assert_eq!(self.document.contradictions(), [""; 0], "the record must be sound wherever a run is cut off");
        self.observe();
    }

    /// Ends a run as the executor does once every operation is done.
    fn close(&mut self, plan: &Plan) {
        self.document.target = plan.target;
        self.document.outputs.clone_from(&plan.outputs);
        for update in &plan.records {
            let record = self.document.resources.get_mut(&update.address).unwrap();
            record.depends_on.clone_from(&update.depends_on);
            record.protect = update.protect;
            if let Some(declared) = &update.declared {
                record.declare(declared);
            }
        }
    }

    /// Returns the resources whose real inputs are not as recorded. The record of what is kept although it is no longer declared, and so
    /// changed no more, may say it as an update that was cut off.
    pub fn falsely_recorded(&self) -> Vec<&Address> {
        let wrong = self.document.resources.iter().filter(|(address, record)| {
            let real = record.id.as_ref().and_then(|id| self.real.get(id));
            let is_declared = self.declarations.resources.contains_key(*address);
            let is_attempted = |real: &&Value| !is_declared && record.attempted.contains(real);
            real.is_some_and(|real| *real != record.inputs && !is_attempted(&real))
        });
        wrong.map(|(address, _)| address).collect()
    }

    /// Observes every resource as it is recorded.
    pub fn observe(&mut self) {
        let awake = self.document.resources.iter().filter(|(_, record)| record.id.is_some());
        let observed = awake.map(|(address, record)| {
            if record.id.as_ref().is_some_and(|id| self.taken_along.contains(id)) {
                return (address.clone(), Observed::Missing);
            }
            let live = LiveState {
                inputs: record.inputs.clone(),
                outputs: record.outputs.clone(),
                readiness: Readiness::Ready,
                data: is_job(address).then(|| "a result".to_owned()),
                pause_snapshot: None,
            };
            (address.clone(), Observed::Present(Box::new(live)))
        });
        self.observation = Observation(observed.collect());
    }

    /// Names the recorded jobs, so that their results are deleted with them.
    pub fn include_results(&mut self) {
        let jobs = self.document.resources.keys().filter(|address| is_job(address));
        self.include_data = jobs.cloned().collect();
    }

    /// Names the declared jobs, so that they are run again.
    pub fn run_all(&mut self) {
        let jobs = self.declarations.resources.keys().filter(|address| is_job(address));
        self.run = jobs.cloned().collect();
    }

    /// Returns the observation of a resource, to change it.
    pub fn live(&mut self, address: &str) -> &mut LiveState {
        match self.observation.0.get_mut(&at(address)) {
            Some(Observed::Present(live)) => live,
            other => panic!("{address}: {other:?}"),
        }
    }

    /// Goes to a target and returns the operations, as `operation address` lines.
    pub fn go(&mut self, target: Target) -> Vec<String> {
        let plan = self.plan(target).unwrap();
        self.carry_out(&plan, usize::MAX);
        lines(&plan)
    }

    /// Resumes and returns the operations, as `operation address` lines.
    pub fn resume(&mut self) -> Vec<String> {
        let plan = self.plan_resume().unwrap();
        self.carry_out(&plan, usize::MAX);
        lines(&plan)
    }

    /// Records the share of the roll-out.
    pub fn record_share(&mut self) {
        ebbtide::planner::record_share(&mut self.document, &self.kinds);
    }

    /// Returns the capacities in effect that are not the declared ones.
    pub fn present_capacity(&self) -> BTreeMap<Address, Bounds> {
        present_capacity(&self.document, &self.kinds)
    }

    pub fn awake(&self) -> Vec<String> {
        let awake = self.document.resources.iter().filter(|(_, record)| record.id.is_some());
        awake.map(|(address, _)| address.to_string()).collect()
    }
}

fn is_job(address: &Address) -> bool {
    address.kind().ends_with("_job")
}

/// Returns the event of a resource that is ready with these inputs.
fn ready(id: String, inputs: Value) -> JournalEvent {
    let outputs = json!({"id": id, "name": inputs.get("name"), "digest": format!("digest of {inputs}")});
    JournalEvent::Ready { id, inputs, outputs }
}

/// Returns a plan's operations in their order, as `operation address` lines.
pub fn lines(plan: &Plan) -> Vec<String> {
    plan.operations.iter().map(|operation| format!("{} {}", operation.kind(), operation.address)).collect()
}

/// Returns the changes of the desired state that an operation makes.
pub fn changes(plan: &Plan, operation: usize) -> &[Change] {
    &plan.operations[operation].upsert().unwrap().changes
}

/// Returns a network that holds data, a server in it that bills, and an alarm on the server.
pub fn small() -> World {
    let mut world = World::new();
    world.declare("data_net.n", json!({"size": 1, "form": "a"}));
    world.declare("bill_server.s", json!({"size": 1, "form": "a", "name": "server", "net": reference("data_net.n")}));
    world.declare("data_alarm.a", json!({"on": {"$ref": "bill_server.s", "output": "name"}, "armed": true}));
    world
}
