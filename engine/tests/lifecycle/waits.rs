//! The waits that a kind sets for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ebbtide::plan::Target;
use ebbtide::planner::Components;
use ebbtide::resource::{Billing, Charge, Declared, Persistence, Phase, Readiness, Resolved, Resource, Scope};
use ebbtide::stack::Stack;
use ebbtide_engine::apply::{Access, Deployment, Finished, Goal, Shutdown};
use ebbtide_engine::providers::{Provider, Reading, providers};
use ebbtide_engine::sdk::{Aws, Context, Error, ErrorKind, PropagationDelay};
use ebbtide_engine::state::{Keys, LocalBackend, StateStore};
use serde::{Deserialize, Serialize};

/// How many looks still find each lamp being updated; by name.
static BUSY_LOOKS: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

/// A lamp. While it is being updated, its deletion is refused, and a refusal for any other reason is final.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Lamp<P: Phase = Declared> {
    number: usize,
    /// Whether it says that it is being updated.
    tells: bool,
    #[serde(default)]
    room: Option<P::Of<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct LampOutputs<P: Phase> {
    id: P::Of<String>,
}

impl Resource for Lamp {
    const KIND: &'static str = "desk_lamp";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = &[];
    type Resolved = Lamp<Resolved>;
    type Outputs<P: Phase> = LampOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::hourly("desk.lamp", 1.0)])
    }
}

impl Provider for Lamp {
    const DELETABLE_WITHIN: Duration = Duration::ZERO;

    async fn find(_: &Context, _: &Lamp<Resolved>) -> Result<Option<String>, Error> {
        Ok(None)
    }

    async fn create(_: &Context, _: &Lamp<Resolved>) -> Result<String, Error> {
        Ok("lamp".to_owned())
    }

    async fn read(_: &Context, id: &str, last: &Lamp<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let busy = &BUSY_LOOKS[last.number];
        // Gone, once it was deleted.
        if busy.load(Ordering::SeqCst) == u32::MAX {
            return Ok(None);
        }
        let is_busy = busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |looks| looks.checked_sub(1)).is_ok();
        let reading = Reading::ready(last.clone(), LampOutputs { id: id.to_owned() });
        let readiness =
            if is_busy && last.tells { Readiness::Pending("Updating".to_owned()) } else { Readiness::Ready };
        Ok(Some(Reading { readiness, ..reading }))
    }

    async fn update(_: &Context, _: &str, _: &Lamp<Resolved>, _: &Lamp<Resolved>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(_: &Context, _: &str, last: &Lamp<Resolved>) -> Result<(), Error> {
        let busy = &BUSY_LOOKS[last.number];
        if busy.load(Ordering::SeqCst) > 0 {
            return Err(Error::new(ErrorKind::Busy, "the lamp is being updated"));
        }
        busy.store(u32::MAX, Ordering::SeqCst);
        Ok(())
    }
}

/// Brings a stack of one lamp to a target.
async fn go(folder: &std::path::Path, lamp: &Lamp, target: Target) -> Finished {
    let [environment, stack, region, account] = ["test", "desk", "eu-west-1", "123456789012"].map(str::to_owned);
    let scope = Scope { environment, stack, region, account };
    let mut declared = Stack::new(scope.clone(), BTreeMap::new());
    declared.add("lamp", lamp.clone());
    let declarations = declared.finish().unwrap();
    let backend = LocalBackend::new(folder, "test", "desk");
    let state = StateStore::new(Box::new(backend), "test", "desk", Keys::default());
    let config = aws_config::SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
    let deployment = Deployment {
        state: &state,
        access: Access {
            aws: Arc::new(Aws::new(config, false)),
            providers: providers().with::<Lamp>(),
            propagation: PropagationDelay::NONE,
        },
        account: scope.account.clone(),
        clock: &jiff::Timestamp::now,
        on_event: &|_| {},
        shutdown: Shutdown::default(),
        parallel: None,
        who: "test@host".to_owned(),
        why: None,
    };
    let include_data = BTreeSet::new();
    let mut work = deployment.lock("test", &scope).await.unwrap();
    let goal = Goal {
        scope: &scope,
        target,
        declarations: Some(&declarations),
        include_data: &include_data,
        pushed: None,
        components: Components::default(),
    };
    let plan = work.plan(goal).await.unwrap().plan;
    let finished = work.execute(&plan).await.unwrap();
    work.release().await;
    finished
}

/// The deletion of an endpoint is refused while it is being created or updated, which may take an hour.
#[tokio::test]
async fn a_deletion_waits_while_the_resource_is_being_updated_and_other_refusals_have_their_own_patience() {
    let folder = tempfile::tempdir().unwrap();
    let lamp = Lamp { number: 0, tells: true, room: None };
    assert!(go(folder.path(), &lamp, Target::Running).await.success);
    BUSY_LOOKS[0].store(6, Ordering::SeqCst);
    assert!(go(folder.path(), &lamp, Target::Destroyed).await.success);

    let folder = tempfile::tempdir().unwrap();
    let lamp = Lamp { number: 1, tells: false, room: None };
    assert!(go(folder.path(), &lamp, Target::Running).await.success);
    BUSY_LOOKS[1].store(6, Ordering::SeqCst);
    assert_eq!(go(folder.path(), &lamp, Target::Destroyed).await.failed, 1);
}
