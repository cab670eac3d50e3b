//! Log groups.

use ebbtide::aws::logs::{LogGroup, LogGroupOutputs};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::{World, provider};

const NAME: &str = "/aws/sagemaker/Endpoints/llm";

fn group() -> LogGroup<Resolved> {
    resolved(&LogGroup { tags: Tags::from([("team".into(), "llm".into())]), ..LogGroup::new(NAME, 30) })
}

#[tokio::test]
async fn a_group_lives_through_every_change() {
    let world = World::new();
    let mut made = world.make::<LogGroup>("llm", &group()).await;
    let outputs: LogGroupOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.name.as_str(), NAME);
    assert_eq!(outputs.arn.as_str(), format!("arn:aws:logs:eu-west-1:123456789012:log-group:{NAME}"));

    let mut changed = LogGroup { retention_days: Some(7), ..group() };
    made.change_to(&changed).await;
    changed.retention_days = None;
    made.change_to(&changed).await;
    changed.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&changed).await;
    assert_eq!(made.data().await, None);
    made.delete().await;
}

#[tokio::test]
async fn a_group_has_the_key_it_was_created_with() {
    let world = World::new();
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    let made = world.make::<LogGroup>("llm", &LogGroup { name: None, kms_key: Some(key.into()), ..group() }).await;
    made.delete().await;
}

#[tokio::test]
async fn a_longer_name_is_another_group() {
    let world = World::new();
    world.aws.cloudwatchlogs().create_log_group().log_group_name(format!("{NAME}-2")).send().await.unwrap();
    let made = world.make::<LogGroup>("llm", &group()).await;
    made.delete().await;
}

#[tokio::test]
async fn streams_are_data() {
    let world = World::new();
    let mut made = world.make::<LogGroup>("llm", &group()).await;
    let logs = world.aws.cloudwatchlogs();
    for stream in ["one", "two"] {
        logs.create_log_stream().log_group_name(NAME).log_stream_name(stream).send().await.unwrap();
    }
    assert_eq!(made.data().await.as_deref(), Some("2 log streams"));
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData);
    assert!(made.read().await.is_some());
    made.context.include_data = true;
    made.delete().await;
}

#[tokio::test]
async fn a_group_created_by_a_service_is_not_taken_over() {
    let world = World::new();
    world.aws.cloudwatchlogs().create_log_group().log_group_name(NAME).send().await.unwrap();
    let context = world.context("logs_group.llm", 1);
    let inputs = serde_json::to_value(group()).unwrap();
    let provider = provider("logs_group");
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), None);
    let error = provider.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hint.is_some(), "{error:?}");
}

#[tokio::test]
async fn a_retention_changed_by_others_is_read() {
    let world = World::new();
    let made = world.make::<LogGroup>("llm", &group()).await;
    let put = world.aws.cloudwatchlogs().put_retention_policy().log_group_name(NAME).retention_in_days(90);
    put.send().await.unwrap();
    assert_eq!(made.read().await.unwrap().inputs["retention_days"], 90);
}
