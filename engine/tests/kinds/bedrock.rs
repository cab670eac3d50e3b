//! Bedrock: customization jobs and their results.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ebbtide::aws::bedrock::{
    Commitment, CustomModel, CustomModelDeployment, CustomModelDeploymentOutputs, CustomModelOutputs, CustomizationJob,
    CustomizationJobOutputs, InvocationLogging, InvocationLoggingOutputs, ProvisionedThroughput,
    ProvisionedThroughputOutputs,
};
use ebbtide::aws::iam::{Policy, Role, RoleOutputs};
use ebbtide::aws::{BucketName, RoleArn};
use ebbtide::resource::{Input, Readiness, Resolved, Tags};
use ebbtide_cloud::Settings;
use ebbtide_cloud::documents::HandlerFault;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_engine::providers::Provider as _;
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

const BASE: &str = "amazon.nova-lite-v1:0:300k";

async fn role(world: &World) -> RoleArn {
    let made = world.make::<Role>("training", &resolved(&Role::new(Policy::trust("bedrock.amazonaws.com")))).await;
    made.outputs::<RoleOutputs<Resolved>>().await.arn
}

fn job(base: &str, role: &RoleArn) -> CustomizationJob {
    let role = Input::Value(role.clone());
    let job = CustomizationJob::new(base, role, "s3://training/data.jsonl", "s3://training/metrics/");
    CustomizationJob {
        hyper_parameters: [("epochCount".to_owned(), "2".to_owned())].into(),
        validation_data: vec!["s3://training/validation.jsonl".into()],
        tags: Tags::from([("team".into(), "llm".into())]),
        training_tokens: Some(1000),
        ..job
    }
}

async fn stopped(made: &Made) {
    for _ in 0..500 {
        if let Readiness::Failed(why) = made.read().await.unwrap().readiness {
            assert_eq!(why, "it was stopped");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never stopped");
}

#[tokio::test]
async fn a_job_is_found_keeps_its_inputs_and_leaves_a_model() {
    let world = World::new();
    let inputs: CustomizationJob<Resolved> = resolved(&job(BASE, &role(&world).await));
    let mut made = world.make::<CustomizationJob>("expert", &inputs).await;
    let outputs: CustomizationJobOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    assert!(outputs.model_arn.contains(&format!(":custom-model/{BASE}/")), "{outputs:?}");
    assert_eq!((outputs.training_loss.as_str(), outputs.validation_loss.as_str()), ("0.42", "0.51"));
    assert_eq!(made.read().await.unwrap().data, Some(format!("the custom model {}", outputs.model_name)));
    // What AWS has of the job is what was declared.
    let seen = world.aws.bedrock().get_model_customization_job().job_identifier(&made.id).send().await.unwrap();
    assert_eq!(seen.hyper_parameters().unwrap()["epochCount"], "2");
    assert_eq!(seen.training_data_config().unwrap().s3_uri(), Some("s3://training/data.jsonl"));
    assert_eq!(seen.base_model_arn(), format!("arn:aws:bedrock:eu-west-1::foundation-model/{BASE}"));
    // The same call is the same job.
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id);
    let tagged = CustomizationJob { tags: Tags::from([("stage".into(), "test".into())]), ..inputs };
    made.change_to(&tagged).await;

    let refused = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::HoldsData);
    made.context.include_data = true;
    for _ in 0..2 {
        made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap();
    }
    let left = made.read().await.expect("the report of a job stays");
    assert_eq!((left.readiness, left.data), (Readiness::Ready, None));
    assert!(world.aws.bedrock().list_custom_models().send().await.unwrap().model_summaries().is_empty());
}

#[tokio::test]
async fn a_job_that_is_running_is_stopped_and_has_no_outputs_before_its_end() {
    let world = World::with(Settings { transition: Duration::from_secs(3), ..Settings::default() });
    let inputs: CustomizationJob<Resolved> = resolved(&job(BASE, &role(&world).await));
    let context = world.context("bedrock_customization_job.expert", 1);
    let kind = crate::harness::provider("bedrock_customization_job");
    let inputs = serde_json::to_value(&inputs).unwrap();
    let id = kind.create(&context, &inputs).await.unwrap();
    let made = Made { kind, context, id, inputs };
    let live = made.read().await.unwrap();
    assert_eq!(live.readiness, Readiness::Pending("InProgress: training".into()));
    assert!(live.outputs.is_null() && live.data.is_none());
    for _ in 0..2 {
        made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap();
    }
    stopped(&made).await;
    assert!(
        made.kind.delete(&made.context, &made.id, &made.inputs).await.is_ok(),
        "a stopped job has nothing to delete"
    );
}

/// Makes jobs fail.
struct FailingJobs;

impl CallHook for FailingJobs {
    fn before(&self, call: &Call) -> FaultAction {
        match call.operation.as_str() {
            "CreateModelCustomizationJob" => FaultAction::ActAndFailLater(HandlerFault::AfterCreation),
            _ => FaultAction::Act,
        }
    }
}

#[tokio::test]
async fn the_failure_of_a_job_is_told_in_the_words_of_aws() {
    let world = World::new();
    let inputs: CustomizationJob<Resolved> = resolved(&job(BASE, &role(&world).await));
    world.cloud.faults().install(Arc::new(FailingJobs));
    let context = world.context("bedrock_customization_job.expert", 1);
    let id = CustomizationJob::create(&context, &inputs).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let live = CustomizationJob::read(&context, &id, &inputs).await.unwrap().unwrap();
    let why = "The training data does not have the form of the base model.";
    assert_eq!((live.readiness, live.data), (Readiness::Failed(why.into()), None));
    CustomizationJob::delete(&context, &id, &inputs).await.unwrap();
}

#[tokio::test]
async fn the_life_of_a_base_model_is_checked() {
    static NOW: AtomicI64 = AtomicI64::new(0);
    let at = |text: &str| NOW.store(text.parse::<jiff::Timestamp>().unwrap().as_millisecond(), Ordering::Relaxed);
    at("2026-06-01T00:00:00Z");
    let world = World::with_clock(Settings::default(), || NOW.load(Ordering::Relaxed));
    let context = world.context("bedrock_customization_job.expert", 1);
    let old = "anthropic.claude-3-haiku-20240307-v1:0:200k";
    let role = RoleArn("arn:aws:iam::123456789012:role/training".into());
    let problems = async |base: &str| {
        let found = CustomizationJob::missing(&context, &job(base, &role)).await.unwrap();
        found
            .missing
            .into_iter()
            .map(|one| one.problem)
            .filter(|problem| !problem.starts_with("no object"))
            .collect::<Vec<_>>()
    };
    assert_eq!(problems(BASE).await, [""; 0]);
    assert_eq!(problems(old).await, [""; 0], "it still lives");
    let wrong = problems("amazon.nova-lite-v1:0").await;
    assert_eq!(wrong, ["the base model amazon.nova-lite-v1:0 cannot be customized by FINE_TUNING"]);
    at("2026-10-01T00:00:00Z");
    let dead = problems(old).await;
    assert!(dead[0].contains("it is past its end of life, or was never there"), "{dead:?}");
    let objects = CustomizationJob::missing(&context, &job(BASE, &role)).await.unwrap();
    assert_eq!(objects.missing.len(), 2, "the training data and the validation data: {objects:?}");
}

/// Makes a custom model, by a job.
async fn model(world: &World, name: &str, role: &RoleArn) -> String {
    let made = world.make::<CustomizationJob>(name, &resolved(&job(BASE, role))).await;
    made.outputs::<CustomizationJobOutputs<Resolved>>().await.model_arn
}

#[tokio::test]
async fn a_deployment_moves_to_another_model() {
    let world = World::new();
    let role = role(&world).await;
    let (one, two) = (model(&world, "one", &role).await, model(&world, "two", &role).await);
    let deployment = |model: &str| CustomModelDeployment {
        description: Some("An expert".into()),
        tags: Tags::from([("team".into(), "llm".into())]),
        ..CustomModelDeployment::of(model)
    };
    let mut made = world.make::<CustomModelDeployment>("expert", &resolved(&deployment(&one))).await;
    let outputs: CustomModelDeploymentOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    assert_eq!(made.kind.create(&made.context, &made.inputs).await.unwrap(), made.id, "the same call is the same one");
    made.change_to(&CustomModelDeployment { tags: Tags::new(), ..deployment(&two) }).await;
    let used = world.aws.bedrock().delete_custom_model().model_identifier(&one).send().await;
    assert!(used.is_ok(), "no deployment uses it any more");
    made.delete().await;
}

#[tokio::test]
async fn throughput_is_deleted_unless_it_is_committed() {
    let world = World::new();
    let throughput = |units| ProvisionedThroughput {
        tags: Tags::from([("team".into(), "llm".into())]),
        ..ProvisionedThroughput::of(BASE, units)
    };
    let mut made = world.make::<ProvisionedThroughput>("expert", &resolved(&throughput(2))).await;
    let outputs: ProvisionedThroughputOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    let other = ProvisionedThroughput { model: "amazon.nova-micro-v1:0:128k".into(), ..throughput(2) };
    made.change_to(&other).await;
    made.change_to(&ProvisionedThroughput { tags: Tags::new(), ..other }).await;
    made.delete().await;
    let committed = ProvisionedThroughput { commitment: Some(Commitment::OneMonth), ..throughput(1) };
    assert!(committed.remarks(jiff::Timestamp::UNIX_EPOCH)[0].message.contains("a pause keeps it"));
    let made = world.make::<ProvisionedThroughput>("committed", &resolved(&committed)).await;
    let refused = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert!(refused.hint.is_some_and(|hint| hint.contains("until its term is over")));
}

#[tokio::test]
async fn a_model_that_was_trained_elsewhere_is_kept_unless_its_data_is_named() {
    let world = World::new();
    let role = role(&world).await;
    let model = |role: &RoleArn| CustomModel {
        tags: Tags::from([("team".into(), "llm".into())]),
        ..CustomModel::of("s3://escrow/expert/7/", role.clone())
    };
    let mut made = world.make::<CustomModel>("expert", &resolved(&model(&role))).await;
    let outputs: CustomModelOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    assert_eq!(
        made.kind.create(&made.context, &made.inputs).await.unwrap(),
        made.id,
        "the same call is the same model"
    );
    made.change_to(&resolved::<_, CustomModel<Resolved>>(&CustomModel { tags: Tags::new(), ..model(&role) })).await;
    let deployment = CustomModelDeployment::of(outputs.arn.as_str());
    let deployment = world.make::<CustomModelDeployment>("expert", &resolved(&deployment)).await;
    let refused = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::HoldsData);
    made.context.include_data = true;
    let used = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(used.kind, ErrorKind::Busy, "{used}");
    deployment.delete().await;
    made.delete().await;
}

#[tokio::test]
async fn a_model_without_artifacts_fails_in_the_words_of_aws() {
    let world = World::new();
    bucket(&world, "artifacts", None).await;
    let inputs: CustomModel<Resolved> = resolved(&CustomModel::of("s3://artifacts/none", role(&world).await));
    let context = world.context("bedrock_custom_model.expert", 1);
    let id = CustomModel::create(&context, &inputs).await.unwrap();
    let deploying = world.context("bedrock_custom_model_deployment.expert", 1);
    let deployment = resolved(&CustomModelDeployment::of(id.as_str()));
    let refused = CustomModelDeployment::create(&deploying, &deployment).await.unwrap_err();
    assert!(refused.message.contains("not in the Active state"), "{refused}");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let live = CustomModel::read(&context, &id, &inputs).await.unwrap().unwrap();
    assert_eq!(live.readiness, Readiness::Failed("The model artifacts cannot be read.".into()));
    CustomModel::delete(&context, &id, &inputs).await.unwrap();
}

/// Makes a bucket, and lets Bedrock write to it if a policy is asked for.
async fn bucket(world: &World, name: &str, writer: Option<&str>) {
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
    let place = place.location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1).build();
    world.aws.s3().create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
    if let Some(service) = writer {
        let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": service }, "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{name}/*"),
        }]});
        world.aws.s3().put_bucket_policy().bucket(name).policy(policy.to_string()).send().await.unwrap();
    }
}

#[tokio::test]
async fn the_log_of_invocations_goes_through_every_change() {
    let world = World::new();
    let role = role(&world).await;
    for name in ["invocations", "large"] {
        bucket(&world, name, Some("bedrock.amazonaws.com")).await;
    }
    world.aws.cloudwatchlogs().create_log_group().log_group_name("/bedrock").send().await.unwrap();
    let base = || InvocationLogging::to_log_group("/bedrock", role.clone());
    let mut made = world.make::<InvocationLogging>("all", &resolved(&base())).await;
    let outputs: InvocationLoggingOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.region.as_str(), made.id.as_str()), ("eu-west-1", "eu-west-1"));
    let large = Some(Input::Value(BucketName("large".into())));
    let changes = [
        InvocationLogging { images: false, video: false, ..base() },
        InvocationLogging { large_data_bucket: large, large_data_prefix: Some("large".into()), ..base() },
        InvocationLogging { text: false, embeddings: false, audio: false, ..base() },
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, InvocationLogging<Resolved>>(&changed)).await;
    }
    made.delete().await;
    let left = world.aws.bedrock().get_model_invocation_logging_configuration().send().await.unwrap();
    assert!(left.logging_config().is_none());
}

#[tokio::test]
async fn a_log_of_invocations_that_is_there_already_is_left_alone() {
    let world = World::new();
    bucket(&world, "ours", Some("bedrock.amazonaws.com")).await;
    bucket(&world, "theirs", Some("bedrock.amazonaws.com")).await;
    let logging = |bucket: &str| resolved::<_, InvocationLogging<Resolved>>(&InvocationLogging::to_bucket(bucket));
    let first = world.make::<InvocationLogging>("all", &logging("theirs")).await;
    // Another stack is refused, even one that declares the very same.
    for (name, bucket) in [("other", "ours"), ("same", "theirs")] {
        let context = world.context(&format!("bedrock_invocation_logging.{name}"), 1);
        let inputs = serde_json::to_value(logging(bucket)).unwrap();
        let kind = provider("bedrock_invocation_logging");
        for _ in 0..2 {
            let refused = kind.create(&context, &inputs).await.unwrap_err();
            assert_eq!(refused.kind, ErrorKind::AlreadyExists);
            assert!(refused.message.contains("to the bucket theirs"), "{refused}");
            let hint = refused.hint.unwrap();
            assert!(hint.contains("delete-model-invocation-logging-configuration --region eu-west-1"), "{hint}");
            assert_eq!(kind.find(&context, &inputs).await.unwrap(), None);
        }
    }
    // Somebody puts another in the place of a recorded one: it is no longer ours, and a destruction leaves it.
    let config = aws_sdk_bedrock::types::S3Config::builder().bucket_name("ours").build().unwrap();
    let config = aws_sdk_bedrock::types::LoggingConfig::builder().s3_config(config).build();
    let put = world.aws.bedrock().put_model_invocation_logging_configuration().logging_config(config);
    put.send().await.unwrap();
    assert!(first.read().await.is_none());
    first.kind.delete(&first.context, &first.id, &first.inputs).await.unwrap();
    let left = world.aws.bedrock().get_model_invocation_logging_configuration().send().await.unwrap();
    assert_eq!(left.logging_config().unwrap().s3_config().unwrap().bucket_name(), "ours");
}

#[tokio::test]
async fn a_log_of_invocations_that_bedrock_may_not_write_is_refused_with_advice() {
    let world = World::new();
    bucket(&world, "closed", None).await;
    let context = world.context("bedrock_invocation_logging.all", 1);
    let role = RoleArn("arn:aws:iam::123456789012:role/none".into());
    let closed = InvocationLogging::to_bucket("closed");
    for logging in [closed, InvocationLogging::to_log_group("/none", role)] {
        let refused = InvocationLogging::create(&context, &resolved(&logging)).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::NotYet, "{refused}");
        assert!(refused.hint.is_some_and(|hint| hint.contains("must let bedrock.amazonaws.com put objects")));
    }
}
