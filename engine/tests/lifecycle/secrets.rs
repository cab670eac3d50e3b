//! Inputs that AWS does not show: a change of them reaches AWS, and only a look at AWS proves it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::aws::sns::{Filter, FilterScope, Subscription, Topic};
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_engine::apply::Event;

use crate::fixture::{Project, scope};

/// Declares a secret from a file, and one that is generated.
fn secrets(path: &str, revision: u32) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    let named = |name: &str, source| Secret { name: Some(name.to_owned()), ..Secret::new(source) };
    stack.add("token", named("token", SecretSource::File(path.to_owned())));
    let mut source = SecretSource::generated(40);
    if let SecretSource::Generated { revision: of, .. } = &mut source {
        *of = revision;
    }
    stack.add("key", named("key", source));
    stack.finish().unwrap()
}

async fn value(project: &Project, name: &str) -> String {
    let aws = Project::aws(&project.cloud());
    aws.secretsmanager().get_secret_value().secret_id(name).send().await.unwrap().secret_string.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_value_reaches_aws() {
    let mut project = Project::new(secrets("token", 1));
    let file = project.path().join("token");
    let path = file.to_str().unwrap().to_owned();
    std::fs::write(&file, "hf_one").unwrap();
    project.declarations = secrets(&path, 1);
    project.run(Target::Running).await;
    assert_eq!(value(&project, "token").await, "hf_one");
    let generated = value(&project, "key").await;

    std::fs::write(&file, "hf_two").unwrap();
    project.declarations = secrets(&path, 2);
    let finished = project.run(Target::Running).await;
    assert_eq!(finished.summary.update, 2);
    assert_eq!(value(&project, "token").await, "hf_two");
    assert_ne!(value(&project, "key").await, generated);
    assert!(project.plan(Target::Running).await.is_empty());

    // A return to the first value.
    std::fs::write(&file, "hf_one").unwrap();
    project.run(Target::Running).await;
    assert_eq!(value(&project, "token").await, "hf_one");
}

/// Ends the process once AWS has carried out a call.
struct EndsAfter(&'static str);

impl CallHook for EndsAfter {
    fn acted(&self, call: &Call, _status: u16) {
        assert_ne!(call.operation, self.0, "ended on purpose");
    }
}

/// Lets one operation be denied.
struct Denies(&'static str);

impl CallHook for Denies {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation == self.0 {
            FaultAction::Refuse(Fault::new("AccessDeniedException", "not allowed"))
        } else {
            FaultAction::Act
        }
    }
}

/// Returns a project whose secret has the value of a file, and the file.
async fn with_value(value: &str) -> (Project, PathBuf) {
    let mut project = Project::new(secrets("token", 1));
    let file = project.path().join("token");
    std::fs::write(&file, value).unwrap();
    project.declarations = secrets(file.to_str().unwrap(), 1);
    project.run(Target::Running).await;
    (project, file)
}

fn attempts(document: &StateDocument) -> usize {
    document.resources.values().map(|record| record.attempted.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_returns_after_an_update_was_cut_off_is_set_again() {
    let (project, file) = with_value("hf_one").await;
    let project = Arc::new(project);
    std::fs::write(&file, "hf_two").unwrap();
    let ended = tokio::spawn({
        let project = Arc::clone(&project);
        async move {
            let cloud = project.cloud();
            cloud.faults().install(Arc::new(EndsAfter("UpdateSecret")));
            project.run_on(&cloud, Target::Running).await
        }
    });
    assert!(ended.await.is_err(), "the process ended");
    assert_eq!(value(&project, "token").await, "hf_two", "AWS had the call");

    std::fs::write(&file, "hf_one").unwrap();
    let plan = project.plan(Target::Running).await;
    let reasons: Vec<String> = plan.operations.iter().map(|operation| operation.reason.to_string()).collect();
    assert_eq!(reasons, ["an earlier change of value_hash was cut off and may have been made"]);
    project.run(Target::Running).await;
    assert_eq!(value(&project, "token").await, "hf_one");
    assert!(project.plan(Target::Running).await.is_empty());
    assert_eq!(attempts(&project.document().await), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_returns_after_an_update_failed_in_part_is_set_again() {
    let (mut project, file) = with_value("hf_one").await;
    let before = project.declarations.clone();
    std::fs::write(&file, "hf_two").unwrap();
    let address = "secretsmanager_secret.token".parse().unwrap();
    project.declarations.resources.get_mut(&address).unwrap().inputs["tags"]["team"] = "serving".into();
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Denies("TagResource")));
    assert_eq!(project.run_on(&cloud, Target::Running).await.result.unwrap().failed, 1);
    assert_eq!(value(&project, "token").await, "hf_two", "the first of two calls was made");

    // A resume acts on the record, and has no source to take a value from.
    std::fs::write(&file, "hf_one").unwrap();
    assert_eq!(project.resume().await.summary.update, 0);
    assert_eq!(attempts(&project.document().await), 1);
    project.declarations = before;
    assert_eq!(project.run(Target::Running).await.summary.update, 1);
    assert_eq!(value(&project, "token").await, "hf_one");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_update_of_fields_that_can_be_read_is_forgotten_once_they_were() {
    let (mut project, _) = with_value("hf_one").await;
    let before = project.declarations.clone();
    let address = "secretsmanager_secret.token".parse().unwrap();
    project.declarations.resources.get_mut(&address).unwrap().inputs["description"] = "for models".into();
    let cloud = project.cloud();
    cloud.faults().install(Arc::new(Denies("UpdateSecret")));
    assert_eq!(project.run_on(&cloud, Target::Running).await.result.unwrap().failed, 1);
    assert_eq!(attempts(&project.document().await), 1);
    project.declarations = before;
    assert!(project.plan(Target::Running).await.is_empty(), "a read shows that nothing was changed");
    project.run(Target::Running).await;
    assert_eq!(attempts(&project.document().await), 0);
}

fn receivers(raw: bool) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    let topic = stack.add("alarms", Topic { name: Some("alarms".to_owned()), ..Topic::new() });
    let filter = raw.then(|| Filter {
        scope: FilterScope::MessageAttributes,
        policy: serde_json::from_str(r#"{"severity": ["high"]}"#).unwrap(),
    });
    let subscription = Subscription { filter, ..Subscription::email(&topic.arn, "ops@example.com") };
    stack.add("mail", subscription);
    stack.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_an_unconfirmed_subscription_is_refused_and_not_recorded() {
    let mut project = Project::new(receivers(false));
    project.run(Target::Running).await;
    project.declarations = receivers(true);
    let cloud = project.cloud();
    for _ in 0..2 {
        let ran = project.run_on(&cloud, Target::Running).await;
        assert_eq!(ran.result.unwrap().failed, 1);
        let refused =
            |event: &Event| matches!(event, Event::OperationFailed { error, .. } if error.contains("confirmed"));
        assert!(ran.events.iter().any(refused), "{:#?}", ran.events);
    }
    let aws = Project::aws(&cloud);
    let topic = aws.sns().list_topics().send().await.unwrap().topics()[0].topic_arn().unwrap().to_owned();
    let again = aws.sns().subscribe().topic_arn(&topic).protocol("email").endpoint("ops@example.com");
    let arn = again.return_subscription_arn(true).send().await.unwrap().subscription_arn.unwrap();
    let token = arn.rsplit(':').next().unwrap();
    aws.sns().confirm_subscription().topic_arn(&topic).token(token).send().await.unwrap();
    project.run(Target::Running).await;
    let found = aws.sns().get_subscription_attributes().subscription_arn(&arn).send().await.unwrap();
    let filter = found.attributes().unwrap().get("FilterPolicy").unwrap();
    assert!(filter.contains("severity"), "{filter}");
}
