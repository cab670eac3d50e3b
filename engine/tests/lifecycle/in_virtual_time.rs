//! A stack in virtual time: the present is that of the cloud, and an hour of waiting takes none.

use std::time::{Duration, Instant};

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTargetAction, ServiceNamespace};
use ebbtide::plan::Target;
use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Cloud, Durations, Settings};

use crate::fixture::Project;
use crate::named_scaling::{scaled, scaled_within};

/// Opens the cloud of a project on a Monday, with AWS's durations.
fn cloud_on_monday(project: &Project, time: &str) -> Cloud {
    let clock = TokioClock::starting_at(format!("2027-03-01T{time}Z").parse().unwrap());
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    Cloud::open_with_clock(&project.path().join("cloud"), settings, clock).unwrap()
}

/// Returns the bounds of the one scaled resource.
async fn bounds(cloud: &Cloud) -> (i32, i32) {
    let aws = Project::aws(cloud);
    let targets = aws.applicationautoscaling().describe_scalable_targets();
    let targets = targets.service_namespace(ServiceNamespace::Sagemaker).send().await.unwrap();
    let target = &targets.scalable_targets()[0];
    (target.min_capacity(), target.max_capacity())
}

#[tokio::test(start_paused = true)]
async fn an_action_whose_time_comes_during_a_pause_has_run_at_the_resume() {
    let began = Instant::now();
    let project = Project::new(scaled("llm"));
    let cloud = cloud_on_monday(&project, "16:00:00");
    assert!(project.run_on(&cloud, Target::Running).await.result.unwrap().success);
    assert_eq!(bounds(&cloud).await, (1, 4));
    let aws = Project::aws(&cloud);
    let by_hand = aws.applicationautoscaling().put_scheduled_action().service_namespace(ServiceNamespace::Sagemaker);
    let by_hand = by_hand
        .resource_id("endpoint/llm/variant/v")
        .scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount)
        .scheduled_action_name("afternoon")
        .schedule("cron(0 17 ? * MON-FRI *)")
        .scalable_target_action(ScalableTargetAction::builder().min_capacity(2).max_capacity(3).build());
    by_hand.send().await.unwrap();
    assert!(project.run_on(&cloud, Target::Paused).await.result.unwrap().success);
    tokio::time::sleep(Duration::from_secs(80 * 60)).await;
    assert!(project.run_from(&cloud, Target::Running, None).await.result.unwrap().success);
    assert_eq!(bounds(&cloud).await, (2, 3));
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_declared_action_whose_time_comes_during_a_pause_has_run_at_the_resume() {
    let project = Project::new(scaled("llm"));
    let cloud = cloud_on_monday(&project, "17:00:00");
    assert!(project.run_on(&cloud, Target::Running).await.result.unwrap().success);
    assert!(project.run_on(&cloud, Target::Paused).await.result.unwrap().success);
    // Its time is 18:00.
    tokio::time::sleep(Duration::from_secs(80 * 60)).await;
    assert!(project.run_from(&cloud, Target::Running, None).await.result.unwrap().success);
    assert_eq!(bounds(&cloud).await, (1, 1));
    // That is no drift, and a pause without a missed time changes nothing.
    assert!(project.run_on(&cloud, Target::Paused).await.result.unwrap().success);
    assert!(project.run_from(&cloud, Target::Running, None).await.result.unwrap().success);
    assert_eq!(bounds(&cloud).await, (1, 1));
}

#[tokio::test(start_paused = true)]
async fn bounds_that_are_declared_anew_during_a_pause_are_kept() {
    let mut project = Project::new(scaled_within("llm", (1, 4)));
    let cloud = cloud_on_monday(&project, "17:00:00");
    assert!(project.run_on(&cloud, Target::Running).await.result.unwrap().success);
    assert!(project.run_on(&cloud, Target::Paused).await.result.unwrap().success);
    tokio::time::sleep(Duration::from_secs(80 * 60)).await;
    project.declarations = scaled_within("llm", (2, 6));
    assert!(project.run_on(&cloud, Target::Running).await.result.unwrap().success);
    assert_eq!(bounds(&cloud).await, (2, 6));
}
