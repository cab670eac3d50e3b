//! The table of endpoint configurations.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{AsyncInferenceConfig, DataCaptureConfig, ProductionVariant};
use ebbtide::aws::sagemaker::{
    AsyncInference, AsyncNotification, CaptureMode, Container, DataCapture, EndpointConfig, Hosting, Instances,
    ManagedScaling, Model, Routing, Serverless, Variant,
};
use ebbtide::aws::{ModelName, RoleArn};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Table, with};
use super::{base_name, role, tags};
use crate::fixture::scope;

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:answers";
const OTHER_TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:failures";
const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn roles(stack: &mut Stack) -> [Input<RoleArn>; 2] {
    ["models", "other"].map(|name| role(stack, name))
}

fn declare_around(stack: &mut Stack) -> [Input<ModelName>; 2] {
    let [role, _] = roles(stack);
    ["first", "second"].map(|name| {
        let model = Model { name: Some(name.into()), ..Model::new(&role, Container::new("1.dkr.ecr/vllm:1", None)) };
        stack.add(name, model).name
    })
}

fn add(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<EndpointConfig>(inputs.clone()).unwrap());
}

/// Returns instances whose volume SageMaker does not choose.
fn instances() -> Instances {
    Instances::new("ml.g5.xlarge", 2)
}

/// Returns the table of configurations. AWS takes `managed_scaling` without a model only.
pub fn config() -> Table {
    let models = declare_around(&mut Stack::new(scope(), [].into()));
    let variant = || Variant::on_instances("main", &models[0], instances());
    let on = |instances: Instances| json!([Variant { hosting: Hosting::Instances(instances), ..variant() }]);
    let usual = json!({
        "name": "main", "model": "first", "weight": 1.0, "type": "ml.g5.xlarge", "count": 2, "volume": null,
        "download": null, "startup": null, "managed": null, "routing": null, "ami": null, "serverless": null,
    });
    let shown = |changes: Value| json!([with(&usual, &changes)]);
    let serverless = Serverless { memory_mb: 2048, max_concurrency: 20, provisioned_concurrency: Some(3) };
    let serverless = Variant { hosting: Hosting::Serverless(serverless), ..variant() };
    let ami = "al2-ami-sagemaker-inference-gpu-3-1";
    let managed_scaling = Some(ManagedScaling { min: 0, max: 4 });
    let managed = Variant::for_components("main", Instances { managed_scaling, ..instances() });
    let roles = roles(&mut Stack::new(scope(), [].into()));
    let base = EndpointConfig {
        name: Some("one".into()),
        execution_role: Some(roles[0].clone()),
        ..EndpointConfig::new(variant())
    };
    let table = Table::new(&base, observe)
        .shows("execution_role", json!(roles[1]), json!("other"))
        .shows("variants", json!([managed]), shown(json!({ "model": null, "managed": [0, 4] })))
        .shows("name", json!("two"), json!("two"))
        .shows("variants", json!([Variant { name: "other".into(), ..variant() }]), shown(json!({ "name": "other" })))
        .shows(
            "variants",
            json!([Variant { model: Some(models[1].clone()), ..variant() }]),
            shown(json!({ "model": "second" })),
        )
        .shows("variants", json!([Variant { weight: 0.5, ..variant() }]), shown(json!({ "weight": 0.5 })))
        .shows("variants", on(Instances::new("ml.g6.xlarge", 2)), shown(json!({ "type": "ml.g6.xlarge" })))
        .shows("variants", on(Instances { count: 3, ..instances() }), shown(json!({ "count": 3 })))
        .shows("variants", on(Instances { volume_gb: Some(64), ..instances() }), shown(json!({ "volume": 64 })))
        .shows(
            "variants",
            on(Instances { download_timeout_seconds: Some(600), ..instances() }),
            shown(json!({ "download": 600 })),
        )
        .shows(
            "variants",
            on(Instances { startup_timeout_seconds: Some(900), ..instances() }),
            shown(json!({ "startup": 900 })),
        )
        .shows(
            "variants",
            on(Instances { routing: Some(Routing::LeastOutstandingRequests), ..instances() }),
            shown(json!({ "routing": "LEAST_OUTSTANDING_REQUESTS" })),
        )
        .shows("variants", on(Instances { ami_version: Some(ami.into()), ..instances() }), shown(json!({ "ami": ami })))
        .shows(
            "variants",
            json!([serverless]),
            shown(json!({ "type": null, "count": null, "serverless": [2048, 20, 3] })),
        )
        .shows(
            "variants",
            json!([variant(), Variant { name: "canary".into(), ..variant() }]),
            json!([usual, with(&usual, &json!({ "name": "canary" }))]),
        );
    Table { add, ..queued_and_captured(table) }
        .shows("kms_key", json!(KEY), json!(KEY))
        // Types with local disks take no key.
        .also("variants", on(Instances::new("ml.inf2.xlarge", 2)))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

/// Adds asynchronous inference and data capture.
fn queued_and_captured(table: Table) -> Table {
    let plain = AsyncInference::to("s3://answers/llm");
    let full = AsyncInference {
        failures: Some("s3://answers/failed".into()),
        kms_key: Some(KEY.into()),
        max_concurrent_per_instance: Some(4),
        notify: AsyncNotification { success: Some(TOPIC.into()), failure: Some(OTHER_TOPIC.into()) },
        ..plain.clone()
    };
    let capture: DataCapture = DataCapture {
        destination: "s3://captured/llm".into(),
        sampling_percent: 10,
        modes: BTreeSet::from([CaptureMode::Input]),
        kms_key: None,
        csv_content_types: BTreeSet::new(),
        json_content_types: BTreeSet::new(),
    };
    let full_capture = DataCapture {
        modes: BTreeSet::from([CaptureMode::Input, CaptureMode::Output]),
        kms_key: Some(KEY.into()),
        csv_content_types: BTreeSet::from(["text/csv".to_owned()]),
        json_content_types: BTreeSet::from(["application/json".to_owned()]),
        ..capture.clone()
    };
    table
        .shows("async_inference", json!(plain), json!(["s3://answers/llm", null, null, null, null, null]))
        .shows(
            "async_inference",
            json!(full),
            json!(["s3://answers/llm", "s3://answers/failed", KEY, 4, TOPIC, OTHER_TOPIC]),
        )
        .shows("data_capture", json!(capture), json!([true, "s3://captured/llm", 10, ["Input"], null, null]))
        .shows(
            "data_capture",
            json!(full_capture),
            json!([true, "s3://captured/llm", 10, ["Input", "Output"], KEY, [["text/csv"], ["application/json"]]]),
        )
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_endpoint_configs().send().await.unwrap();
        let [only] = all.endpoint_configs() else { panic!("not one configuration: {all:?}") };
        assert_eq!(only.endpoint_config_name(), Some(id));
        let config = aws.sagemaker().describe_endpoint_config().endpoint_config_name(id).send().await.unwrap();
        json!({
            "name": base_name(id),
            "variants": config.production_variants().iter().map(variant).collect::<Vec<_>>(),
            "async_inference": config.async_inference_config().map(async_inference),
            "data_capture": config.data_capture_config().map(data_capture),
            "execution_role": config.execution_role_arn().and_then(|role| role.rsplit('/').next()),
            "kms_key": config.kms_key_id(),
            "tags": tags(aws, config.endpoint_config_arn().unwrap()).await,
        })
    })
}

fn variant(variant: &ProductionVariant) -> Value {
    let serverless = variant.serverless_config().map(|serverless| {
        [serverless.memory_size_in_mb(), serverless.max_concurrency(), serverless.provisioned_concurrency()]
    });
    let routing = variant.routing_config().and_then(|routing| routing.routing_strategy());
    json!({
        "name": variant.variant_name(),
        "model": variant.model_name().map(base_name),
        "weight": variant.initial_variant_weight(),
        "type": variant.instance_type().map(|kind| kind.as_str()),
        "count": variant.initial_instance_count(),
        "volume": variant.volume_size_in_gb(),
        "download": variant.model_data_download_timeout_in_seconds(),
        "startup": variant.container_startup_health_check_timeout_in_seconds(),
        "managed": variant.managed_instance_scaling().map(|scaling| {
            assert_eq!(scaling.status().map(|status| status.as_str()), Some("ENABLED"));
            [scaling.min_instance_count(), scaling.max_instance_count()]
        }),
        "routing": routing.map(|strategy| strategy.as_str()),
        "ami": variant.inference_ami_version().map(|version| version.as_str()),
        "serverless": serverless,
    })
}

fn async_inference(config: &AsyncInferenceConfig) -> Value {
    let output = config.output_config().unwrap();
    let client = config.client_config().and_then(|client| client.max_concurrent_invocations_per_instance());
    let notify = output.notification_config();
    json!([
        output.s3_output_path(),
        output.s3_failure_path(),
        output.kms_key_id(),
        client,
        notify.and_then(|notify| notify.success_topic()),
        notify.and_then(|notify| notify.error_topic()),
    ])
}

fn data_capture(config: &DataCaptureConfig) -> Value {
    let modes = config.capture_options().iter().map(|option| option.capture_mode().map(|mode| mode.as_str()));
    let types = config.capture_content_type_header();
    json!([
        config.enable_capture(),
        config.destination_s3_uri(),
        config.initial_sampling_percentage(),
        modes.collect::<Vec<_>>(),
        config.kms_key_id(),
        types.map(|types| [types.csv_content_types(), types.json_content_types()]),
    ])
}
