//! The table of models.

use aws_sdk_sagemaker::types::{ContainerDefinition, S3ModelDataSource};
use ebbtide::aws::RoleArn;
use ebbtide::aws::ec2::{Cidr, SecurityGroup, Subnet, Vpc};
use ebbtide::aws::sagemaker::{Container, ContainerMode, InferenceExecution, Model, ModelData, ModelForm, ModelVpc};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::ec2::named;
use super::super::table::{Table, with};
use super::{base_name, role, tags};
use crate::fixture::scope;

const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/vllm:1";
const OTHER_IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/vllm:2";
const ARCHIVE: &str = "s3://models/llama.tar.gz";

fn declare_around(stack: &mut Stack) -> ([Input<RoleArn>; 2], ModelVpc) {
    let roles = ["one", "two"].map(|name| role(stack, name));
    let vpc = stack.add("near", Vpc::new(Cidr::new([10, 0, 0, 0], 16))).vpc_id;
    let subnet = Subnet::private(&vpc, Cidr::new([10, 0, 1, 0], 24), "eu-west-1a");
    let subnets = vec![stack.add("near", subnet).subnet_id];
    let security_groups = vec![stack.add("near", SecurityGroup::new(&vpc, "Models")).security_group_id];
    (roles, ModelVpc { subnets, security_groups })
}

fn add(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<Model>(inputs.clone()).unwrap());
}

fn artifact(uri: &str, form: ModelForm) -> Option<ModelData> {
    Some(ModelData { uri: uri.into(), form })
}

pub fn model() -> Table {
    let (roles, vpc) = declare_around(&mut Stack::new(scope(), [].into()));
    let container = || {
        let mut container = Container::new(IMAGE, artifact(ARCHIVE, ModelForm::Archive));
        container.environment.insert("A".into(), "1".into());
        container
    };
    let base = Model { name: Some("one".into()), ..Model::new(&roles[0], container()) };
    let source = json!([ARCHIVE, "S3Object", "Gzip"]);
    let usual = json!({ "image": IMAGE, "model": source, "mode": "SingleModel", "environment": { "A": "1" }, "hostname": null });
    let shown = |changes: Value| json!([with(&usual, &changes)]);
    let second = || Container { image: OTHER_IMAGE.into(), ..container() };
    let both = json!([usual, with(&usual, &json!({ "image": OTHER_IMAGE }))]);
    let named = |name: &str, container: Container| Container { hostname: Some(name.into()), ..container };
    let prefix = artifact("s3://models/llama/", ModelForm::Prefix);
    let object = artifact("s3://models/llama.gguf", ModelForm::Object);
    let several = artifact("s3://models/all/", ModelForm::Archive);
    let multi = Container { mode: ContainerMode::MultiModel, model: several, ..container() };
    let table = Table::new(&base, observe)
        .shows("name", json!("two"), json!("two"))
        .shows("execution_role", json!(roles[1]), json!("two"))
        .shows("containers", json!([second()]), shown(json!({ "image": OTHER_IMAGE })))
        .shows(
            "containers",
            json!([Container { model: prefix, ..container() }]),
            shown(json!({ "model": ["s3://models/llama/", "S3Prefix", "None"] })),
        )
        .shows(
            "containers",
            json!([Container { model: object, ..container() }]),
            shown(json!({ "model": ["s3://models/llama.gguf", "S3Object", "None"] })),
        )
        .shows("containers", json!([Container { model: None, ..container() }]), shown(json!({ "model": null })))
        .shows("containers", json!([multi]), shown(json!({ "model": "s3://models/all/", "mode": "MultiModel" })))
        .shows(
            "containers",
            json!([Container { environment: [("B".to_owned(), "2".into())].into(), ..container() }]),
            shown(json!({ "environment": { "B": "2" } })),
        )
        .shows("containers", json!([named("first", container())]), shown(json!({ "hostname": "first" })))
        .shows("containers", json!([container(), second()]), both)
        .shows("execution", json!(InferenceExecution::Serial), json!("Serial"))
        .also("containers", json!([container(), second()]))
        .shows("execution", json!(InferenceExecution::Direct), json!("Direct"))
        .also("containers", json!([named("first", container()), named("second", second())]))
        .shows("vpc", json!(vpc), json!([["ec2_subnet.near"], ["ec2_security_group.near"]]))
        .shows("network_isolation", json!(true), json!(true))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add, ..table }
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_models().send().await.unwrap();
        let [only] = all.models() else { panic!("not one model: {all:?}") };
        assert_eq!(only.model_name(), Some(id));
        let model = aws.sagemaker().describe_model().model_name(id).send().await.unwrap();
        let vpc = match model.vpc_config() {
            None => Value::Null,
            Some(vpc) => json!([
                named(aws, vpc.subnets().iter().map(String::as_str).collect()).await,
                named(aws, vpc.security_group_ids().iter().map(String::as_str).collect()).await,
            ]),
        };
        json!({
            "name": base_name(id),
            "execution_role": model.execution_role_arn().unwrap().rsplit('/').next(),
            "containers": model.primary_container().into_iter().chain(model.containers()).map(container).collect::<Vec<_>>(),
            "execution": model.inference_execution_config().and_then(|config| config.mode()).map(|mode| mode.as_str()),
            "vpc": vpc,
            "network_isolation": model.enable_network_isolation(),
            "tags": tags(aws, model.model_arn().unwrap()).await,
        })
    })
}

fn container(container: &ContainerDefinition) -> Value {
    let source = |source: &S3ModelDataSource| {
        let kind = source.s3_data_type().map(|kind| kind.as_str());
        json!([source.s3_uri(), kind, source.compression_type().map(|compression| compression.as_str())])
    };
    let source = container.model_data_source().and_then(|model| model.s3_data_source()).map(source);
    json!({
        "image": container.image(),
        "model": source.or(container.model_data_url().map(|url| json!(url))),
        "mode": container.mode().map(|mode| mode.as_str()),
        "environment": container.environment(),
        "hostname": container.container_hostname(),
    })
}
