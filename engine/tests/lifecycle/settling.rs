//! Buckets whose configuration goes back and forth between old and new for a while after a change.

use std::time::Duration;

use ebbtide::aws::s3::{Bucket, LifecycleRule};
use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::Settings;
use ebbtide_engine::sdk::PropagationDelay;

use crate::fixture::{Project, scope};

/// Five minutes of AWS are one second here.
const PROPAGATION: Duration = Duration::from_millis(200);

fn expiring(days: u32) -> Declarations {
    let mut stack = Stack::new(scope(), [].into());
    let expire = LifecycleRule { expiration_days: Some(days), ..LifecycleRule::new("expire") };
    stack.add("captures", Bucket { name: Some("captures".into()), lifecycle: vec![expire], ..Bucket::new() });
    stack.finish().unwrap()
}

fn settings() -> Settings {
    Settings { buckets_settle: Duration::from_millis(600), ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_over_when_no_look_shows_the_old_configuration_any_more() {
    let mut project = Project::new(expiring(30));
    project.propagation = PropagationDelay::within(PROPAGATION);
    project.run(Target::Running).await;
    let cloud = project.cloud_with(settings());
    for days in [60, 90] {
        project.declarations = expiring(days);
        let ran = project.run_on(&cloud, Target::Running).await;
        assert!(ran.result.unwrap().success, "{:#?}", ran.events);
        let found = Project::aws(&cloud).s3().get_bucket_lifecycle_configuration().bucket("captures").send().await;
        let days_in_cloud = found.unwrap().rules()[0].expiration().unwrap().days();
        assert_eq!(days_in_cloud, Some(i32::try_from(days).unwrap()), "the old configuration is still to be seen");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_takes_no_single_look_at_an_old_configuration_for_drift() {
    let mut project = Project::new(expiring(30));
    project.propagation = PropagationDelay::within(PROPAGATION);
    project.run(Target::Running).await;
    let s3 = Project::aws(&project.cloud()).s3().clone();
    let lifecycle = s3.get_bucket_lifecycle_configuration().bucket("captures").send().await.unwrap();
    let rules = aws_sdk_s3::types::BucketLifecycleConfiguration::builder().set_rules(lifecycle.rules).build().unwrap();
    s3.delete_bucket_lifecycle().bucket("captures").send().await.unwrap();
    // This cloud remembers that there was no lifecycle, and shows it at every other look.
    let cloud = project.cloud_with(Settings { buckets_settle: Duration::from_secs(60), ..Settings::default() });
    let s3 = Project::aws(&cloud).s3().clone();
    s3.put_bucket_lifecycle_configuration().bucket("captures").lifecycle_configuration(rules).send().await.unwrap();
    for _ in 0..3 {
        let plan = project.plan_on(&cloud, Target::Running).await;
        assert!(plan.operations.is_empty(), "{:#?}", plan.operations);
    }
    // A difference that every look shows is drift.
    s3.delete_bucket_lifecycle().bucket("captures").send().await.unwrap();
    let plan = project.plan_on(&project.cloud(), Target::Running).await;
    assert_eq!(plan.operations.len(), 1);
}
