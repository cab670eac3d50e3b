//! Models, endpoint configurations and endpoints; in files of their own the other kinds of SageMaker.

mod components;
mod features;
mod monitoring;
mod registry;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_sagemaker::types::DesiredWeightAndCapacity;
use ebbtide::aws::iam::{Policy, Role, RoleOutputs};
use ebbtide::aws::sagemaker::{
    AsyncInference, CaptureMode, Container, DataCapture, Deployment, Endpoint, EndpointConfig, EndpointOutputs,
    Hosting, Instances, Model, ModelData, ModelForm, ModelVpc, Serverless, Size, Strategy, Variant,
};
use ebbtide::aws::{EndpointConfigName, ModelName, RoleArn, SecurityGroupId, SubnetId};
use ebbtide::resource::{Input, Readiness, Resolved, Tags};
use ebbtide_cloud::Settings;
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

pub const VARIANT: &str = "AllTraffic";

fn tags(key: &str, value: &str) -> Tags {
    Tags::from([(key.to_owned(), value.to_owned())])
}

pub async fn role(world: &World) -> RoleArn {
    let role: Role<Resolved> = resolved(&Role::new(Policy::trust("sagemaker.amazonaws.com")));
    world.make::<Role>("models", &role).await.outputs::<RoleOutputs<Resolved>>().await.arn
}

pub fn model(role: &RoleArn, image: &str) -> Model<Resolved> {
    let data = ModelData { uri: Input::from("s3://models/llama/"), form: ModelForm::Prefix };
    let mut container = Container::new(image, Some(data));
    container.environment.insert("OPTION_ROLLING_BATCH".into(), "vllm".into());
    resolved(&Model::new(role.as_str(), container))
}

pub fn config(model: &str, instances: Instances) -> EndpointConfig<Resolved> {
    resolved(&EndpointConfig::new(Variant::on_instances(VARIANT, model, instances)))
}

/// Returns a model in an archive, as serverless endpoints need it.
pub fn archived(role: &RoleArn) -> Model<Resolved> {
    let data = ModelData { uri: "s3://models/small.tar.gz".into(), form: ModelForm::Archive };
    resolved(&Model::new(role.as_str(), Container::new("1.dkr.ecr/vllm:1", Some(data))))
}

/// Creates a model and a configuration of it, and returns the configuration.
pub async fn made_config(world: &World, name: &str, role: &RoleArn, image: &str, instances: Instances) -> Made {
    let model = world.make::<Model>(name, &model(role, image)).await;
    world.make::<EndpointConfig>(name, &config(&model.id, instances)).await
}

pub fn endpoint(name: &str, config: &str) -> Endpoint<Resolved> {
    resolved(&Endpoint::new(name, config))
}

/// Checks that all inputs of a resource can be read from AWS, also where its name does not vouch for them.
async fn reads_back(made: &Made) {
    let mut elsewhere = made.inputs.clone();
    elsewhere["name"] = "another".into();
    let read = made.kind.read(&made.context, &made.id, &elsewhere).await.unwrap().expect("it exists");
    assert_eq!(read.inputs, elsewhere);
}

#[tokio::test]
async fn a_model_is_created_changed_and_deleted() {
    let world = World::new();
    let role = role(&world).await;
    let mut inputs = model(&role, "1.dkr.ecr/vllm:1");
    inputs.name = Some("llama".into());
    inputs.tags = tags("team", "llm");
    let mut made = world.make::<Model>("llm", &inputs).await;
    assert!(made.id.starts_with("llama-"), "{}", made.id);
    inputs.tags = tags("stage", "test");
    made.change_to(&inputs).await;
    made.delete().await;
}

#[tokio::test]
async fn artifacts_of_every_form_read_back_as_they_were_declared() {
    let world = World::new();
    let role = role(&world).await;
    for (name, form, uri) in [
        ("archive", ModelForm::Archive, "s3://models/llama.tar.gz"),
        ("prefix", ModelForm::Prefix, "s3://models/llama/"),
        ("object", ModelForm::Object, "s3://models/llama.gguf"),
    ] {
        let container = Container::new("1.dkr.ecr/vllm:1", Some(ModelData { uri: uri.into(), form }));
        let inputs: Model<Resolved> = resolved(&Model::new(role.as_str(), container));
        reads_back(&world.make::<Model>(name, &inputs).await).await;
    }
}

#[tokio::test]
async fn a_changed_model_has_another_name_so_both_can_exist() {
    let world = World::new();
    let role = role(&world).await;
    let first = world.make::<Model>("llm", &model(&role, "1.dkr.ecr/vllm:1")).await;
    let second = world.make::<Model>("llm", &model(&role, "1.dkr.ecr/vllm:2")).await;
    assert_ne!(first.id, second.id);
    first.delete().await;
    second.ready().await;
}

#[tokio::test]
async fn a_missing_role_is_reported_as_not_there_yet() {
    let world = World::new();
    let context = world.context("sagemaker_model.llm", 1);
    let role = RoleArn("arn:aws:iam::123456789012:role/later".into());
    let inputs = serde_json::to_value(model(&role, "1.dkr.ecr/vllm:1")).unwrap();
    let error = provider("sagemaker_model").create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotYet, "{error}");
}

#[tokio::test]
async fn configurations_of_every_sort_are_created_changed_and_deleted() {
    let world = World::new();
    let role = role(&world).await;
    let model = world.make::<Model>("llm", &model(&role, "1.dkr.ecr/vllm:1")).await.id;
    let mut plain = config(
        &model,
        Instances {
            download_timeout_seconds: Some(1800),
            startup_timeout_seconds: Some(900),
            ..Instances::new("ml.g5.xlarge", 2)
        },
    );
    plain.variants.push(Variant {
        name: "Canary".into(),
        model: Some(ModelName(model.clone())),
        hosting: Hosting::Instances(Instances::new("ml.g5.2xlarge", 1)),
        weight: 0.1,
    });
    plain.data_capture = Some(DataCapture {
        destination: "s3://captured/llm".into(),
        sampling_percent: 10,
        modes: BTreeSet::from([CaptureMode::Input, CaptureMode::Output]),
        kms_key: None,
        csv_content_types: BTreeSet::new(),
        json_content_types: BTreeSet::from(["application/json".into()]),
    });
    let mut queued = config(&model, Instances::new("ml.inf2.xlarge", 1));
    queued.kms_key = Some("alias/volumes".into());
    queued.async_inference = Some(resolved(&AsyncInference::to("s3://answers/llm/")));
    let small = world.make::<Model>("small", &archived(&role)).await.id;
    let mut serverless = config(&small, Instances::new("ml.g5.xlarge", 1));
    serverless.variants[0].hosting =
        Hosting::Serverless(Serverless { memory_mb: 4096, max_concurrency: 10, provisioned_concurrency: None });
    for (name, mut inputs) in [("plain", plain), ("queued", queued), ("serverless", serverless)] {
        let mut made = world.make::<EndpointConfig>(name, &inputs).await;
        reads_back(&made).await;
        inputs.tags = tags("stage", "test");
        made.change_to(&inputs).await;
        made.delete().await;
    }
}

#[tokio::test]
async fn settings_that_aws_fills_in_are_no_drift() {
    let world = World::new();
    let role = role(&world).await;
    let config = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.m5.xlarge", 1)).await;
    let found = world.aws.sagemaker().describe_endpoint_config().endpoint_config_name(&config.id).send().await.unwrap();
    assert!(found.production_variants()[0].volume_size_in_gb().is_some(), "AWS has given the instances a volume");
    assert_eq!(config.ready().await.inputs, config.inputs);
    reads_back(&config).await;
}

#[tokio::test]
async fn an_endpoint_moves_to_another_configuration() {
    let world = World::new();
    let role = role(&world).await;
    let first = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 2)).await;
    let second = made_config(&world, "two", &role, "1.dkr.ecr/vllm:2", Instances::new("ml.g5.xlarge", 2)).await;
    let mut inputs = endpoint("llm-v1", &first.id);
    inputs.tags = tags("team", "llm");
    let mut made = world.make::<Endpoint>("llm", &inputs).await;
    let outputs: EndpointOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/llm-v1");

    inputs.config = EndpointConfigName(second.id.clone());
    inputs.deployment =
        Some(resolved(&Deployment::new(Strategy::Canary { size: Size::Instances(1), wait_seconds: 60 })));
    inputs.tags = tags("stage", "test");
    made.change_to(&inputs).await;
    // The deployment is an instruction for the next move: changing it alone moves nothing.
    inputs.deployment = None;
    let observed = made.read().await.unwrap();
    made.change_to(&inputs).await;
    assert_eq!(observed.readiness, Readiness::Ready);
    made.delete().await;
}

pub async fn set_count(world: &World, endpoint: &str, count: i32) {
    let change = DesiredWeightAndCapacity::builder().variant_name(VARIANT).desired_instance_count(count).build();
    let update = world.aws.sagemaker().update_endpoint_weights_and_capacities().endpoint_name(endpoint);
    update.desired_weights_and_capacities(change).send().await.unwrap();
}

pub async fn count_of(world: &World, endpoint: &str) -> Option<i32> {
    let found = world.aws.sagemaker().describe_endpoint().endpoint_name(endpoint).send().await.unwrap();
    found.production_variants()[0].desired_instance_count()
}

#[tokio::test]
async fn capacity_set_by_scaling_is_no_drift_and_is_retained_by_an_update() {
    let world = World::new();
    let role = role(&world).await;
    let first = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    let second = made_config(&world, "two", &role, "1.dkr.ecr/vllm:2", Instances::new("ml.g5.xlarge", 1)).await;
    let third = made_config(&world, "three", &role, "1.dkr.ecr/vllm:3", Instances::new("ml.g5.xlarge", 2)).await;
    let mut inputs = endpoint("llm-v1", &first.id);
    let mut made = world.make::<Endpoint>("llm", &inputs).await;
    set_count(&world, "llm-v1", 4).await;
    assert_eq!(made.ready().await.inputs, made.inputs);

    inputs.config = EndpointConfigName(second.id);
    made.change_to(&inputs).await;
    assert_eq!(count_of(&world, "llm-v1").await, Some(4), "another image is no reason to shrink");
    inputs.config = EndpointConfigName(third.id);
    made.change_to(&inputs).await;
    assert_eq!(count_of(&world, "llm-v1").await, Some(2), "another count was asked for, and nothing scales it");
}

#[tokio::test]
async fn a_pause_records_the_capacity_and_a_resume_restores_it() {
    let world = World::new();
    let role = role(&world).await;
    let config = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    let inputs = endpoint("llm-v1", &config.id);
    let made = world.make::<Endpoint>("llm", &inputs).await;
    set_count(&world, "llm-v1", 3).await;
    let snapshot = made.ready().await.pause_snapshot.expect("an endpoint records its capacity");
    made.delete().await;

    let again = world.make::<Endpoint>("llm", &inputs).await;
    let restore = async || again.kind.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap();
    assert!(restore().await, "the change needs another wait");
    again.ready().await;
    assert_eq!(count_of(&world, "llm-v1").await, Some(3));
    assert!(!restore().await, "the capacity is restored already");
}

#[tokio::test]
async fn a_number_that_was_declared_anew_during_a_pause_is_not_overridden_by_the_resume() {
    let world = World::new();
    let role = role(&world).await;
    let config = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    let made = world.make::<Endpoint>("llm", &endpoint("llm-v1", &config.id)).await;
    set_count(&world, "llm-v1", 5).await;
    let snapshot = made.ready().await.pause_snapshot.unwrap();
    made.delete().await;
    let other = made_config(&world, "two", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 3)).await;
    let again = world.make::<Endpoint>("llm", &endpoint("llm-v1", &other.id)).await;
    assert!(!again.kind.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap());
    assert_eq!(count_of(&world, "llm-v1").await, Some(3));
}

#[tokio::test]
async fn the_capacity_of_several_variants_is_restored_one_after_the_other() {
    let world = World::new();
    let role = role(&world).await;
    let model = world.make::<Model>("llm", &model(&role, "1.dkr.ecr/vllm:1")).await.id;
    let mut inputs = config(&model, Instances::new("ml.g5.xlarge", 1));
    inputs.variants.push(Variant { name: "Canary".into(), ..inputs.variants[0].clone() });
    let config = world.make::<EndpointConfig>("llm", &inputs).await;
    let inputs = endpoint("llm-v1", &config.id);
    let made = world.make::<Endpoint>("llm", &inputs).await;
    for (variant, count, weight) in [(VARIANT, 3, 0.75), ("Canary", 2, 0.25)] {
        let change = DesiredWeightAndCapacity::builder().variant_name(variant).desired_instance_count(count);
        let update = world.aws.sagemaker().update_endpoint_weights_and_capacities().endpoint_name("llm-v1");
        update.desired_weights_and_capacities(change.desired_weight(weight).build()).send().await.unwrap();
        made.ready().await;
    }
    let snapshot = made.ready().await.pause_snapshot.unwrap();
    made.delete().await;
    let again = world.make::<Endpoint>("llm", &inputs).await;
    let mut steps = 0;
    while again.kind.restore(&again.context, &again.id, &again.inputs, &snapshot).await.unwrap() {
        again.ready().await;
        steps += 1;
    }
    assert_eq!(steps, 3, "the weights, and one variant after the other");
    assert_eq!(again.ready().await.pause_snapshot, Some(snapshot));
}

#[tokio::test]
async fn an_endpoint_in_progress_is_busy_and_a_failed_one_gives_the_reason() {
    let world = World::new();
    let role = role(&world).await;
    let config = made_config(&world, "one", &role, "1.dkr.ecr/fails:1", Instances::new("ml.g5.xlarge", 1)).await;
    let kind = provider("sagemaker_endpoint");
    let context = world.context("sagemaker_endpoint.llm", 1);
    let inputs = serde_json::to_value(endpoint("llm-v1", &config.id)).unwrap();
    let id = kind.create(&context, &inputs).await.unwrap();
    let error = kind.delete(&context, &id, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    let error = kind.create(&context, &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
    let made = Made { kind, context, id, inputs };
    let reason = loop {
        match made.read().await.unwrap().readiness {
            Readiness::Failed(reason) => break reason,
            Readiness::Pending(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            other => panic!("{other:?}"),
        }
    };
    assert!(reason.contains("health check"), "{reason}");
    made.delete().await;
}

#[tokio::test]
async fn a_rolled_back_deployment_shows_as_drift_and_can_be_tried_again() {
    let world = World::new();
    let role = role(&world).await;
    let first = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    let bad = made_config(&world, "bad", &role, "1.dkr.ecr/fails:1", Instances::new("ml.g5.xlarge", 1)).await;
    let good = made_config(&world, "good", &role, "1.dkr.ecr/vllm:2", Instances::new("ml.g5.xlarge", 1)).await;
    let mut made = world.make::<Endpoint>("llm", &endpoint("llm-v1", &first.id)).await;
    let wanted = serde_json::to_value(endpoint("llm-v1", &bad.id)).unwrap();
    made.kind.update(&made.context, &made.id, &made.inputs, &wanted).await.unwrap();
    let observed = made.ready().await;
    assert_eq!(observed.inputs["config"], first.id.as_str(), "the endpoint still runs the old configuration");
    made.change_to(&endpoint("llm-v1", &good.id)).await;
}

#[tokio::test]
async fn an_endpoint_whose_configuration_was_deleted_gives_advice() {
    let world = World::new();
    let role = role(&world).await;
    let first = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    let second = made_config(&world, "two", &role, "1.dkr.ecr/vllm:2", Instances::new("ml.g5.xlarge", 1)).await;
    let made = world.make::<Endpoint>("llm", &endpoint("llm-v1", &first.id)).await;
    first.delete().await;
    let wanted = serde_json::to_value(endpoint("llm-v1", &second.id)).unwrap();
    let error = made.kind.update(&made.context, &made.id, &made.inputs, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid, "waiting would not help: {error}");
    assert!(error.hint.unwrap().contains("delete the endpoint"));
    let later = serde_json::to_value(endpoint("llm-v1", "later")).unwrap();
    let error = made.kind.update(&made.context, &made.id, &made.inputs, &later).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotYet, "{error}");
}

#[tokio::test]
async fn a_missing_configuration_is_reported_as_not_there_yet() {
    let world = World::new();
    let kind = provider("sagemaker_endpoint");
    let context = world.context("sagemaker_endpoint.llm", 1);
    let inputs = serde_json::to_value(endpoint("llm-v1", "later")).unwrap();
    assert_eq!(kind.create(&context, &inputs).await.unwrap_err().kind, ErrorKind::NotYet);
}

#[tokio::test]
async fn an_endpoint_without_ownership_tags_is_not_found() {
    let world = World::new();
    let role = role(&world).await;
    let config = made_config(&world, "one", &role, "1.dkr.ecr/vllm:1", Instances::new("ml.g5.xlarge", 1)).await;
    let create = world.aws.sagemaker().create_endpoint().endpoint_name("theirs").endpoint_config_name(&config.id);
    create.send().await.unwrap();
    let kind = provider("sagemaker_endpoint");
    let context = world.context("sagemaker_endpoint.llm", 1);
    let inputs = serde_json::to_value(endpoint("theirs", &config.id)).unwrap();
    assert_eq!(kind.find(&context, &inputs).await.unwrap(), None);
}

/// Creates a subnet and a security group.
async fn network(world: &World) -> ModelVpc<Resolved> {
    let ec2 = world.aws.ec2();
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24").send().await.unwrap();
    let group = ec2.create_security_group().vpc_id(&vpc).group_name("g").description("d").send().await.unwrap();
    ModelVpc {
        subnets: vec![SubnetId(subnet.subnet.unwrap().subnet_id.unwrap())],
        security_groups: vec![SecurityGroupId(group.group_id.unwrap())],
    }
}

/// Returns a world in which network interfaces outlive their endpoint.
fn lingering() -> World {
    let (transition, interfaces_linger) = (Duration::from_millis(20), Duration::from_millis(700));
    World::with(Settings { transition, interfaces_linger, ..Settings::default() })
}

/// Creates an endpoint in a network.
async fn serve(world: &World, name: &str, role: &RoleArn, vpc: &ModelVpc<Resolved>) -> (Made, Made) {
    let inputs = Model { vpc: Some(vpc.clone()), ..model(role, "1.dkr.ecr/vllm:1") };
    let model = world.make::<Model>(name, &inputs).await;
    let config = world.make::<EndpointConfig>(name, &config(&model.id, Instances::new("ml.g5.xlarge", 1))).await;
    let endpoint = world.make::<Endpoint>(name, &endpoint(name, &config.id)).await;
    (model, endpoint)
}

#[tokio::test]
async fn the_deletion_of_a_model_waits_until_sagemaker_has_removed_its_network_interfaces() {
    let world = lingering();
    let role = role(&world).await;
    let vpc = network(&world).await;
    let (model, endpoint) = serve(&world, "llm", &role, &vpc).await;
    endpoint.delete().await;
    model.kind.delete(&model.context, &model.id, &model.inputs).await.unwrap();
    let Some(Readiness::Deleting(status)) = model.read().await.map(|live| live.readiness) else {
        panic!("its interfaces are still there");
    };
    assert!(status.contains("eni-"), "{status}");
    let delete = || world.aws.ec2().delete_security_group().group_id(vpc.security_groups[0].as_str()).send();
    assert!(delete().await.is_err(), "the group is in use");
    model.delete().await;
    delete().await.unwrap();
}

#[tokio::test]
async fn a_model_beside_another_endpoint_waits_for_the_interfaces_of_its_own_role() {
    let world = lingering();
    let role = role(&world).await;
    let vpc = network(&world).await;
    let other: Role<Resolved> = resolved(&Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let other = world.make::<Role>("others", &other).await.outputs::<RoleOutputs<Resolved>>().await.arn;
    let (_, neighbour) = serve(&world, "other", &other, &vpc).await;
    let (model, endpoint) = serve(&world, "llm", &role, &vpc).await;
    endpoint.delete().await;
    model.kind.delete(&model.context, &model.id, &model.inputs).await.unwrap();
    let live = model.read().await.expect("its interfaces are still there");
    assert!(matches!(live.readiness, Readiness::Deleting(_)), "{:?}", live.readiness);
    model.delete().await;
    neighbour.ready().await;

    // The same role beside a living endpoint: role and network stay in use, so nothing is waited for.
    let (model, endpoint) = serve(&world, "third", &other, &vpc).await;
    endpoint.delete().await;
    model.kind.delete(&model.context, &model.id, &model.inputs).await.unwrap();
    assert!(model.read().await.is_none());
}

#[test]
fn the_environment_of_a_container_may_refer_to_another_resource() {
    let bucket = Input::<String>::reference("s3_bucket.models".parse().unwrap(), "name");
    let container = Container {
        environment: BTreeMap::from([("BUCKET".to_owned(), bucket)]),
        ..Container::new("1.dkr.ecr/vllm:1", None)
    };
    let model = serde_json::to_value(Model::new("arn:aws:iam::123456789012:role/llm", container)).unwrap();
    assert_eq!(ebbtide::resource::references(&model).len(), 1);
}
