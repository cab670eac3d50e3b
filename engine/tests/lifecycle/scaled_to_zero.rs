//! An endpoint whose instances follow the copies of an inference component, down to none, over a pause.

use std::time::Duration;

use aws_sdk_sagemaker::types::InferenceComponentRuntimeConfig;
use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, TargetTracking};
use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{
    ComponentNeeds, Container, Endpoint, EndpointConfig, InferenceComponent, Instances, ManagedScaling, Model, Served,
    Variant,
};
use ebbtide::plan::{Plan, Target};
use ebbtide::resource::Input;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_engine::sdk::Aws;

use crate::fixture::{Project, scope};

fn scaled(image: &str, host: &str) -> Declarations {
    let mut stack = Stack::new(scope(), [].into());
    let role = stack.add("models", Role::new(Policy::trust("sagemaker.amazonaws.com"))).arn;
    let model = stack.add("llama", Model::new(&role, Container::new(image, None))).name;
    let managed_scaling = Some(ManagedScaling { min: 0, max: 4 });
    let instances = Instances { managed_scaling, ..Instances::new("ml.g5.xlarge", 1) };
    let config = EndpointConfig::for_components(&role, Variant::for_components("main", instances));
    let config = stack.add("host", config).name;
    let endpoint = stack.add("host", Endpoint::new(host, &config)).name;
    let needs = ComponentNeeds::accelerators(1, 1024);
    let component = InferenceComponent::new("llama", &endpoint, "main", Served::Model(model), needs);
    let component = stack.add("llama", component).name;
    let copies = stack.add("llama", ScalableTarget::copies(&component, (0, 4))).resource;
    let calls = PredefinedMetric::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution;
    stack.add("llama", ScalingPolicy::tracking(&copies, TargetTracking::predefined(calls, 5.0)));
    let wake = stack.add("wake", ScalingPolicy::waking(&copies)).arn;
    let refused = Metric::of_component("NoCapacityInvocationFailures", &component, Statistic::Sum);
    let alarm = Alarm {
        quiet_while_paused: true,
        actions: AlarmActions { alarm: vec![Input::join(wake.parts())], ..AlarmActions::none() },
        ..Alarm::new(Watch::Metric(refused), Comparison::GreaterOrEqual, 1.0)
    };
    stack.add("wake", alarm);
    stack.finish().unwrap()
}

async fn set_copies(aws: &Aws, count: i32) {
    let set = aws.sagemaker().update_inference_component_runtime_config().inference_component_name("llama");
    set.desired_runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(count).build())
        .send()
        .await
        .unwrap();
    while seen(aws).await.unwrap().0 != count {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Returns the copies that run, their image, and the instances that are wanted; none without a component.
async fn seen(aws: &Aws) -> Option<(i32, String, i32)> {
    let describe = aws.sagemaker().describe_inference_component().inference_component_name("llama");
    let found = describe.send().await.ok()?;
    let endpoint = aws.sagemaker().describe_endpoint().endpoint_name("host").send().await.unwrap();
    let image = found.specification()?.container()?.deployed_image()?.specified_image()?.to_owned();
    let instances = endpoint.production_variants()[0].desired_instance_count()?;
    Some((found.runtime_config()?.current_copy_count()?, image, instances))
}

/// Returns whether an operation of a plan waits for another one, by their addresses.
fn waits_for(plan: &Plan, one: &str, other: &str) -> bool {
    let operation = plan.operations.iter().find(|operation| operation.address.to_string() == one).unwrap();
    operation.depends_on.iter().any(|id| plan.operations[*id].address.to_string() == other)
}

#[tokio::test]
async fn copies_that_scaling_set_come_back_after_a_pause_be_they_none() {
    let project = Project::new(scaled("1.dkr.ecr/vllm:1", "host"));
    let aws = Project::aws(&project.cloud());
    let (component, endpoint) = ("sagemaker_inference_component.llama", "sagemaker_endpoint.host");
    let target = "autoscaling_target.llama";
    assert!(project.run(Target::Running).await.success);
    let image = || "1.dkr.ecr/vllm:1".to_owned();
    assert_eq!(seen(&aws).await, Some((1, image(), 1)));
    for count in [3, 0] {
        set_copies(&aws, count).await;
        assert!(project.plan(Target::Running).await.is_empty(), "{count} copies are no drift");
        let pause = project.plan(Target::Paused).await;
        assert!(waits_for(&pause, component, target) && waits_for(&pause, endpoint, component), "{pause:#?}");
        assert!(project.run(Target::Paused).await.success);
        assert_eq!(seen(&aws).await, None);
        assert!(aws.sagemaker().list_endpoints().send().await.unwrap().endpoints().is_empty());
        assert!(project.plan(Target::Paused).await.is_empty());

        let resume = project.plan(Target::Running).await;
        assert!(waits_for(&resume, component, endpoint) && waits_for(&resume, target, component), "{resume:#?}");
        assert!(project.resume().await.success);
        assert_eq!(seen(&aws).await, Some((count, image(), count)));
        assert!(project.plan(Target::Running).await.is_empty());
    }
    assert!(project.run(Target::Destroyed).await.success);
    assert!(aws.sagemaker().list_inference_components().send().await.unwrap().inference_components().is_empty());
}

#[tokio::test]
async fn another_model_is_served_with_the_copies_that_there_are() {
    let mut project = Project::new(scaled("1.dkr.ecr/vllm:1", "host"));
    let aws = Project::aws(&project.cloud());
    assert!(project.run(Target::Running).await.success);
    set_copies(&aws, 2).await;
    project.declarations = scaled("1.dkr.ecr/vllm:2", "host");
    assert!(project.run(Target::Running).await.success);
    assert_eq!(seen(&aws).await, Some((2, "1.dkr.ecr/vllm:2".to_owned(), 2)));
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test]
async fn a_component_leaves_a_renamed_endpoint_before_that_is_deleted() {
    let mut project = Project::new(scaled("1.dkr.ecr/vllm:1", "host"));
    let aws = Project::aws(&project.cloud());
    assert!(project.run(Target::Running).await.success);
    set_copies(&aws, 2).await;
    project.declarations = scaled("1.dkr.ecr/vllm:1", "other");
    let plan = project.plan(Target::Running).await;
    assert!(project.run(Target::Running).await.success, "{plan:#?}");
    let endpoints = aws.sagemaker().list_endpoints().send().await.unwrap();
    let names: Vec<_> = endpoints.endpoints().iter().filter_map(|endpoint| endpoint.endpoint_name()).collect();
    assert_eq!(names, ["other"]);
    let component = aws.sagemaker().describe_inference_component().inference_component_name("llama");
    let component = component.send().await.unwrap();
    assert_eq!(component.endpoint_name(), Some("other"));
    assert_eq!(component.runtime_config().unwrap().current_copy_count(), Some(2), "as scaling had set them");
    assert!(project.plan(Target::Running).await.is_empty());
}
