//! The tables of groups of model packages and of pipelines.

use ebbtide::aws::RoleArn;
use ebbtide::aws::sagemaker::{ModelPackageGroup, Pipeline, PipelineDefinition};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Shows, Table};
use super::{bucket, role, tags};
use crate::fixture::scope;

pub fn group() -> Table {
    let base = ModelPackageGroup { name: Some("one".into()), ..ModelPackageGroup::new() };
    Table::new(&base, observe_group)
        .shows("name", json!("two"), json!("two"))
        // A replacement of a group of the same name deletes it first.
        .shows("description", json!("Invoices"), json!("Invoices"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_group<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_model_package_groups().send().await.unwrap();
        let [only] = all.model_package_group_summary_list() else { panic!("not one group: {all:?}") };
        assert_eq!(only.model_package_group_name(), Some(id));
        json!({
            "name": id,
            "description": only.model_package_group_description(),
            "tags": tags(aws, only.model_package_group_arn().unwrap()).await,
        })
    })
}

fn declare_around(stack: &mut Stack) -> [Input<RoleArn>; 2] {
    ["one", "two"].map(|name| role(stack, name))
}

fn add(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<Pipeline>(inputs.clone()).unwrap());
}

fn prepare(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        bucket(aws, "definitions").await;
        let put = aws.s3().put_object().bucket("definitions").key("training.json");
        put.body(b"{}".to_vec().into()).send().await.unwrap();
    })
}

pub fn pipeline() -> Table {
    let roles = declare_around(&mut Stack::new(scope(), [].into()));
    let definition = |step: &str| json!({ "Version": "2020-12-01", "Steps": [{ "Name": step }] });
    let base = Pipeline {
        name: Some("one".into()),
        max_parallel_steps: Some(4),
        ..Pipeline::new(&roles[0], definition("first"))
    };
    let other: PipelineDefinition = PipelineDefinition::Inline(definition("second"));
    let object: PipelineDefinition =
        PipelineDefinition::Object { bucket: "definitions".into(), key: "training.json".into(), version: None };
    let location = json!({ "Bucket": "definitions", "ObjectKey": "training.json" });
    let table = Table::new(&base, observe_pipeline)
        .shows("name", json!("two"), json!("two"))
        .shows("display_name", json!("Training"), json!("Training"))
        .shows("description", json!("Trains"), json!("Trains"))
        .shows("definition", json!(other), definition("second"))
        .shows("definition", json!(object), json!({ "EmbeddedCloudDefinitionFrom": location }))
        .shows("role", json!(roles[1]), json!("two"))
        .shows("max_parallel_steps", json!(9), json!(9))
        .entry("max_parallel_steps", Value::Null, Shows::Refused("not remove it"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add, prepare, ..table }
}

fn observe_pipeline<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_pipelines().send().await.unwrap();
        let [only] = all.pipeline_summaries() else { panic!("not one pipeline: {all:?}") };
        assert_eq!(only.pipeline_name(), Some(id));
        let pipeline = aws.sagemaker().describe_pipeline().pipeline_name(id).send().await.unwrap();
        json!({
            "name": id,
            "display_name": pipeline.pipeline_display_name(),
            "description": pipeline.pipeline_description(),
            "definition": serde_json::from_str::<Value>(pipeline.pipeline_definition().unwrap()).unwrap(),
            "role": pipeline.role_arn().unwrap().rsplit('/').next(),
            "max_parallel_steps": pipeline.parallelism_configuration().and_then(|limit| limit.max_parallel_execution_steps()),
            "tags": tags(aws, pipeline.pipeline_arn().unwrap()).await,
        })
    })
}
