//! Scalable targets, scaling policies and scheduled actions.

use std::time::Duration;

use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTargetAction, ScheduledAction as SdkScheduledAction, ServiceNamespace,
};
use ebbtide::aws::autoscaling::{
    Adjustment, Aggregation, PredefinedMetric, ScalableTarget, ScalingPolicy, ScalingPolicyOutputs, ScalingRule,
    ScheduledAction, Step, StepScaling, Suspended, TargetTracking,
};
use ebbtide::aws::sagemaker::{
    Container, Endpoint, EndpointConfig, Hosting, Instances, Model, ModelData, ModelForm, Serverless, Variant,
};
use ebbtide::aws::{EndpointConfigName, ScalableResource};
use ebbtide::resource::{Resolved, Resource as _, Tags};
use ebbtide_cloud::Settings;
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};
use crate::sagemaker::{VARIANT, count_of, endpoint, made_config, role, set_count};

const ENDPOINT: &str = "llm-v1";
const RESOURCE: &str = "endpoint/llm-v1/variant/AllTraffic";

/// Creates an endpoint with one instance that is in service.
async fn served(world: &World) -> Made {
    let role = role(world).await;
    let config = made_config(world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    world.make::<Endpoint>("llm", &endpoint(ENDPOINT, &config.id)).await
}

fn target(min: u32, max: u32) -> ScalableTarget<Resolved> {
    resolved(&ScalableTarget::variant(ENDPOINT, VARIANT, (min, max)))
}

fn tracking(value: f64) -> TargetTracking {
    TargetTracking {
        scale_in_cooldown_seconds: Some(300),
        scale_out_cooldown_seconds: Some(60),
        ..TargetTracking::predefined(PredefinedMetric::SageMakerVariantInvocationsPerInstance, value)
    }
}

fn policy(value: f64) -> ScalingPolicy<Resolved> {
    resolved(&ScalingPolicy::tracking(RESOURCE, tracking(value)))
}

fn action() -> ScheduledAction<Resolved> {
    resolved(&ScheduledAction::new(RESOURCE, "cron(0 18 ? * MON-FRI *)", (1, 1)))
}

/// Registers a target that no stack declares.
async fn register_by_hand(world: &World, min: i32, max: i32) {
    let register = world.aws.applicationautoscaling().register_scalable_target();
    let register = register
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount)
        .resource_id(RESOURCE);
    register.min_capacity(min).max_capacity(max).send().await.unwrap();
}

/// Puts a scheduled action that no stack declares.
async fn put_by_hand(world: &World) {
    let put = world.aws.applicationautoscaling().put_scheduled_action();
    put.service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount)
        .resource_id(RESOURCE)
        .scheduled_action_name("by-hand")
        .schedule("rate(1 day)")
        .scalable_target_action(ScalableTargetAction::builder().min_capacity(2).build())
        .send()
        .await
        .unwrap();
}

/// Returns the names of all policies and of all scheduled actions.
async fn names(world: &World) -> (Vec<String>, Vec<String>) {
    let client = world.aws.applicationautoscaling();
    let policies = client.describe_scaling_policies().service_namespace(ServiceNamespace::Sagemaker).send().await;
    let actions = client.describe_scheduled_actions().service_namespace(ServiceNamespace::Sagemaker).send().await;
    (
        policies.unwrap().scaling_policies().iter().map(|policy| policy.policy_name().to_owned()).collect(),
        actions.unwrap().scheduled_actions().iter().map(|action| action.scheduled_action_name().to_owned()).collect(),
    )
}

#[tokio::test]
async fn a_target_lives() {
    let world = World::new();
    served(&world).await;
    let mut inputs = target(1, 10);
    inputs.tags = Tags::from([("team".into(), "llm".into())]);
    let mut made = world.make::<ScalableTarget>("llm", &inputs).await;
    assert_eq!(made.id, RESOURCE);
    inputs.max = 4;
    made.change_to(&inputs).await;
    inputs.suspended = Suspended { scale_in: true, scale_out: false, scheduled: true };
    made.change_to(&inputs).await;
    inputs.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&inputs).await;

    register_by_hand(&world, 1, 7).await;
    assert_eq!(made.read().await.unwrap().inputs["max"], 7, "drift is seen");
    made.delete().await;
}

#[tokio::test]
async fn a_target_of_another_owner_is_neither_found_nor_changed() {
    let world = World::new();
    served(&world).await;
    register_by_hand(&world, 2, 3).await;
    let context = world.context("autoscaling_target.llm", 1);
    let provider = provider(ScalableTarget::KIND);
    let inputs = serde_json::to_value(target(1, 10)).unwrap();
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), None);
    let error = provider.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
}

#[tokio::test]
async fn a_policy_lives_and_may_change_its_rule() {
    let world = World::new();
    served(&world).await;
    world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let mut made = world.make::<ScalingPolicy>("llm", &policy(70.0)).await;
    let outputs: ScalingPolicyOutputs<Resolved> = made.outputs().await;
    assert!(!outputs.alarms.is_empty(), "AWS keeps alarms for target tracking");
    made.change_to(&policy(50.0)).await;
    let step = StepScaling {
        adjustment: Adjustment::Change,
        steps: vec![
            Step { lower: Some(0.0), upper: Some(10.0), by: 1 },
            Step { lower: Some(10.0), upper: None, by: 3 },
        ],
        cooldown_seconds: Some(120),
        aggregation: Aggregation::Average,
        least_change: None,
    };
    made.change_to(&ScalingPolicy { rule: ScalingRule::Step(step), ..policy(50.0) }).await;
    assert!(made.outputs::<ScalingPolicyOutputs<Resolved>>().await.alarms.is_empty());
    made.delete().await;
}

#[tokio::test]
async fn a_scheduled_action_lives() {
    let world = World::new();
    served(&world).await;
    world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let mut inputs = action();
    let mut made = world.make::<ScheduledAction>("evening", &inputs).await;
    inputs.schedule = "at(2027-01-01T00:00:00)".into();
    inputs.zone = "Europe/Berlin".into();
    inputs.max = None;
    inputs.start = Some("2026-12-01T00:00:00Z".parse().unwrap());
    inputs.end = Some("2027-12-01T00:00:00Z".parse().unwrap());
    made.change_to(&inputs).await;
    inputs.start = None;
    inputs.end = None;
    made.change_to(&inputs).await;
    made.delete().await;
}

#[tokio::test]
async fn undeclared_scheduled_actions_survive_a_pause() {
    let world = World::new();
    served(&world).await;
    let made = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let declared = world.make::<ScheduledAction>("evening", &action()).await;
    put_by_hand(&world).await;
    let snapshot = made.read().await.unwrap().pause_snapshot.expect("a target has a pause snapshot");
    declared.delete().await;
    made.delete().await;
    assert_eq!(names(&world).await, (vec![], vec![]));

    let again = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let provider = provider(ScalableTarget::KIND);
    let restored = provider.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap();
    assert!(!restored, "there is nothing to wait for");
    assert_eq!(names(&world).await.1, ["by-hand"], "declared actions are not restored, a resume creates them");
    let zones = actions(&world).await;
    assert_eq!(zones[0].timezone(), None, "it comes back without a zone, as it was");
    provider.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap();
    assert_eq!(names(&world).await.1, ["by-hand"]);
}

/// Returns all scheduled actions.
async fn actions(world: &World) -> Vec<SdkScheduledAction> {
    let client = world.aws.applicationautoscaling();
    let found = client.describe_scheduled_actions().service_namespace(ServiceNamespace::Sagemaker).send().await;
    found.unwrap().scheduled_actions.unwrap_or_default()
}

#[tokio::test]
async fn a_resume_leaves_out_actions_whose_time_has_passed() {
    let world = World::new();
    served(&world).await;
    let made = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    put_by_hand(&world).await;
    let mut snapshot = made.read().await.unwrap().pause_snapshot.unwrap();
    let mut passed = snapshot["actions"][0].clone();
    passed["name"] = "passed".into();
    passed["when"]["schedule"] = "at(2026-01-01T00:00:00)".into();
    snapshot["actions"].as_array_mut().unwrap().push(passed);
    made.delete().await;
    let again = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    again.kind.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap();
    assert_eq!(names(&world).await.1, ["by-hand"]);
}

#[tokio::test]
async fn the_provisioned_concurrency_of_a_serverless_variant_is_scaled() {
    let world = World::new();
    let role = role(&world).await;
    let data = Some(ModelData { uri: "s3://models/small.tar.gz".into(), form: ModelForm::Archive });
    let small = resolved(&Model::new(role.as_str(), Container::new("1.dkr.ecr/small:1", data)));
    let small = world.make::<Model>("small", &small).await.id;
    let serverless = Serverless { memory_mb: 4096, max_concurrency: 10, provisioned_concurrency: Some(2) };
    let variant = Variant {
        name: VARIANT.into(),
        model: Some(small.as_str().into()),
        hosting: Hosting::Serverless(serverless),
        weight: 1.0,
    };
    let config = world.make::<EndpointConfig>("small", &resolved(&EndpointConfig::new(variant))).await;
    world.make::<Endpoint>("small", &endpoint(ENDPOINT, &config.id)).await;

    let mut inputs: ScalableTarget<Resolved> =
        resolved(&ScalableTarget::provisioned_concurrency(ENDPOINT, VARIANT, (1, 5)));
    let mut made = world.make::<ScalableTarget>("small", &inputs).await;
    inputs.max = 8;
    made.change_to(&inputs).await;
    let used = PredefinedMetric::SageMakerVariantProvisionedConcurrencyUtilization;
    let mut policy: ScalingPolicy<Resolved> =
        resolved(&ScalingPolicy::tracking(RESOURCE, TargetTracking::predefined(used, 0.7)));
    let mut policy_made = world.make::<ScalingPolicy>("small", &policy).await;
    policy.rule = ScalingRule::TargetTracking(TargetTracking::predefined(used, 0.5));
    policy_made.change_to(&policy).await;
    let evening = world.make::<ScheduledAction>("evening", &action()).await;
    let found = world.aws.applicationautoscaling().describe_scalable_targets();
    let found = found.service_namespace(ServiceNamespace::Sagemaker).send().await.unwrap();
    let dimension = found.scalable_targets()[0].scalable_dimension().as_str();
    assert_eq!(dimension, "sagemaker:variant:DesiredProvisionedConcurrency");
    evening.delete().await;
    policy_made.delete().await;
    made.delete().await;
}

#[tokio::test]
async fn a_change_of_the_instance_type_keeps_the_scaling() {
    let world = World::new();
    let mut served = served(&world).await;
    let target = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let policy = world.make::<ScalingPolicy>("llm", &policy(70.0)).await;
    put_by_hand(&world).await;
    let role = ebbtide::aws::RoleArn("arn:aws:iam::123456789012:role/".to_owned() + &role_name(&world).await);
    let other = made_config(&world, "two", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.2xlarge", 2)).await;
    let moved = Endpoint { config: EndpointConfigName(other.id), ..endpoint(ENDPOINT, "") };
    served.change_to(&moved).await;
    assert_eq!(count_of(&world, ENDPOINT).await, Some(1), "auto scaling has set the number, which is retained");
    assert_eq!(target.ready().await.inputs, target.inputs);
    assert_eq!(policy.ready().await.inputs, policy.inputs);
    assert_eq!(names(&world).await.1, ["by-hand"]);
}

#[tokio::test]
async fn an_update_that_is_cut_off_without_scaling_is_restored_from_the_record() {
    let world = World::new();
    let served = served(&world).await;
    let target = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let policy = world.make::<ScalingPolicy>("llm", &policy(70.0)).await;
    put_by_hand(&world).await;
    set_count(&world, ENDPOINT, 4).await;
    served.ready().await;
    let role = ebbtide::aws::RoleArn("arn:aws:iam::123456789012:role/".to_owned() + &role_name(&world).await);
    let other = made_config(&world, "two", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.2xlarge", 2)).await;
    let moved =
        serde_json::to_value(Endpoint { config: EndpointConfigName(other.id.clone()), ..endpoint(ENDPOINT, "") });
    let moved = moved.unwrap();
    let (kind, context, id) = (&served.kind, &served.context, &served.id);
    let snapshot = kind.before_update(context, id, &served.inputs, &moved).await.unwrap().expect("there is scaling");

    // The process ends after the scaling was taken off, and somebody completes the update.
    let client = world.aws.applicationautoscaling();
    let deregister = client.deregister_scalable_target().service_namespace(ServiceNamespace::Sagemaker);
    let deregister = deregister.scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount);
    deregister.resource_id(RESOURCE).send().await.unwrap();
    let update = world.aws.sagemaker().update_endpoint().endpoint_name(ENDPOINT).endpoint_config_name(&other.id);
    update.send().await.unwrap();
    served.ready().await;
    assert_eq!(count_of(&world, ENDPOINT).await, Some(2));

    while kind.restore(context, id, &moved, &snapshot).await.unwrap() {
        served.ready().await;
    }
    assert_eq!(count_of(&world, ENDPOINT).await, Some(4), "auto scaling had set more than is declared");
    assert_eq!(target.ready().await.inputs, target.inputs);
    assert_eq!(policy.ready().await.inputs, policy.inputs);
    assert_eq!(names(&world).await.1, ["by-hand"]);
    assert!(!kind.restore(context, id, &moved, &snapshot).await.unwrap(), "all is restored");
}

#[tokio::test]
async fn scaling_is_not_taken_off_an_endpoint_in_a_transition() {
    let world = World::with(Settings { transition: Duration::from_millis(400), ..Settings::default() });
    let served = served(&world).await;
    world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    put_by_hand(&world).await;
    let role = ebbtide::aws::RoleArn("arn:aws:iam::123456789012:role/".to_owned() + &role_name(&world).await);
    let other = made_config(&world, "two", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.2xlarge", 1)).await;
    let before = actions(&world).await;
    set_count(&world, ENDPOINT, 2).await;
    let moved = Endpoint { config: EndpointConfigName(other.id), ..endpoint(ENDPOINT, "") };
    let moved = serde_json::to_value(moved).unwrap();
    let error = served.kind.update(&served.context, &served.id, &served.inputs, &moved).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    assert_eq!(actions(&world).await, before, "the action is the same, not one made anew");
}

/// Puts a scheduled action that runs once, in about a second, and waits until it has run.
async fn run_action(world: &World, (min, max): (i32, i32)) {
    let soon = jiff::Timestamp::now().as_second() + 1;
    let soon = jiff::Timestamp::from_second(soon).unwrap().to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let put = world.aws.applicationautoscaling().put_scheduled_action().service_namespace(ServiceNamespace::Sagemaker);
    put.scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount)
        .resource_id(RESOURCE)
        .scheduled_action_name("night")
        .schedule(format!("at({soon})"))
        .scalable_target_action(ScalableTargetAction::builder().min_capacity(min).max_capacity(max).build())
        .send()
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
}

/// Returns the bounds of the only target.
async fn bounds(world: &World) -> (i32, i32) {
    let found = world.aws.applicationautoscaling().describe_scalable_targets();
    let found = found.service_namespace(ServiceNamespace::Sagemaker).send().await.unwrap();
    let target = &found.scalable_targets()[0];
    (target.min_capacity(), target.max_capacity())
}

#[tokio::test]
async fn bounds_that_a_scheduled_action_set_are_no_drift_and_survive_a_pause() {
    let world = World::new();
    served(&world).await;
    let made = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    run_action(&world, (2, 3)).await;
    assert_eq!(bounds(&world).await, (2, 3), "the action has run");
    let live = made.ready().await;
    assert_eq!(live.inputs, made.inputs, "that is no drift");
    let snapshot = live.pause_snapshot.unwrap();
    made.delete().await;
    let again = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    assert_eq!(bounds(&world).await, (1, 10));
    again.kind.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap();
    assert_eq!(bounds(&world).await, (2, 3));

    register_by_hand(&world, 1, 7).await;
    assert_eq!(again.read().await.unwrap().inputs["max"], 7, "other bounds are drift");
}

#[tokio::test]
async fn a_suspension_by_hand_survives_a_pause_unless_it_is_declared_anew() {
    let world = World::new();
    served(&world).await;
    let made = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    let mut suspended = target(1, 10);
    suspended.suspended.scale_in = true;
    let by_hand = serde_json::to_value(&suspended).unwrap();
    made.kind.update(&made.context, &made.id, &made.inputs, &by_hand).await.unwrap();
    let snapshot = made.read().await.unwrap().pause_snapshot.unwrap();
    made.delete().await;
    let again = world.make::<ScalableTarget>("llm", &target(1, 10)).await;
    again.kind.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap();
    assert_eq!(again.read().await.unwrap().inputs["suspended"]["scale_in"], true);
    again.delete().await;
    let anew = world.make::<ScalableTarget>("llm", &target(2, 5)).await;
    anew.kind.restore(&anew.context, &anew.id, &anew.inputs, &snapshot).await.unwrap();
    assert_eq!(bounds(&world).await, (2, 5));
}

/// Returns the name of the only role.
async fn role_name(world: &World) -> String {
    world.aws.iam().list_roles().send().await.unwrap().roles()[0].role_name().to_owned()
}

#[tokio::test]
async fn an_action_under_a_target_of_another_owner_is_not_found() {
    let world = World::new();
    served(&world).await;
    register_by_hand(&world, 1, 3).await;
    put_by_hand(&world).await;
    let context = world.context("autoscaling_scheduled_action.llm", 1);
    let inputs = ScheduledAction { name: Some("by-hand".into()), ..action() };
    let inputs = serde_json::to_value(inputs).unwrap();
    let provider = provider(ScheduledAction::KIND);
    assert_eq!(provider.find(&context, &inputs).await.unwrap(), None);
    let before = actions(&world).await;
    let error = provider.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
    assert_eq!(actions(&world).await, before, "it is left as it was");
}

#[test]
fn policies_refer_to_the_resource_of_a_target() {
    assert_eq!(policy(1.0).target, ScalableResource(RESOURCE.to_owned()));
}
