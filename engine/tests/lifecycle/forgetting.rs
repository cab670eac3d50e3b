//! The way out of a record that contradicts itself.

use ebbtide::plan::{Effect, Operation, Reason, Target, Upsert};
use ebbtide::record::{JournalEntry, JournalEvent, ResourceRecord, Run};
use ebbtide::resource::Address;
use ebbtide_engine::apply::Failure;
use ebbtide_engine::sdk::Hint as _;
use ebbtide_engine::state::{LockOwner, StateError};
use serde_json::{Value, json};

use crate::fixture::{Project, network, running};

fn owner() -> LockOwner {
    LockOwner {
        by: "test@host".into(),
        process: std::process::id(),
        command: "state forget".into(),
        since: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

async fn forget(project: &Project, name: &str) {
    let forgotten = project.state().forget(owner(), &[address(name)], "ebb state forget").await.unwrap();
    assert!(forgotten[0].is_some(), "{name} was recorded");
}

fn refused(failure: Failure) -> StateError {
    let Failure::State(error) = failure else { panic!("{failure}") };
    assert!(error.hint().unwrap().contains("`ebb state forget ADDRESS`"), "{error}");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_contradicts_itself_is_left_through_state_forget() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    let path = project.path().join("state/test/net.json");
    let mut document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    document["resources"]["ec2_vpc.twin"] = document["resources"]["ec2_vpc.main"].clone();
    std::fs::write(&path, document.to_string()).unwrap();

    for target in [Target::Running, Target::Paused, Target::Destroyed] {
        let ran = project.run_on(&project.cloud(), target).await;
        let error = refused(ran.result.unwrap_err());
        assert!(error.to_string().contains("ec2_vpc.main and ec2_vpc.twin have the same id"), "{error}");
    }
    forget(&project, "ec2_vpc.twin").await;
    assert!(project.plan(Target::Running).await.is_empty());
    assert_eq!(project.exists().await, running(), "AWS is not touched");
}

/// Leaves a run open that creates a twin of the network, with inputs of a version of its kind, up to an event of it.
async fn leave_open(project: &Project, version: u32, event: impl FnOnce(ResourceRecord) -> JournalEvent) {
    let mut plan = project.plan(Target::Running).await;
    let main = project.document().await.resources[&address("ec2_vpc.main")].clone();
    let upsert = Upsert {
        changes: Vec::new(),
        version,
        inputs: main.inputs.clone(),
        declared: None,
        dependencies: Default::default(),
        protect: false,
    };
    plan.operations.push(Operation {
        id: 0,
        address: address("ec2_vpc.twin"),
        generation: 1,
        reason: Reason::New,
        depends_on: Vec::new(),
        effect: Effect::Create(upsert),
    });
    let state = project.state();
    let mut writer = state.acquire(owner()).await.unwrap();
    let (mut document, _) = writer.read().await.unwrap().unwrap();
    document.serial += 1;
    document.run = Some(Run {
        id: "r".into(),
        command: "apply".into(),
        by: "test@host".into(),
        why: String::new(),
        started: "2026-01-01T00:00:00Z".parse().unwrap(),
        tells_begun: true,
        without_lineage: false,
        plan,
    });
    writer.commit(&document).await.unwrap();
    writer
        .append(&[JournalEntry { run: "r".into(), operation: 0, event: event(main), took: None, at: None }])
        .await
        .unwrap();
    writer.release().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_of_another_version_of_a_kind_is_left_through_state_forget() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    leave_open(&project, 7, |_| JournalEvent::Started).await;
    for target in [Target::Running, Target::Destroyed] {
        let failure = project.run_on(&project.cloud(), target).await.result.unwrap_err();
        let says = "ec2_vpc.twin: cannot find: its creation was started with version 7 of its kind";
        assert_eq!(failure.to_string(), says);
        assert!(failure.hint().unwrap().contains("`ebb state forget ec2_vpc.twin`"));
    }
    forget(&project, "ec2_vpc.twin").await;
    project.run(Target::Destroyed).await;
    assert!(project.exists().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_run_whose_recovery_is_refused_is_left_through_state_forget() {
    let project = Project::new(network("10.0.0.0/16"));
    project.run(Target::Running).await;
    leave_open(&project, 1, |main| JournalEvent::Ready {
        id: main.id.unwrap(),
        inputs: main.inputs,
        outputs: json!({}),
    })
    .await;

    for _ in 0..2 {
        let ran = project.run_on(&project.cloud(), Target::Destroyed).await;
        assert!(matches!(refused(ran.result.unwrap_err()), StateError::Inconsistent { .. }));
    }
    forget(&project, "ec2_vpc.twin").await;
    project.run(Target::Running).await;
    assert!(project.document().await.run.is_none());
    assert!(project.plan(Target::Running).await.is_empty());
    assert_eq!(project.exists().await, running());
    project.run(Target::Destroyed).await;
    assert!(project.exists().await.is_empty());
}
