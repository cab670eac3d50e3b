//! Inference components, and the scaling of their copies.

use aws_sdk_sagemaker::types::InferenceComponentRuntimeConfig;
use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, TargetTracking};
use ebbtide::aws::sagemaker::{
    ComponentContainer, ComponentNeeds, Endpoint, EndpointConfig, InferenceComponent, InferenceComponentOutputs,
    Instances, ManagedScaling, Model, Served, Variant,
};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_cloud::Settings;
use ebbtide_engine::sdk::ErrorKind;
use jiff::SignedDuration;

use super::{VARIANT, endpoint, model, role, tags};
use crate::declared::resolved;
use crate::harness::{Made, World, provider};

/// Makes the endpoint `host`, whose instances follow the copies down to none.
async fn host(world: &World) {
    let role = role(world).await;
    let managed_scaling = Some(ManagedScaling { min: 0, max: 4 });
    let instances = Instances { managed_scaling, ..Instances::new("ml.g5.xlarge", 1) };
    let config = EndpointConfig::for_components(role.as_str(), Variant::for_components(VARIANT, instances));
    let config = world.make::<EndpointConfig>("host", &resolved(&config)).await;
    world.make::<Endpoint>("host", &endpoint("host", &config.id)).await;
    world.make::<Model>("llama", &model(&role, "1.dkr.ecr/vllm:1")).await;
}

fn served(image: &str) -> Served<Resolved> {
    resolved::<Served, _>(&Served::Container(ComponentContainer::new(image)))
}

fn component() -> InferenceComponent<Resolved> {
    let serves = Served::Container(ComponentContainer::new("1.dkr.ecr/vllm:1"));
    resolved(&InferenceComponent::new("llama", "host", VARIANT, serves, ComponentNeeds::accelerators(1, 1024)))
}

async fn set_copies(world: &World, made: &Made, count: i32) {
    let set = world.aws.sagemaker().update_inference_component_runtime_config().inference_component_name(&made.id);
    let runtime = InferenceComponentRuntimeConfig::builder().copy_count(count).build();
    set.desired_runtime_config(runtime).send().await.unwrap();
}

async fn copies(world: &World, made: &Made) -> Option<i32> {
    let describe = world.aws.sagemaker().describe_inference_component().inference_component_name(&made.id);
    describe.send().await.unwrap().runtime_config().unwrap().current_copy_count()
}

#[tokio::test]
async fn a_component_is_created_changed_and_deleted() {
    let world = World::new();
    host(&world).await;
    let mut inputs = component();
    let mut made = world.make::<InferenceComponent>("llama", &inputs).await;
    let outputs: InferenceComponentOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.name.as_str(), outputs.arn.as_str().ends_with("/llama")), ("llama", true));
    inputs.tags = tags("stage", "test");
    made.change_to(&inputs).await;
    inputs.serves = served("1.dkr.ecr/vllm:2");
    inputs.startup_timeout_seconds = Some(900);
    inputs.copies = 2;
    made.change_to(&inputs).await;
    assert_eq!(copies(&world, &made).await, Some(2));
    inputs.copies = 3;
    inputs.tags = Tags::new();
    made.change_to(&inputs).await;
    assert_eq!(copies(&world, &made).await, Some(3));
    made.delete().await;
}

#[tokio::test]
async fn a_misspelt_variant_is_refused_with_the_nearest_name() {
    let world = World::new();
    host(&world).await;
    let inputs = InferenceComponent { variant: "AllTrafic".into(), ..component() };
    let context = world.context("sagemaker_inference_component.llama", 1);
    let inputs = serde_json::to_value(inputs).unwrap();
    let refused = provider("sagemaker_inference_component").create(&context, &inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
    assert!(refused.message.contains("no variant `AllTrafic`; did you mean `AllTraffic`?"), "{refused}");
    assert!(refused.hint.unwrap().contains("AllTraffic"));
}

#[tokio::test]
async fn a_component_without_room_says_so() {
    let world = World::new();
    host(&world).await;
    let inputs = InferenceComponent { needs: ComponentNeeds::accelerators(8, 1024), ..component() };
    let context = world.context("sagemaker_inference_component.llama", 1);
    let inputs = serde_json::to_value(inputs).unwrap();
    let kind = provider("sagemaker_inference_component");
    let id = kind.create(&context, &inputs).await.unwrap();
    let mut made = Made { kind, context, id, inputs };
    let failed = loop {
        let live = made.read().await.unwrap();
        match live.readiness {
            ebbtide::resource::Readiness::Pending(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            other => break format!("{other:?}"),
        }
    };
    assert!(failed.contains("not enough hardware resources"), "{failed}");
    made.context.include_data = false;
    made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap();
}

#[tokio::test]
async fn copies_that_auto_scaling_sets_are_remembered_and_no_drift() {
    let world = World::new();
    host(&world).await;
    let made = world.make::<InferenceComponent>("llama", &component()).await;
    set_copies(&world, &made, 3).await;
    assert_eq!(made.ready().await.inputs["copies"], 3, "nobody scales it");
    let target = resolved(&ScalableTarget::copies("llama", (0, 4)));
    let target = world.make::<ScalableTarget>("llama", &target).await;
    let calls = PredefinedMetric::SageMakerInferenceComponentInvocationsPerCopy;
    let resource = "inference-component/llama";
    let tracking: ScalingPolicy<Resolved> =
        resolved(&ScalingPolicy::tracking(resource, TargetTracking::predefined(calls, 5.0)));
    world.make::<ScalingPolicy>("llama", &tracking).await;
    world.make::<ScalingPolicy>("wake", &resolved(&ScalingPolicy::waking(resource))).await;
    assert_eq!(made.ready().await.inputs["copies"], 1);

    for count in [0, 3] {
        set_copies(&world, &made, count).await;
        let live = made.ready().await;
        assert_eq!(live.inputs, made.inputs);
        let snapshot = live.pause_snapshot.unwrap();
        set_copies(&world, &made, 1).await;
        made.ready().await;
        while made.kind.restore(&made.context, &made.id, &made.inputs, &snapshot).await.unwrap() {
            made.ready().await;
        }
        assert_eq!(copies(&world, &made).await, Some(count));
        let mut anew = made.inputs.clone();
        anew["copies"] = 2.into();
        let again = made.kind.restore(&made.context, &made.id, &anew, &snapshot).await.unwrap();
        assert!(!again, "a number that is declared anew is left alone");
    }
    // Another image changes no copies.
    let mut changed = made.inputs.clone();
    changed["serves"]["container"]["image"] = "1.dkr.ecr/vllm:2".into();
    made.kind.update(&made.context, &made.id, &made.inputs, &changed).await.unwrap();
    made.ready().await;
    assert_eq!(copies(&world, &made).await, Some(3));
    target.delete().await;
}

#[tokio::test]
async fn a_component_that_changes_is_deleted_once_it_is_done() {
    let transition = std::time::Duration::from_millis(300);
    let world = World::with(Settings { transition, ..Settings::default() });
    host(&world).await;
    let made = world.make::<InferenceComponent>("llama", &component()).await;
    set_copies(&world, &made, 2).await;
    let refused = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Busy, "{refused}");
    let mut changed = made.inputs.clone();
    changed["copies"] = 4.into();
    let refused = made.kind.update(&made.context, &made.id, &made.inputs, &changed).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Busy, "{refused}");
    made.ready().await;
    made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap();
    made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap();
}

#[tokio::test]
async fn a_component_of_somebody_else_is_left_alone() {
    let world = World::new();
    host(&world).await;
    let mut other = world.make::<InferenceComponent>("other", &component()).await;
    other.context = world.context("sagemaker_inference_component.llama", 1);
    assert_eq!(other.kind.find(&other.context, &other.inputs).await.unwrap(), None);
    let refused = other.kind.create(&other.context, &other.inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn calls_of_components_are_calls_of_their_endpoint_also_those_without_a_copy() {
    let world = World::new();
    host(&world).await;
    let made = world.make::<InferenceComponent>("llama", &component()).await;
    let endpoints = provider("sagemaker_endpoint");
    let last = async || {
        let now = world.aws.now();
        let from = now - SignedDuration::from_mins(5);
        let found = endpoints.activity(&world.aws, &["host"], from, now).await.unwrap();
        found["host"].last_invocation
    };
    assert_eq!(last().await, None);
    world.cloud.invoke("eu-west-1", "host").await.unwrap_err();
    assert_eq!(last().await, None, "AWS refuses a call without the name of a component");
    set_copies(&world, &made, 0).await;
    made.ready().await;
    let refused = world.cloud.invoke_component("eu-west-1", "host", "llama").await.unwrap_err();
    assert!(refused.contains("no capacity"), "{refused}");
    assert!(last().await.is_some());
}
