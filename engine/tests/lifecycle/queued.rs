//! Requests that wait in the queue of an endpoint which a plan deletes.

use std::sync::Arc;
use std::time::Duration;

use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{AsyncInference, Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::plan::Target;
use ebbtide::resource::Address;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::apply::Unfinished;

use crate::fixture::{Project, scope};

/// Declares an endpoint of that name, with a queue or without.
fn serving(name: &str, queue: bool) -> Declarations {
    let mut stack = Stack::new(scope(), [].into());
    let role = stack.add("llm", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let model = stack.add("llm", Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
    let variant = Variant::on_instances("AllTraffic", &model.name, Instances::new("ml.g5.xlarge", 1));
    let async_inference = queue.then(|| AsyncInference::to("s3://answers/llm/"));
    let config = stack.add("llm", EndpointConfig { async_inference, ..EndpointConfig::new(variant) });
    stack.add("llm", Endpoint::new(name, &config.name));
    stack.finish().unwrap()
}

fn address() -> Address {
    "sagemaker_endpoint.llm".parse().unwrap()
}

fn slow(project: &Project) -> Cloud {
    project.cloud_with(Settings { processing: Duration::from_hours(6), ..Settings::default() })
}

fn held(work: &str) -> Unfinished {
    Unfinished { work: [(address(), work.to_owned())].into(), ..Unfinished::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_deletion_of_an_endpoint_is_held_up_by_its_queue() {
    let mut project = Project::new(serving("llm-v1", true));
    project.run(Target::Running).await;
    let cloud = slow(&project);
    assert_eq!(project.unfinished(&cloud, Target::Paused).await, Unfinished::default());
    cloud.enqueue("eu-west-1", "llm-v1").await.unwrap();
    let one = held("about 1 request in its queue");
    assert_eq!(project.unfinished(&cloud, Target::Paused).await, one);
    assert_eq!(project.unfinished(&cloud, Target::Destroyed).await, one);
    assert_eq!(project.unfinished(&cloud, Target::Running).await, Unfinished::default(), "nothing is deleted");
    cloud.enqueue("eu-west-1", "llm-v1").await.unwrap();
    project.declarations = serving("llm-v2", true);
    assert_eq!(project.unfinished(&cloud, Target::Running).await, held("about 2 requests in its queue"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_time_endpoint_has_no_queue() {
    let project = Project::new(serving("llm-v1", false));
    project.run(Target::Running).await;
    let cloud = project.cloud();
    cloud.invoke("eu-west-1", "llm-v1").await.unwrap();
    assert_eq!(project.unfinished(&cloud, Target::Paused).await, Unfinished::default());
}

struct Denies;

impl CallHook for Denies {
    fn before(&self, call: &Call) -> FaultAction {
        match call.operation.as_str() {
            "GetMetricData" => {
                let message = "not authorized to perform: cloudwatch:GetMetricData".into();
                FaultAction::Refuse(Fault { status: 403, code: "AccessDenied".into(), message })
            }
            _ => FaultAction::Act,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_which_nothing_is_known_holds_nothing_up() {
    let project = Project::new(serving("llm-v1", true));
    project.run(Target::Running).await;
    let unknown = async |cloud: &Cloud| {
        let Unfinished { work, unknown } = project.unfinished(cloud, Target::Paused).await;
        assert!(work.is_empty(), "{work:?}");
        unknown[&address()].clone()
    };
    let cloud = slow(&project);
    cloud.enqueue("eu-west-1", "llm-v1").await.unwrap();
    cloud.faults().install(Arc::new(Denies));
    let why = unknown(&cloud).await;
    assert!(why.contains("not authorized to perform"), "{why}");
    let late = project.cloud_with(Settings { metrics_lag: Duration::from_hours(1), ..Settings::default() });
    let why = unknown(&late).await;
    assert!(why.contains("CloudWatch has no data on its queue from the last 10 minutes"), "{why}");
}
