//! A kind defined outside of the library: declared, applied, changed, paused, resumed and destroyed, without any call to AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use ebbtide::plan::Target;
use ebbtide::planner::Components;
use ebbtide::resource::{Billing, Charge, Declared, Persistence, Phase, Resolved, Resource, Scope, fields};
use ebbtide::stack::{Declarations, Stack};
use ebbtide_engine::apply::{Access, Deployment, Goal, Shutdown};
use ebbtide_engine::providers::{Provider, Providers, Reading, providers};
use ebbtide_engine::sdk::{Aws, Context, Error, PropagationDelay};
use ebbtide_engine::state::{Keys, LocalBackend, StateStore};
use serde::{Deserialize, Serialize};

/// The service in which notes exist: the text and the owner of each, by id.
static SERVICE: Mutex<BTreeMap<String, (String, String)>> = Mutex::new(BTreeMap::new());

fn service<T>(act: impl FnOnce(&mut BTreeMap<String, (String, String)>) -> T) -> T {
    act(&mut SERVICE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A note that bills by the hour and refers to another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Note<P: Phase = Declared> {
    text: String,
    shelf: u32,
    about: Option<P::Of<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct NoteOutputs<P: Phase> {
    id: P::Of<String>,
}

impl Resource for Note {
    const KIND: &'static str = "desk_note";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(Note: shelf);
    type Resolved = Note<Resolved>;
    type Outputs<P: Phase> = NoteOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::hourly("desk.note", 1.0)])
    }
}

fn owner(context: &Context) -> String {
    format!("{}#{}", context.identity.address, context.identity.generation)
}

impl Provider for Note {
    async fn find(context: &Context, _inputs: &Note<Resolved>) -> Result<Option<String>, Error> {
        let owner = owner(context);
        Ok(service(|notes| notes.iter().find(|(_, note)| note.1 == owner).map(|(id, _)| id.clone())))
    }

    async fn create(context: &Context, inputs: &Note<Resolved>) -> Result<String, Error> {
        let about = inputs.about.as_ref().map(|about| format!(" about {about}")).unwrap_or_default();
        let id = format!("note-{}", owner(context));
        service(|notes| notes.insert(id.clone(), (format!("{}{about}", inputs.text), owner(context))));
        Ok(id)
    }

    async fn read(_: &Context, id: &str, last: &Note<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some((text, _)) = service(|notes| notes.get(id).cloned()) else { return Ok(None) };
        let text = text.split(" about ").next().unwrap_or_default().to_owned();
        Ok(Some(Reading::ready(Note { text, ..last.clone() }, NoteOutputs { id: id.to_owned() })))
    }

    async fn update(_: &Context, id: &str, _from: &Note<Resolved>, to: &Note<Resolved>) -> Result<(), Error> {
        service(|notes| {
            if let Some(note) = notes.get_mut(id) {
                note.0.clone_from(&to.text);
            }
        });
        Ok(())
    }

    async fn delete(_: &Context, id: &str, _last: &Note<Resolved>) -> Result<(), Error> {
        service(|notes| notes.remove(id));
        Ok(())
    }
}

fn scope() -> Scope {
    let [environment, stack, region, account] = ["test", "desk", "eu-west-1", "123456789012"].map(str::to_owned);
    Scope { environment, stack, region, account }
}

fn declared(text: &str) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    let first = stack.add("first", Note { text: text.to_owned(), shelf: 1, about: None });
    stack.add("second", Note { text: "more".to_owned(), shelf: 1, about: Some(first.id) });
    stack.finish().unwrap()
}

/// Brings the stack to a target, each time as a new command would.
async fn go(folder: &std::path::Path, declarations: Option<&Declarations>, target: Target) {
    let backend = LocalBackend::new(folder, "test", "desk");
    let state = StateStore::new(Box::new(backend), "test", "desk", Keys::default());
    let config = aws_config::SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
    let access = Access {
        aws: Arc::new(Aws::new(config, false)),
        providers: providers().with::<Note>(),
        propagation: PropagationDelay::NONE,
    };
    let deployment = Deployment {
        state: &state,
        access,
        account: scope().account,
        clock: &jiff::Timestamp::now,
        on_event: &|_| {},
        shutdown: Shutdown::default(),
        parallel: None,
        who: "test@host".to_owned(),
        why: None,
    };
    let (scope, include_data) = (scope(), BTreeSet::new());
    let mut work = deployment.lock("test", &scope).await.unwrap();
    let goal = Goal {
        scope: &scope,
        target,
        declarations,
        include_data: &include_data,
        pushed: None,
        components: Components::default(),
    };
    let plan = work.plan(goal).await.unwrap().plan;
    let finished = work.execute(&plan).await.unwrap();
    assert!(finished.success, "{finished:?}");
    work.release().await;
}

fn texts() -> Vec<String> {
    service(|notes| notes.values().map(|note| note.0.clone()).collect())
}

#[tokio::test]
async fn a_kind_of_ones_own_lives_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let declarations = declared("hello");
    go(folder.path(), Some(&declarations), Target::Running).await;
    assert_eq!(texts(), ["hello", "more about note-desk_note.first#1"]);
    go(folder.path(), Some(&declared("changed")), Target::Running).await;
    assert_eq!(texts(), ["changed", "more about note-desk_note.first#1"]);
    go(folder.path(), None, Target::Paused).await;
    assert_eq!(texts(), [""; 0]);
    // A resume needs no declarations.
    go(folder.path(), None, Target::Running).await;
    assert_eq!(texts(), ["changed", "more about note-desk_note.first#2"]);
    go(folder.path(), None, Target::Destroyed).await;
    assert_eq!(texts(), [""; 0]);
}

#[test]
fn kinds_can_be_made_from_data() {
    let providers =
        Providers::new().with_fallback(|name| (name == "desk_note").then(|| providers().with::<Note>().get(name))?);
    assert_eq!(providers.kinds().get("desk_note").unwrap().info().replace_on, ["shelf"]);
    assert!(providers.get("desk_note").is_some() && providers.get("desk_chair").is_none());
}
