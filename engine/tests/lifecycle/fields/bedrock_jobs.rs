//! The tables of Bedrock.

use ebbtide::aws::bedrock::CustomizationJob;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::{Shows, Table};

const ROLE: &str = "arn:aws:iam::123456789012:role/training";

/// Why a change of a job does not arrive.
const AS_RUN: Shows = Shows::Nothing("a job keeps what it was run with, and runs again only if it is named");

pub fn job() -> Table {
    let base = CustomizationJob::new("amazon.nova-lite-v1:0:300k", ROLE, "s3://training/a.jsonl", "s3://training/out/");
    let mut table = Table::new(&base, observe);
    table.prepare = prepare;
    let network = json!({ "subnets": ["subnet-1"], "security_groups": ["sg-1"] });
    table
        .entry("model_name", json!("expert"), AS_RUN)
        .entry("base_model", json!("amazon.nova-micro-v1:0:128k"), AS_RUN)
        .entry("customization", json!("continued_pre_training"), AS_RUN)
        .entry("role", json!("arn:aws:iam::123456789012:role/other"), AS_RUN)
        .entry("training_data", json!("s3://training/b.jsonl"), AS_RUN)
        .entry("validation_data", json!(["s3://training/c.jsonl"]), AS_RUN)
        .entry("output_data", json!("s3://training/other/"), AS_RUN)
        .entry("hyper_parameters", json!({ "epochCount": "3" }), AS_RUN)
        .entry("kms_key", json!("arn:aws:kms:eu-west-1:123456789012:key/1"), AS_RUN)
        .entry("vpc", network, AS_RUN)
        .entry("training_tokens", json!(1000), Shows::Nothing("it is for the price alone"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn prepare(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "bedrock.amazonaws.com" }, "Action": "sts:AssumeRole",
        }]});
        let role = aws.iam().create_role().role_name("training").assume_role_policy_document(trust.to_string());
        role.send().await.unwrap();
    })
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let jobs = aws.bedrock().list_model_customization_jobs().send().await.unwrap();
        let [summary] = jobs.model_customization_job_summaries() else { panic!("not one job: {jobs:?}") };
        assert_eq!(summary.job_arn(), id);
        let job = aws.bedrock().get_model_customization_job().job_identifier(id).send().await.unwrap();
        let tags = aws.bedrock().list_tags_for_resource().resource_arn(id).send().await.unwrap();
        let own = tags.tags().iter().filter(|tag| !tag.key().starts_with("ebb:"));
        json!({
            "model_name": job.output_model_name(),
            "base_model": job.base_model_arn(),
            "customization": job.customization_type().map(|one| one.as_str()),
            "role": job.role_arn(),
            "training_data": job.training_data_config().and_then(|data| data.s3_uri()),
            "validation_data": job.validation_data_config().map(|data| format!("{data:?}")),
            "output_data": job.output_data_config().map(|data| data.s3_uri().to_owned()),
            "hyper_parameters": job.hyper_parameters().map(|all| all.len()),
            "kms_key": job.output_model_kms_key_arn(),
            "vpc": job.vpc_config().map(|vpc| format!("{vpc:?}")),
            "tags": own.map(|tag| (tag.key().to_owned(), json!(tag.value()))).collect::<Map<_, _>>(),
        })
    })
}
