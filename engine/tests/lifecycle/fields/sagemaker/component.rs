//! The table of inference components.

use ebbtide::aws::sagemaker::{
    ComponentContainer, ComponentNeeds, Container, Endpoint, EndpointConfig, InferenceComponent, Instances,
    ManagedScaling, Model, Served, Variant,
};
use ebbtide::aws::{EndpointName, ModelName};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Table, with};
use super::{role, tags};
use crate::fixture::scope;

fn declare_around(stack: &mut Stack) -> (Vec<Input<EndpointName>>, Vec<Input<ModelName>>) {
    let role = role(stack, "models");
    let managed_scaling = Some(ManagedScaling { min: 0, max: 8 });
    let variant = |name: &str| {
        let instances = Instances { managed_scaling, ..Instances::new("ml.g5.12xlarge", 1) };
        Variant::for_components(name, instances)
    };
    let mut config = EndpointConfig::for_components(&role, variant("a"));
    config.variants.push(variant("b"));
    let config = stack.add("around", config).name;
    let endpoints = ["first", "second"].map(|name| stack.add(name, Endpoint::new(name, &config)).name);
    let models = ["first", "second"].map(|name| {
        let container = Container::new(format!("1.dkr.ecr/{name}:1"), None);
        stack.add(name, Model::new(&role, container)).name
    });
    (endpoints.into(), models.into())
}

fn add(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<InferenceComponent>(inputs.clone()).unwrap());
}

pub fn component() -> Table {
    let (endpoints, models) = declare_around(&mut Stack::new(scope(), [].into()));
    let needs = ComponentNeeds::accelerators(1, 1024);
    let base = InferenceComponent::new("one", &endpoints[0], "a", Served::Model(models[0].clone()), needs);
    let container = ComponentContainer {
        artifact: Some("s3://models/llama.tar.gz".into()),
        environment: [("TOKENS".to_owned(), "4096".into())].into(),
        ..ComponentContainer::new("1.dkr.ecr/own:1")
    };
    let (other_model, container): (Served, Served) = (Served::Model(models[1].clone()), Served::Container(container));
    let shown = json!({ "accelerators": 1.0, "cores": null, "least": 1024, "most": null });
    let on_cores = ComponentNeeds { max_memory_mb: Some(4096), ..ComponentNeeds::cpu_cores(0.5, 2048) };
    let table = Table::new(&base, observe)
        .shows("name", json!("two"), json!("two"))
        .shows("endpoint", json!(endpoints[1]), json!("second"))
        .shows("variant", json!("b"), json!("b"))
        .shows("serves", json!(other_model), json!(["1.dkr.ecr/second:1", null, null]))
        .shows("serves", json!(container), json!(["1.dkr.ecr/own:1", "s3://models/llama.tar.gz", "4096"]))
        .shows(
            "needs",
            json!(ComponentNeeds::accelerators(2, 512)),
            with(&shown, &json!({ "accelerators": 2.0, "least": 512 })),
        )
        .shows("needs", json!(on_cores), json!({ "accelerators": null, "cores": 0.5, "least": 2048, "most": 4096 }))
        .shows("download_timeout_seconds", json!(600), json!(600))
        .shows("startup_timeout_seconds", json!(900), json!(900))
        .shows("copies", json!(3), json!(3))
        .shows("copies", json!(2), json!(2))
        .also("needs", json!(ComponentNeeds::accelerators(2, 512)))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add, ..table }
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_inference_components().send().await.unwrap();
        let [only] = all.inference_components() else { panic!("not one component: {all:?}") };
        assert_eq!(only.inference_component_name(), Some(id));
        let found = aws.sagemaker().describe_inference_component().inference_component_name(id).send().await.unwrap();
        assert_eq!(found.inference_component_status().map(|status| status.as_str()), Some("InService"));
        let specification = found.specification().unwrap();
        let container = specification.container().unwrap();
        let needs = specification.compute_resource_requirements().unwrap();
        let startup = specification.startup_parameters();
        json!({
            "name": id,
            "endpoint": found.endpoint_name(),
            "variant": found.variant_name(),
            "serves": [
                container.deployed_image().and_then(|image| image.specified_image()),
                container.artifact_url(),
                container.environment().and_then(|environment| environment.get("TOKENS")),
            ],
            "needs": {
                "accelerators": needs.number_of_accelerator_devices_required(),
                "cores": needs.number_of_cpu_cores_required(),
                "least": needs.min_memory_required_in_mb(),
                "most": needs.max_memory_required_in_mb(),
            },
            "download_timeout_seconds": startup.and_then(|startup| startup.model_data_download_timeout_in_seconds()),
            "startup_timeout_seconds": startup.and_then(|startup| startup.container_startup_health_check_timeout_in_seconds()),
            "copies": found.runtime_config().and_then(|runtime| runtime.current_copy_count()),
            "tags": tags(aws, found.inference_component_arn().unwrap()).await,
        })
    })
}
