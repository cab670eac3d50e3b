//! A stack in virtual time: the present is that of the cloud, and an hour of waiting takes none.

use std::time::{Duration, Instant};

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTargetAction, ServiceNamespace};
use ebbtide::plan::Target;
use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Cloud, Durations, Settings};

use crate::fixture::Project;
use crate::named_scaling::scaled;

#[tokio::test(start_paused = true)]
async fn an_action_whose_time_comes_during_a_pause_has_run_at_the_resume() {
    let began = Instant::now();
    let project = Project::new(scaled("llm"));
    // A Monday, an hour before the action that is put by hand.
    let clock = TokioClock::starting_at("2027-03-01T16:00:00Z".parse().unwrap());
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    let cloud = Cloud::open_with_clock(&project.path().join("cloud"), settings, clock).unwrap();
    let bounds = async || {
        let aws = Project::aws(&cloud);
        let targets = aws.applicationautoscaling().describe_scalable_targets();
        let targets = targets.service_namespace(ServiceNamespace::Sagemaker).send().await.unwrap();
        let target = &targets.scalable_targets()[0];
        (target.min_capacity(), target.max_capacity())
    };
    assert!(project.run_on(&cloud, Target::Running).await.result.unwrap().success);
    assert_eq!(bounds().await, (1, 4));
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
    assert_eq!(bounds().await, (2, 3));
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}
