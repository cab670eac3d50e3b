//! What does not exist: for a deletion, and for a host of AWS that does not know a new resource.

use std::sync::Arc;

use ebbtide::aws::TopicArn;
use ebbtide::aws::budgets::Budget;
use ebbtide::aws::cloudwatch::{Alarm, Comparison, Dashboard, Metric, Statistic, Watch};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::logs::LogGroup;
use ebbtide::aws::s3::Bucket;
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::aws::sns::{Protocol, Subscription, Topic};
use ebbtide::resource::Resolved;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

/// Refuses every call that deletes, in the words of another resource.
struct Elsewhere(&'static str, u16);

impl CallHook for Elsewhere {
    fn before(&self, call: &Call) -> FaultAction {
        let deletes = call.operation.starts_with("Delete") || call.operation == "Unsubscribe";
        let fault = Fault { status: self.1, ..Fault::new(self.0, "the key does not exist") };
        if deletes { FaultAction::Refuse(fault) } else { FaultAction::Act }
    }
}

/// Makes one resource of each kind of the services that are not EC2's, SageMaker's or auto scaling's.
async fn one_of_each(world: &World) -> Vec<Made> {
    let metric = Metric::of_variant("ModelLatency", "llm", "main", Statistic::Average);
    let alarm = Alarm::new(Watch::Metric(metric), Comparison::Greater, 1.0);
    let topic = world.make::<Topic>("alarms", &resolved(&Topic::new())).await;
    let subscription = Subscription::<Resolved> {
        topic: TopicArn(topic.id.clone()),
        protocol: Protocol::Sqs,
        endpoint: "arn:aws:sqs:eu-west-1:123456789012:q".into(),
        raw_delivery: false,
        filter: None,
    };
    vec![
        world.make::<Subscription>("queue", &subscription).await,
        topic,
        world.make::<Alarm>("slow", &resolved(&alarm)).await,
        world.make::<Budget>("costs", &resolved(&Budget::monthly("100"))).await,
        world.make::<Bucket>("models", &resolved(&Bucket::new())).await,
        world.make::<Dashboard>("page", &Dashboard { name: None, widgets: Vec::new() }).await,
        world.make::<LogGroup>("logs", &resolved(&LogGroup::new("/llm", 30))).await,
        world.make::<Role>("serving", &resolved(&Role::new(Policy::trust("sagemaker.amazonaws.com")))).await,
        world.make::<Secret>("token", &resolved(&Secret::new(SecretSource::generated(32)))).await,
    ]
}

#[tokio::test]
async fn a_deletion_that_misses_another_resource_has_deleted_nothing() {
    let world = World::new();
    let all = one_of_each(&world).await;
    for (code, status) in [("InvalidKey.NotFound", 400), ("KeyNotFoundException", 400), ("Unknown", 404)] {
        world.cloud.faults().install(Arc::new(Elsewhere(code, status)));
        for made in &all {
            let deleted = made.kind.delete(&made.context, &made.id, &made.inputs).await;
            assert!(deleted.is_err(), "{}: {code} counts as its own", made.context.identity.address);
        }
    }
    world.cloud.faults().clear();
    for made in all {
        made.delete().await;
    }
}

/// Refuses the calls that follow a creation, as a host that does not know the resource yet.
struct Unknown;

impl CallHook for Unknown {
    fn before(&self, call: &Call) -> FaultAction {
        let (code, message) = match call.operation.as_str() {
            "PutRolePolicy" => ("NoSuchEntity", "The role with name r cannot be found."),
            "PutBucketPolicy" => ("NoSuchBucket", "The specified bucket does not exist"),
            "PutRetentionPolicy" => ("ResourceNotFoundException", "The specified log group does not exist."),
            _ => return FaultAction::Act,
        };
        FaultAction::Refuse(Fault { status: 404, ..Fault::new(code, message) })
    }
}

#[tokio::test]
async fn a_resource_that_was_just_created_and_is_unknown_to_a_host_is_not_there_yet() {
    let world = World::new();
    world.cloud.faults().install(Arc::new(Unknown));
    let read = Policy::new().allow(["s3:GetObject"]).on("*");
    let role = Role::new(Policy::trust("sagemaker.amazonaws.com")).policy("read", read);
    let kinds = [
        ("iam_role.r", serde_json::to_value(role)),
        ("s3_bucket.b", serde_json::to_value(Bucket::new())),
        ("logs_group.g", serde_json::to_value(LogGroup::new("/llm", 30))),
    ];
    for (address, inputs) in kinds {
        let context = world.context(address, 1);
        let inputs = inputs.unwrap();
        let kind = provider(context.identity.address.kind());
        let error = kind.create(&context, &inputs).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotYet, "{address}: {error}");
        world.cloud.faults().clear();
        kind.create(&context, &inputs).await.unwrap();
        world.cloud.faults().install(Arc::new(Unknown));
    }
}
