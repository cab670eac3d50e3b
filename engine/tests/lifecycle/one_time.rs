//! Scheduled actions whose time passes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use ebbtide::aws::autoscaling::{ScalableTarget, ScheduledAction};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};

use crate::fixture::{Project, scope};

/// A schedule, and an end.
type Times<'a> = (&'a str, Option<&'a str>);

/// Declares an endpoint with an action for each name, from one version of the endpoint's name to the next.
fn scaled(endpoint: &str, actions: &[(&str, Times<'_>)]) -> Declarations {
    let mut stack = Stack::new(scope(), Default::default());
    let role = stack.add("llm", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let model = stack.add("llm", Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
    let variant = Variant::on_instances("v", &model.name, Instances::new("ml.g5.xlarge", 1));
    let config = stack.add("llm", EndpointConfig::new(variant));
    let endpoint = stack.add("llm", Endpoint::new(endpoint, &config.name));
    let target = stack.add("llm", ScalableTarget::variant(&endpoint.name, "v", (1, 4)));
    for (name, (schedule, end)) in actions {
        let action = ScheduledAction::new(&target.resource, *schedule, (1, 4));
        let end = end.map(|end| end.parse().unwrap());
        stack.add(name, ScheduledAction { name: Some(name.to_string()), end, ..action });
    }
    stack.finish().unwrap()
}

/// Counts the actions that are sent to AWS.
#[derive(Default)]
struct Sent(AtomicUsize);

impl CallHook for Sent {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation == "PutScheduledAction" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        FaultAction::Act
    }
}

/// Goes to a target; returns how many actions were sent, and the names of those in the cloud.
async fn go(project: &Project, target: Target) -> (usize, Vec<String>) {
    let (cloud, sent) = (project.cloud(), Arc::new(Sent::default()));
    cloud.faults().install(Arc::clone(&sent) as Arc<dyn CallHook>);
    let ran = project.run_on(&cloud, target).await;
    assert!(ran.result.unwrap().success, "{:#?}", ran.events);
    let aws = Project::aws(&cloud);
    let actions = aws.applicationautoscaling().describe_scheduled_actions();
    let actions = actions.service_namespace(ServiceNamespace::Sagemaker).send().await.unwrap();
    let names = actions.scheduled_actions().iter().map(|action| action.scheduled_action_name().to_owned()).collect();
    (sent.0.load(Ordering::SeqCst), names)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const SPRING: Times<'_> = ("at(2026-03-01T08:00:00)", None);
const DAILY: Times<'_> = ("cron(0 8 * * ? *)", None);
const DAILY_IN_SPRING: Times<'_> = ("cron(0 8 * * ? *)", Some("2026-05-31T00:00:00Z"));

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_over_is_not_sent_again() {
    let actions = [("once", SPRING), ("spring", DAILY_IN_SPRING), ("daily", DAILY)];
    let mut project = Project::new(scaled("llm", &actions));
    assert_eq!(go(&project, Target::Running).await, (3, names(&["daily", "once", "spring"])));
    project.later = true;
    assert!(project.plan(Target::Running).await.is_empty(), "they stay where they are");
    go(&project, Target::Paused).await;
    project.resume().await;
    assert_eq!(go(&project, Target::Running).await, (0, names(&["daily"])));
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_over_does_not_return_with_its_endpoint() {
    let actions = [("once", SPRING), ("daily", DAILY)];
    let mut project = Project::new(scaled("llm", &actions));
    go(&project, Target::Running).await;
    project.later = true;
    project.declarations = scaled("other", &actions);
    assert_eq!(go(&project, Target::Running).await, (1, names(&["daily"])));
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_over_when_it_is_declared_is_not_created() {
    let mut project = Project::new(scaled("llm", &[("once", SPRING), ("daily", DAILY)]));
    project.later = true;
    assert_eq!(go(&project, Target::Running).await, (1, names(&["daily"])));
    assert!(project.plan(Target::Running).await.is_empty());
    // An end that has passed ends an action that runs.
    project.declarations = scaled("llm", &[("daily", DAILY_IN_SPRING)]);
    assert_eq!(go(&project, Target::Running).await, (0, names(&[])));
    assert!(project.plan(Target::Running).await.is_empty());
}
