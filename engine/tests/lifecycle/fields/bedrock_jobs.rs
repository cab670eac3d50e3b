//! The tables of Bedrock.

use ebbtide::aws::bedrock::{
    CustomModel, CustomModelDeployment, CustomizationJob, InvocationLogging, ProvisionedThroughput,
};
use ebbtide::stack::Stack;
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

/// Declares two jobs, and the resource of a table that uses the model of the one whose number its inputs have.
fn model_of(stack: &mut Stack, number: &Value) -> Value {
    let mut models = Vec::new();
    for name in ["one", "two"] {
        let out = "s3://training/out/";
        let job = CustomizationJob::new("amazon.nova-lite-v1:0:300k", ROLE, "s3://training/a.jsonl", out);
        models.push(stack.add(name, job).model_arn);
    }
    json!(models[usize::from(*number != json!("one"))])
}

fn add_deployment(stack: &mut Stack, inputs: &Value) {
    let mut deployment: CustomModelDeployment = serde_json::from_value(inputs.clone()).unwrap();
    deployment.model = serde_json::from_value(model_of(stack, &inputs["model"])).unwrap();
    stack.add("it", deployment);
}

fn add_throughput(stack: &mut Stack, inputs: &Value) {
    let mut throughput: ProvisionedThroughput = serde_json::from_value(inputs.clone()).unwrap();
    throughput.model = serde_json::from_value(model_of(stack, &inputs["model"])).unwrap();
    stack.add("it", throughput);
}

pub fn deployment() -> Table {
    let mut table = Table::new(&CustomModelDeployment::of("one"), observe_deployment);
    (table.prepare, table.add) = (prepare, add_deployment);
    table
        .shows("name", json!("expert"), json!("expert"))
        .entry("model", json!("two"), Shows::Another)
        .shows("description", json!("An expert"), json!("An expert"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

pub fn throughput() -> Table {
    let mut table = Table::new(&ProvisionedThroughput::of("one", 1), observe_throughput);
    (table.prepare, table.add) = (prepare, add_throughput);
    table
        .shows("name", json!("expert"), json!("expert"))
        .entry("model", json!("two"), Shows::Another)
        .shows("units", json!(2), json!(2))
        .entry("commitment", json!("one_month"), Shows::NoWayBack(json!("OneMonth"), "commitment term"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

async fn tags_of(aws: &Aws, arn: &str) -> Value {
    let tags = aws.bedrock().list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    let own = tags.tags().iter().filter(|tag| !tag.key().starts_with("ebb:"));
    Value::Object(own.map(|tag| (tag.key().to_owned(), json!(tag.value()))).collect::<Map<_, _>>())
}

fn observe_deployment<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.bedrock().list_custom_model_deployments().send().await.unwrap();
        let [only] = all.model_deployment_summaries() else { panic!("not one deployment: {all:?}") };
        assert_eq!(only.custom_model_deployment_arn(), id);
        let get = aws.bedrock().get_custom_model_deployment().custom_model_deployment_identifier(id);
        let found = get.send().await.unwrap();
        let name = found.model_deployment_name();
        json!({
            "name": if name == "expert" { Some(name) } else { None },
            "model": found.model_arn(),
            "description": found.description(),
            "tags": tags_of(aws, id).await,
        })
    })
}

fn observe_throughput<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.bedrock().list_provisioned_model_throughputs().send().await.unwrap();
        let [only] = all.provisioned_model_summaries() else { panic!("not one throughput: {all:?}") };
        assert_eq!(only.provisioned_model_arn(), id);
        let name = only.provisioned_model_name();
        json!({
            "name": if name == "expert" { Some(name) } else { None },
            "model": only.model_arn(),
            "units": only.model_units(),
            "commitment": only.commitment_duration().map(|term| term.as_str()),
            "tags": tags_of(aws, id).await,
        })
    })
}

pub fn model() -> Table {
    let mut table = Table::new(&CustomModel::of("s3://escrow/expert/1", ROLE), observe_model);
    table.prepare = prepare;
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    let data = "--include-data";
    table
        .entry("name", json!("expert"), Shows::Refused(data))
        .entry("source", json!("s3://escrow/expert/2"), Shows::Refused(data))
        .entry("role", json!("arn:aws:iam::123456789012:role/other"), Shows::Nothing("it is for the making alone"))
        .entry("kms_key", json!(key), Shows::Refused(data))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_model<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.bedrock().list_custom_models().send().await.unwrap();
        let [only] = all.model_summaries() else { panic!("not one model: {all:?}") };
        assert_eq!(only.model_arn(), id);
        json!({ "name": only.model_name(), "tags": tags_of(aws, id).await })
    })
}

pub fn logging() -> Table {
    let base = InvocationLogging::to_log_group("/bedrock/one", ROLE);
    let mut table = Table::new(&base, observe_logging);
    table.prepare = prepare_logging;
    table
        .shows("log_group", json!("/bedrock/two"), json!("/bedrock/two"))
        .shows("role", json!(WRITER), json!(WRITER))
        .shows("large_data_bucket", json!("large"), json!("large"))
        .shows("large_data_prefix", json!("large"), json!("large"))
        .also("large_data_bucket", json!("large"))
        .shows("bucket", json!("invocations"), json!("invocations"))
        .shows("prefix", json!("all"), json!("all"))
        .also("bucket", json!("invocations"))
        .shows("text", json!(false), json!(false))
        .shows("images", json!(false), json!(false))
        .shows("embeddings", json!(false), json!(false))
        .shows("video", json!(false), json!(false))
        .shows("audio", json!(false), json!(false))
}

const WRITER: &str = "arn:aws:iam::123456789012:role/writer";

fn prepare_logging(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async {
        prepare(aws).await;
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "bedrock.amazonaws.com" }, "Action": "sts:AssumeRole",
        }]});
        let role = aws.iam().create_role().role_name("writer").assume_role_policy_document(trust.to_string());
        role.send().await.unwrap();
        for name in ["/bedrock/one", "/bedrock/two"] {
            aws.cloudwatchlogs().create_log_group().log_group_name(name).send().await.unwrap();
        }
        for name in ["large", "invocations"] {
            let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
            let place = place.location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1).build();
            aws.s3().create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
            let policy = json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "bedrock.amazonaws.com" }, "Action": "s3:PutObject",
                "Resource": format!("arn:aws:s3:::{name}/*"),
            }]});
            aws.s3().put_bucket_policy().bucket(name).policy(policy.to_string()).send().await.unwrap();
        }
    })
}

fn observe_logging<'a>(aws: &'a Aws, _id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let found = aws.bedrock().get_model_invocation_logging_configuration().send().await.unwrap();
        let config = found.logging_config().expect("there is a configuration");
        let logs = config.cloud_watch_config();
        let large = logs.and_then(|logs| logs.large_data_delivery_s3_config());
        json!({
            "log_group": logs.map(|logs| logs.log_group_name()),
            "role": logs.map(|logs| logs.role_arn()),
            "large_data_bucket": large.map(|bucket| bucket.bucket_name()),
            "large_data_prefix": large.and_then(|bucket| bucket.key_prefix()),
            "bucket": config.s3_config().map(|bucket| bucket.bucket_name()),
            "prefix": config.s3_config().and_then(|bucket| bucket.key_prefix()),
            "text": config.text_data_delivery_enabled(),
            "images": config.image_data_delivery_enabled(),
            "embeddings": config.embedding_data_delivery_enabled(),
            "video": config.video_data_delivery_enabled(),
            "audio": config.audio_data_delivery_enabled(),
        })
    })
}
