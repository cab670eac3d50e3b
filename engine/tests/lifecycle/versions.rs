//! A kind whose inputs changed their form: what its first version recorded is read, changed, paused and destroyed by its second.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ebbtide::plan::Target;
use ebbtide::planner::Components;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Declared, Persistence, Phase, Resolved, Resource, Scope, fields};
use ebbtide::stack::{Declarations, Stack};
use ebbtide_engine::apply::{Access, Deployment, Event, Failure, Finished, Goal, Shutdown};
use ebbtide_engine::providers::{Provider, Providers, Reading};
use ebbtide_engine::sdk::{Aws, Context, Error, Hint as _, PropagationDelay};
use ebbtide_engine::state::{Keys, LocalBackend, LockOwner, StateStore};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The service in which pages exist: text and color, by id.
static SERVICE: Mutex<BTreeMap<String, [String; 2]>> = Mutex::new(BTreeMap::new());

fn service<T>(act: impl FnOnce(&mut BTreeMap<String, [String; 2]>) -> T) -> T {
    act(&mut SERVICE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The color of a page for which none was chosen.
const WHITE: &str = "white";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct PageOutputs<P: Phase> {
    id: P::Of<String>,
}

/// A page as the first version of the kind declares it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct First<P: Phase = Declared> {
    text: String,
    about: Option<P::Of<String>>,
}

/// A page as the second version declares it: two fields have other names, and the color is a new one that is required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Second<P: Phase = Declared> {
    body: String,
    topic: Option<P::Of<String>>,
    color: String,
}

impl Resource for First {
    const KIND: &'static str = "desk_page";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(First: about);
    type Resolved = First<Resolved>;
    type Outputs<P: Phase> = PageOutputs<P>;
}

impl Resource for Second {
    const KIND: &'static str = "desk_page";
    const VERSION: u32 = 2;
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(Second: topic);
    type Resolved = Second<Resolved>;
    type Outputs<P: Phase> = PageOutputs<P>;

    fn migrate(version: u32, inputs: &mut Map<String, Value>) -> Result<(), String> {
        assert_eq!(version, 1, "there is one step");
        let mut take = |name: &str| inputs.remove(name).unwrap_or_default();
        let (body, topic) = (take("text"), take("about"));
        if body == "blank" {
            return Err("a blank page has no body".to_owned());
        }
        inputs.extend([("body", body), ("topic", topic), ("color", WHITE.into())].map(|(k, v)| (k.to_owned(), v)));
        Ok(())
    }
}

fn id(context: &Context) -> String {
    let identity = &context.identity;
    format!("{}/{}#{}", identity.scope.stack, identity.address.name(), identity.generation)
}

fn find(context: &Context) -> Option<String> {
    let id = id(context);
    service(|pages| pages.contains_key(&id)).then_some(id)
}

impl Provider for First {
    async fn find(context: &Context, _: &First<Resolved>) -> Result<Option<String>, Error> {
        Ok(find(context))
    }

    async fn create(context: &Context, inputs: &First<Resolved>) -> Result<String, Error> {
        service(|pages| pages.insert(id(context), [inputs.text.clone(), WHITE.to_owned()]));
        Ok(id(context))
    }

    async fn read(_: &Context, id: &str, last: &First<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let page = service(|pages| pages.get(id).cloned());
        let outputs = PageOutputs { id: id.to_owned() };
        Ok(page.map(|[text, _]| Reading::ready(First { text, ..last.clone() }, outputs)))
    }

    async fn update(_: &Context, _: &str, _: &First<Resolved>, _: &First<Resolved>) -> Result<(), Error> {
        unreachable!("no test updates it")
    }

    async fn delete(_: &Context, id: &str, _: &First<Resolved>) -> Result<(), Error> {
        service(|pages| pages.remove(id));
        Ok(())
    }
}

impl Provider for Second {
    async fn find(context: &Context, _: &Second<Resolved>) -> Result<Option<String>, Error> {
        Ok(find(context))
    }

    async fn create(context: &Context, inputs: &Second<Resolved>) -> Result<String, Error> {
        service(|pages| pages.insert(id(context), [inputs.body.clone(), inputs.color.clone()]));
        Ok(id(context))
    }

    async fn read(_: &Context, id: &str, last: &Second<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let page = service(|pages| pages.get(id).cloned());
        let outputs = PageOutputs { id: id.to_owned() };
        Ok(page.map(|[body, color]| Reading::ready(Second { body, color, ..last.clone() }, outputs)))
    }

    async fn update(_: &Context, id: &str, _: &Second<Resolved>, to: &Second<Resolved>) -> Result<(), Error> {
        service(|pages| pages.insert(id.to_owned(), [to.body.clone(), to.color.clone()]));
        Ok(())
    }

    async fn delete(_: &Context, id: &str, _: &Second<Resolved>) -> Result<(), Error> {
        service(|pages| pages.remove(id));
        Ok(())
    }
}

/// A stack of two pages, the second about the first, and the commands of programs of either version.
struct Desk {
    folder: tempfile::TempDir,
    scope: Scope,
}

impl Desk {
    fn new(stack: &str) -> Self {
        let [environment, stack, region, account] = ["test", stack, "eu-west-1", "123456789012"].map(str::to_owned);
        Self { folder: tempfile::tempdir().unwrap(), scope: Scope { environment, stack, region, account } }
    }

    fn first(&self, text: &str) -> Declarations {
        let mut stack = Stack::new(self.scope.clone(), BTreeMap::new());
        let one = stack.add("one", First { text: text.to_owned(), about: None });
        stack.add("two", First { text: "more".to_owned(), about: Some(one.id) });
        stack.finish().unwrap()
    }

    fn second(&self, text: &str, color: &str) -> Declarations {
        let mut stack = Stack::new(self.scope.clone(), BTreeMap::new());
        let page = |body: &str, topic| Second { body: body.to_owned(), topic, color: color.to_owned() };
        let one = stack.add("one", page(text, None));
        stack.add("two", page("more", Some(one.id)));
        stack.finish().unwrap()
    }

    fn state(&self) -> StateStore {
        let stack = &self.scope.stack;
        let backend = LocalBackend::new(Path::new(self.folder.path()), "test", stack);
        StateStore::new(Box::new(backend), "test", stack, Keys::default())
    }

    async fn document(&self) -> StateDocument {
        self.state().read().await.unwrap().unwrap().0
    }

    fn deployment<'a, R: Provider>(
        &self,
        state: &'a StateStore,
        on_event: &'a (dyn Fn(Event) + Sync),
    ) -> Deployment<'a> {
        let config = aws_config::SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        let access = Access {
            aws: Arc::new(Aws::new(config, false)),
            providers: Providers::new().with::<R>(),
            propagation: PropagationDelay::NONE,
        };
        Deployment {
            state,
            access,
            account: self.scope.account.clone(),
            clock: &jiff::Timestamp::now,
            on_event,
            shutdown: Shutdown::default(),
            parallel: None,
            who: "test@host".to_owned(),
            why: None,
        }
    }

    /// Runs a command of a program whose kind has the version of `R`. Returns its end, its events, and how many operations it
    /// planned.
    async fn run<R: Provider>(
        &self,
        target: Target,
        declarations: Option<&Declarations>,
    ) -> (Result<Finished, Failure>, Vec<Event>, usize) {
        let (state, events) = (self.state(), Mutex::new(Vec::new()));
        let on_event = |event| events.lock().unwrap().push(event);
        let deployment = self.deployment::<R>(&state, &on_event);
        let mut locked = deployment.lock("test", &self.scope).await.unwrap();
        let goal = Goal {
            scope: &self.scope,
            target,
            declarations,
            include_data: &BTreeSet::new(),
            pushed: None,
            components: Components::default(),
        };
        let mut operations = 0;
        let result = match locked.plan(goal).await {
            Ok(planned) => {
                assert!(locked.missing(&planned.plan).await.unwrap().is_empty());
                operations = planned.plan.operations.len();
                locked.execute(&planned.plan).await
            }
            Err(failure) => Err(failure),
        };
        locked.release().await;
        (result, events.into_inner().unwrap(), operations)
    }

    /// Runs a command that must succeed, and returns how many operations it planned.
    async fn succeeds<R: Provider>(&self, target: Target, declarations: Option<&Declarations>) -> usize {
        let (result, events, operations) = self.run::<R>(target, declarations).await;
        assert!(result.unwrap().success, "{events:#?}");
        operations
    }

    /// Runs a command that acts on the record and must fail for the first page alone.
    async fn fails_for_one<R: Provider>(&self, target: Target, why: &str) {
        let (result, events, _) = self.run::<R>(target, None).await;
        let finished = result.unwrap();
        assert!(!finished.success, "{finished:?}");
        assert_eq!(finished.unread, [one()]);
        let says = |error: &str, hint: Option<&str>| {
            error.contains(why) && hint.is_some_and(|hint| hint.contains("`ebb state forget desk_page.one`"))
        };
        let reported = |event: &Event| match event {
            Event::Unreadable { address, error, hint, .. } => *address == one() && says(error, hint.as_deref()),
            _ => false,
        };
        assert!(events.iter().any(reported), "{events:#?}");
    }

    /// Runs an apply that must be refused, with the reason and the way out.
    async fn is_refused<R: Provider>(&self, declarations: &Declarations, why: &str) {
        let failure = self.run::<R>(Target::Running, Some(declarations)).await.0.unwrap_err();
        let (message, hint) = (failure.to_string(), failure.hint().unwrap());
        assert!(message.contains("desk_page.one") && message.contains(why), "{message}");
        assert!(hint.contains("the version of `ebb`") && hint.contains("`ebb state forget desk_page."), "{hint}");
    }

    async fn forget(&self, address: Address) {
        let owner = LockOwner {
            by: "test@host".into(),
            process: std::process::id(),
            command: "state forget".into(),
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        assert!(self.state().forget(owner, &[address], "ebb state forget").await.unwrap()[0].is_some());
    }

    /// Returns the pages that exist: name and generation, text, and color.
    fn pages(&self) -> Vec<String> {
        let prefix = format!("{}/", self.scope.stack);
        let described = |(id, [text, color]): (&String, &[String; 2])| {
            id.strip_prefix(&prefix).map(|name| format!("{name} {text} {color}"))
        };
        service(|pages| pages.iter().filter_map(described).collect())
    }
}

fn one() -> Address {
    "desk_page.one".parse().unwrap()
}

#[tokio::test]
async fn inputs_of_an_older_version_of_a_kind_are_planned_in_todays_form() {
    let desk = Desk::new("changed");
    desk.succeeds::<First>(Target::Running, Some(&desk.first("hello"))).await;
    assert_eq!(desk.document().await.resources[&one()].version, 1);
    assert_eq!(desk.succeeds::<Second>(Target::Running, Some(&desk.second("hello", WHITE))).await, 0);
    let serial = desk.document().await.serial;
    assert!(
        desk.document().await.resources.values().all(|record| record.version == 2),
        "it is recorded in today's form"
    );
    assert_eq!(desk.succeeds::<Second>(Target::Running, Some(&desk.second("hello", WHITE))).await, 0);
    assert_eq!(desk.document().await.serial, serial, "and recorded once");

    assert_eq!(desk.succeeds::<Second>(Target::Running, Some(&desk.second("hello", "red"))).await, 2);
    assert_eq!(desk.pages(), ["one#1 hello red", "two#1 more red"]);
    assert_eq!(desk.succeeds::<Second>(Target::Destroyed, None).await, 2);
    assert_eq!(desk.pages(), [""; 0]);
}

#[tokio::test]
async fn inputs_of_an_older_version_of_a_kind_are_paused_and_resumed_with_their_references() {
    let desk = Desk::new("slept");
    desk.succeeds::<First>(Target::Running, Some(&desk.first("hello"))).await;
    desk.succeeds::<Second>(Target::Paused, None).await;
    assert_eq!(desk.pages(), [""; 0]);
    desk.succeeds::<Second>(Target::Running, None).await;
    assert_eq!(desk.pages(), ["one#2 hello white", "two#2 more white"]);
    let two = desk.document().await.resources[&"desk_page.two".parse().unwrap()].clone();
    assert_eq!((two.version, &two.inputs["topic"]), (2, &"slept/one#2".into()));
    assert_eq!(two.declaration()["topic"], serde_json::json!({"$ref": "desk_page.one", "output": "id"}));

    // Asleep when the version changes.
    let desk = Desk::new("overslept");
    desk.succeeds::<First>(Target::Running, Some(&desk.first("hello"))).await;
    desk.succeeds::<First>(Target::Paused, None).await;
    desk.succeeds::<Second>(Target::Running, None).await;
    assert_eq!(desk.pages(), ["one#2 hello white", "two#2 more white"]);
}

#[tokio::test]
async fn a_resource_whose_inputs_cannot_be_migrated_fails_alone_until_it_is_forgotten() {
    let desk = Desk::new("blank");
    let why = "inputs of version 1 of the kind cannot be brought to version 2: a blank page has no body";
    desk.succeeds::<First>(Target::Running, Some(&desk.first("blank"))).await;
    desk.is_refused::<Second>(&desk.second("blank", WHITE), why).await;
    desk.fails_for_one::<Second>(Target::Paused, why).await;
    assert_eq!(desk.pages(), ["one#1 blank white"], "the other one is asleep");
    desk.fails_for_one::<Second>(Target::Destroyed, why).await;
    desk.fails_for_one::<Second>(Target::Destroyed, why).await;
    let document = desk.document().await;
    assert_eq!(document.resources.keys().collect::<Vec<_>>(), [&one()]);
    assert_eq!((document.resources[&one()].version, desk.pages().len()), (1, 1), "nothing is done with it");

    desk.forget(one()).await;
    desk.succeeds::<Second>(Target::Destroyed, None).await;
    assert!(desk.document().await.resources.is_empty());
}

#[tokio::test]
async fn a_resource_asleep_whose_inputs_cannot_be_migrated_is_not_resumed_and_can_be_declared_anew() {
    let desk = Desk::new("dream");
    desk.succeeds::<First>(Target::Running, Some(&desk.first("blank"))).await;
    desk.succeeds::<First>(Target::Paused, None).await;
    let (result, events, _) = desk.run::<Second>(Target::Running, None).await;
    assert!(!result.unwrap().success);
    let failed = |event: &Event| format!("{event:?}").contains("a blank page has no body");
    assert!(events.iter().any(failed), "{events:#?}");
    assert_eq!(desk.pages(), [""; 0]);
    desk.succeeds::<Second>(Target::Running, Some(&desk.second("written", WHITE))).await;
    assert_eq!(desk.pages(), ["one#2 written white", "two#2 more white"]);
}

#[tokio::test]
async fn a_plan_that_was_saved_with_another_version_of_a_kind_is_stale() {
    let desk = Desk::new("saved");
    let (state, declarations) = (desk.state(), desk.first("hello"));
    let (first, second) = (desk.deployment::<First>(&state, &|_| {}), desk.deployment::<Second>(&state, &|_| {}));
    let include_data = &BTreeSet::new();
    let goal = Goal {
        scope: &desk.scope,
        target: Target::Running,
        declarations: Some(&declarations),
        include_data,
        pushed: None,
        components: Components::default(),
    };
    let plan = first.plan(goal).await.unwrap().plan;
    let mut locked = second.lock("apply", &desk.scope).await.unwrap();
    let stale = locked.check(&plan).await.unwrap_err().to_string();
    assert!(stale.contains("the kind of desk_page.one has another version than when it was made"), "{stale}");
    locked.release().await;
    let mut locked = first.lock("apply", &desk.scope).await.unwrap();
    locked.check(&plan).await.unwrap();
    locked.release().await;
}

#[tokio::test]
async fn a_record_of_a_newer_version_of_a_kind_is_not_touched() {
    let desk = Desk::new("newer");
    let why = "recorded by a newer version of the kind: 2, and this program knows version 1";
    desk.succeeds::<Second>(Target::Running, Some(&desk.second("hello", WHITE))).await;
    let before = desk.pages();
    desk.is_refused::<First>(&desk.first("hello"), why).await;
    for target in [Target::Paused, Target::Destroyed] {
        let (result, ..) = desk.run::<First>(target, None).await;
        let finished = result.unwrap();
        assert!(!finished.success && finished.unread.len() == 2, "{finished:?}");
    }
    assert_eq!(desk.pages(), before);
    desk.succeeds::<Second>(Target::Destroyed, None).await;
    assert_eq!(desk.pages(), [""; 0]);
}
