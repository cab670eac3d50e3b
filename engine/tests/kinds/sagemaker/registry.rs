//! Groups of model packages, and pipelines.

use aws_sdk_sagemaker::types::ModelPackageType;
use ebbtide::aws::sagemaker::{ModelPackageGroup, ModelPackageGroupOutputs, Pipeline, PipelineDefinition};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use super::features::bucket;
use super::{role, tags};
use crate::declared::resolved;
use crate::harness::{World, provider};

#[tokio::test]
async fn a_group_of_model_packages_is_created_changed_and_deleted() {
    let world = World::new();
    let description = Some("Extraction of invoices".to_owned());
    let mut inputs = ModelPackageGroup { description, tags: tags("team", "llm"), ..ModelPackageGroup::new() };
    let mut made = world.make::<ModelPackageGroup>("registry", &inputs).await;
    let outputs: ModelPackageGroupOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.name.as_str(), made.id);
    inputs.tags = tags("stage", "test");
    made.change_to(&inputs).await;
    made.delete().await;
}

#[tokio::test]
async fn a_group_with_versions_is_deleted_only_with_its_data() {
    let world = World::new();
    let mut made = world.make::<ModelPackageGroup>("registry", &ModelPackageGroup::new()).await;
    for _ in 0..3 {
        world.aws.sagemaker().create_model_package().model_package_group_name(&made.id).send().await.unwrap();
    }
    assert_eq!(made.data().await.as_deref(), Some("3 model packages"));
    let refused = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::HoldsData);
    made.context.include_data = true;
    made.delete().await;
    let left = world.aws.sagemaker().list_model_packages().model_package_type(ModelPackageType::Versioned);
    assert!(left.send().await.unwrap().model_package_summary_list().is_empty());
}

#[tokio::test]
async fn a_group_of_somebody_else_is_left_alone() {
    let world = World::new();
    let create = world.aws.sagemaker().create_model_package_group().model_package_group_name("invoices");
    create.send().await.unwrap();
    let inputs = ModelPackageGroup { name: Some("invoices".into()), ..ModelPackageGroup::new() };
    let context = world.context("sagemaker_model_package_group.registry", 1);
    let inputs = serde_json::to_value(inputs).unwrap();
    let kind = provider("sagemaker_model_package_group");
    assert_eq!(kind.find(&context, &inputs).await.unwrap(), None);
    assert_eq!(kind.create(&context, &inputs).await.unwrap_err().kind, ErrorKind::AlreadyExists);
}

fn pipeline(role: &str) -> Pipeline<Resolved> {
    resolved(&Pipeline::new(role, json!({ "Version": "2020-12-01", "Steps": [] })))
}

#[tokio::test]
async fn a_pipeline_is_created_changed_and_deleted() {
    let world = World::new();
    let role = role(&world).await;
    let mut inputs = pipeline(role.as_str());
    let mut made = world.make::<Pipeline>("training", &inputs).await;
    inputs.description = "Trains".into();
    inputs.display_name = Some("Training".into());
    inputs.max_parallel_steps = Some(3);
    inputs.definition = PipelineDefinition::Inline(json!({ "Version": "2020-12-01", "Steps": [{ "Name": "a" }] }));
    inputs.tags = tags("stage", "test");
    made.change_to(&inputs).await;
    inputs.description = String::new();
    inputs.display_name = None;
    inputs.tags = Tags::new();
    made.change_to(&inputs).await;
    inputs.max_parallel_steps = None;
    let without = serde_json::to_value(&inputs).unwrap();
    let refused = made.kind.update(&made.context, &made.id, &made.inputs, &without).await.unwrap_err();
    assert!(refused.message.contains("not remove it"), "{refused}");
    let planned = made.kind.prepare(&without, "key", Some(&made.inputs)).unwrap_err();
    assert!(planned.message.contains("not remove it"), "{planned}");
    made.delete().await;
}

#[tokio::test]
async fn a_pipeline_can_be_an_object_in_s3() {
    let world = World::new();
    let role = role(&world).await;
    let context = world.context("sagemaker_pipeline.training", 1);
    let inputs: Pipeline<Resolved> = resolved(&Pipeline::from_object(role.as_str(), "definitions", "training.json"));
    let missing = provider("sagemaker_pipeline").create(&context, &serde_json::to_value(&inputs).unwrap()).await;
    assert!(missing.unwrap_err().message.contains("s3://definitions/training.json"));
    bucket(&world, "definitions").await;
    let put = world.aws.s3().put_object().bucket("definitions").key("training.json");
    put.body(b"{}".to_vec().into()).send().await.unwrap();
    world.make::<Pipeline>("training", &inputs).await.delete().await;
}

#[tokio::test]
async fn a_pipeline_of_somebody_else_is_left_alone() {
    let world = World::new();
    let role = role(&world).await;
    let named = |name: &str| Pipeline { name: Some(name.to_owned()), ..pipeline(role.as_str()) };
    let mut other = world.make::<Pipeline>("other", &named("training")).await;
    other.context = world.context("sagemaker_pipeline.training", 1);
    let inputs = serde_json::to_value(named("training")).unwrap();
    assert_eq!(other.kind.find(&other.context, &inputs).await.unwrap(), None);
    assert_eq!(other.kind.create(&other.context, &inputs).await.unwrap_err().kind, ErrorKind::AlreadyExists);
}
