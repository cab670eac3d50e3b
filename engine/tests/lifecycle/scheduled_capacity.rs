//! Bounds of capacity that a schedule sets, through Application Auto Scaling, and their exact restore.

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use ebbtide::plan::Target;
use ebbtide::resource::Address;
use ebbtide::schedule::Bounds;

use crate::fixture::{Project, scope};
use crate::named_scaling::scaled;

fn window(min: u32, max: u32) -> BTreeMap<Address, Bounds> {
    BTreeMap::from([("autoscaling_target.llm".parse().unwrap(), Bounds { min, max })])
}

/// Returns all that AWS has of the scaling: the bounds, and the names of policies and scheduled actions.
pub async fn scaling(project: &Project) -> (Vec<(i32, i32)>, Vec<String>) {
    let aws = Project::aws(&project.cloud());
    let client = aws.applicationautoscaling();
    let namespace = || ServiceNamespace::Sagemaker;
    let targets = client.describe_scalable_targets().service_namespace(namespace()).send().await.unwrap();
    let policies = client.describe_scaling_policies().service_namespace(namespace()).send().await.unwrap();
    let actions = client.describe_scheduled_actions().service_namespace(namespace()).send().await.unwrap();
    let bounds = targets.scalable_targets().iter().map(|target| (target.min_capacity(), target.max_capacity()));
    let policies = policies.scaling_policies().iter().map(|policy| policy.policy_name().to_owned());
    let actions = actions.scheduled_actions().iter().map(|action| action.scheduled_action_name().to_owned());
    (bounds.collect(), policies.chain(actions).collect())
}

pub fn under(bounds: (i32, i32)) -> (Vec<(i32, i32)>, Vec<String>) {
    (vec![bounds], vec!["busy".to_owned(), "night".to_owned()])
}

#[tokio::test]
async fn a_window_changes_the_registered_bounds_and_its_end_restores_them() {
    let project = Project::new(scaled("llm"));
    project.run(Target::Running).await;
    let declared = project.document().await.declarations();
    assert_eq!(project.run_with_capacity(&window(2, 10)).await.summary.update, 1);
    assert_eq!(scaling(&project).await, under((2, 10)));
    assert!(project.run_with_capacity(&window(2, 10)).await.summary.update == 0, "the second tick has nothing to do");
    // An apply in the window leaves its bounds, and the record keeps the declared ones.
    assert!(project.plan(Target::Running).await.is_empty());
    project.run(Target::Running).await;
    assert_eq!(scaling(&project).await, under((2, 10)));
    assert_eq!(project.document().await.declarations(), declared);
    project.run_with_capacity(&BTreeMap::new()).await;
    assert_eq!(scaling(&project).await, under((1, 4)));
    assert!(project.plan(Target::Running).await.is_empty());
}

#[tokio::test]
async fn a_pause_in_a_window_comes_back_with_declared_bounds() {
    let project = Project::new(scaled("llm"));
    project.run(Target::Running).await;
    project.run_with_capacity(&window(2, 10)).await;
    project.run(Target::Paused).await;
    assert_eq!(scaling(&project).await, (Vec::new(), Vec::new()));
    project.resume().await;
    assert_eq!(scaling(&project).await, under((1, 4)));
    assert_eq!(project.document().await.scope, scope());
    assert!(project.plan(Target::Running).await.is_empty());
}
