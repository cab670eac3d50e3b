//! Policies that name a role which the same run created.

use std::time::Duration;

use ebbtide::aws::iam::{Policy, Principal, Role};
use ebbtide::plan::Target;
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_cloud::Settings;
use ebbtide_engine::sdk::PropagationDelay;

use crate::fixture::{Project, scope};

#[tokio::test]
async fn a_role_that_trusts_a_new_role_is_created_once_iam_knows_it() {
    let mut stack = Stack::new(scope(), [].into());
    let caller = stack.add("caller", Role::new(Policy::trust("ecs-tasks.amazonaws.com")));
    let trust = Policy::new().allow(["sts:AssumeRole"]).to(Principal::Aws(Input::join(caller.arn.parts())));
    stack.add("called", Role::new(trust));
    let mut project = Project::new(stack.finish().unwrap());
    project.propagation = PropagationDelay::within(Duration::from_secs(10));
    let settings = Settings { assumable_after: Duration::from_millis(600), ..Settings::default() };
    let cloud = project.cloud_with(settings);
    let ran = project.run_on(&cloud, Target::Running).await;
    assert!(ran.result.unwrap().success, "{:#?}", ran.events);
    let roles = Project::aws(&cloud).iam().list_roles().send().await.unwrap();
    assert_eq!(roles.roles().len(), 2);
}
