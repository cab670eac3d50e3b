//! Resources of any type of Cloud Control: their life, and a process that ends at any call of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ebbtide::plan::Target;
use ebbtide::resource::cloud_control::Any;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::Cloud;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::fixture::{Project, scope};

/// Declares a guardrail, whose ARN AWS assigns; a version of it, which has no tags; a policy, whose name is given and which has no tags;
/// and a vault, whose tags are a map and which a pause deletes.
fn declared(refusal: &str) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::from([("Project".to_owned(), "test".to_owned())]));
    let guardrail = Any::new("AWS::Bedrock::Guardrail").with("Name", "support").without_data();
    let guardrail = guardrail.with("BlockedInputMessaging", refusal).with("BlockedOutputsMessaging", "No.");
    // Reads show an empty list beside this one, which no update takes.
    let words = json!({ "ManagedWordListsConfig": [{ "Type": "PROFANITY" }] });
    let guardrail = stack.add("support", guardrail.with("WordPolicyConfig", words));
    let version = Any::new("AWS::Bedrock::GuardrailVersion").with("Description", "first").without_data();
    let version = version.with("GuardrailIdentifier", guardrail.get::<String>("GuardrailArn"));
    let version = stack.add("first", version);
    let rules =
        json!({ "Rules": [{ "ResourceType": "collection", "Resource": ["collection/docs"] }], "AWSOwnedKey": true });
    let policy = Any::new("AWS::OpenSearchServerless::SecurityPolicy").with("Type", "encryption").without_data();
    stack.add("docs", policy.with("Name", "docs").with("Policy", rules.to_string()));
    let vault = Any::new("AWS::Backup::BackupVault").deleted_by_pause();
    stack.add("copies", vault.with("BackupVaultName", guardrail.get::<String>("GuardrailId")));
    stack.output("VERSION", &version.get::<String>("Version"));
    stack.finish().unwrap()
}

/// The types and the properties of them that count.
const SEEN: [(&str, &[&str]); 3] = [
    ("AWS::Bedrock::Guardrail", &["Name", "BlockedInputMessaging", "Version"]),
    ("AWS::OpenSearchServerless::SecurityPolicy", &["Name"]),
    ("AWS::Backup::BackupVault", &[]),
];

/// Lists the resources that exist, from nothing but the cloud, and the numbers that versions were given.
async fn seen(project: &Project) -> Vec<String> {
    let aws = Project::aws(&project.cloud());
    let client = aws.cloudcontrol();
    let mut seen = Vec::new();
    for (type_name, properties) in SEEN {
        let parent =
            (type_name == "AWS::OpenSearchServerless::SecurityPolicy").then(|| r#"{"Type":"encryption"}"#.to_owned());
        let listed = client.list_resources().type_name(type_name).set_resource_model(parent).send().await.unwrap();
        for resource in listed.resource_descriptions() {
            let id = resource.identifier().unwrap();
            let Ok(read) = client.get_resource().type_name(type_name).identifier(id).send().await else { continue };
            let model: Value = serde_json::from_str(&read.resource_description.unwrap().properties.unwrap()).unwrap();
            let values: Vec<_> = properties.iter().map(|property| model[*property].to_string()).collect();
            seen.push(format!("{type_name} {}", values.join(" ")));
            for number in 1..5 {
                let id = format!("{}|{number}", model["GuardrailId"].as_str().unwrap_or("none"));
                let version = client.get_resource().type_name("AWS::Bedrock::GuardrailVersion").identifier(id);
                if version.send().await.is_ok() {
                    seen.push(format!("version {number}"));
                }
            }
        }
    }
    seen.sort();
    seen
}

fn all(refusal: &str) -> Vec<String> {
    vec![
        "AWS::Backup::BackupVault ".to_owned(),
        format!("AWS::Bedrock::Guardrail \"support\" \"{refusal}\" \"DRAFT\""),
        "AWS::OpenSearchServerless::SecurityPolicy \"docs\"".to_owned(),
        "version 1".to_owned(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_of_any_type_live_as_all_others_do() {
    let mut project = Project::new(declared("No."));
    project.run(Target::Running).await;
    assert_eq!(seen(&project).await, all("No."));
    assert!(project.plan(Target::Running).await.is_empty());

    project.declarations = declared("Never.");
    project.run(Target::Running).await;
    assert_eq!(seen(&project).await, all("Never."));
    assert!(project.plan(Target::Running).await.is_empty());

    project.run(Target::Paused).await;
    assert_eq!(
        seen(&project).await,
        all("Never.")[1..],
        "a pause keeps them, apart from the one that it was told to delete"
    );
    project.resume().await;
    assert_eq!(seen(&project).await, all("Never."));

    project.run(Target::Destroyed).await;
    assert_eq!(seen(&project).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_keeps_what_may_hold_data() {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    stack.add("copies", Any::new("AWS::Backup::BackupVault").with("BackupVaultName", "copies"));
    let project = Project::new(stack.finish().unwrap());
    project.run(Target::Running).await;
    project.run(Target::Destroyed).await;
    assert_eq!(seen(&project).await, ["AWS::Backup::BackupVault "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_is_not_known_is_left_to_aws() {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    stack.add("what", Any::new("AWS::Nobody::Knows").with("Name", "x"));
    let project = Project::new(stack.finish().unwrap());
    let ran = project.run_on(&project.cloud(), Target::Running).await;
    assert!(!ran.result.unwrap().success);
    let events = format!("{:?}", ran.events);
    assert!(events.contains("TypeNotFoundException") && events.contains("cannot be found"), "{events}");
}

/// Ends the process at a call: before it acts, or when it has acted.
struct Ends {
    at: u64,
    acts: bool,
    calls: AtomicU64,
    ended: AtomicBool,
}

impl CallHook for Ends {
    fn before(&self, _call: &Call) -> FaultAction {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if number < self.at {
            return FaultAction::Act;
        }
        let first = !self.ended.swap(true, Ordering::SeqCst);
        if first && self.acts { FaultAction::ActAndDrop } else { FaultAction::Hang }
    }
}

/// Runs a command whose process ends at a call. Returns whether it came so far.
async fn cut_off(project: &Project, cloud: &Cloud, at: u64, acts: bool) -> bool {
    let ends = Arc::new(Ends { at, acts, calls: AtomicU64::new(0), ended: AtomicBool::new(false) });
    cloud.faults().install(Arc::clone(&ends) as Arc<dyn CallHook>);
    let over = async {
        while !ends.ended.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // The call that has reached AWS acts.
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    tokio::select! {
        _ = project.run_on(cloud, Target::Running) => false,
        () = over => true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_at_any_call_leaves_nothing_double_and_nothing_behind() {
    let mut running = JoinSet::new();
    let (mut ended, mut next) = (0, 1);
    loop {
        while running.len() < 4 && next < 200 {
            let at = next;
            next += 1;
            running.spawn(async move {
                let project = Project::new(declared("No."));
                let struck = cut_off(&project, &project.cloud(), at, at % 2 == 0).await;
                // Once more, a few calls into the recovery.
                cut_off(&project, &project.cloud(), at % 7 + 1, at % 3 == 0).await;
                project.run(Target::Running).await;
                assert_eq!(seen(&project).await, all("No."), "call {at}");
                assert!(project.plan(Target::Running).await.is_empty(), "call {at}");
                project.run(Target::Destroyed).await;
                assert_eq!(seen(&project).await, [""; 0], "call {at}");
                struck
            });
        }
        let Some(struck) = running.join_next().await else { break };
        match struck.unwrap() {
            true => ended += 1,
            false => next = 200,
        }
    }
    assert!(ended > 15, "only {ended} calls were cut off");
}
