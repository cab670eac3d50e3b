//! Deployment guardrails.

use aws_sdk_sagemaker::types::{
    Alarm, AutoRollbackConfig, BlueGreenUpdatePolicy, CapacitySize, CapacitySizeType, DeploymentConfig, EndpointStatus,
    RollingUpdatePolicy, TrafficRoutingConfig, TrafficRoutingConfigType,
};

use super::{Region, invalid, says, variant};

fn percent(value: i32) -> CapacitySize {
    CapacitySize::builder().r#type(CapacitySizeType::CapacityPercent).value(value).build()
}

fn instances(value: i32) -> CapacitySize {
    CapacitySize::builder().r#type(CapacitySizeType::InstanceCount).value(value).build()
}

fn routed(
    kind: TrafficRoutingConfigType,
    size: Option<CapacitySize>,
    wait: i32,
    timeout: Option<i32>,
) -> DeploymentConfig {
    let routing = TrafficRoutingConfig::builder().r#type(kind.clone()).wait_interval_in_seconds(wait);
    let routing = match kind {
        TrafficRoutingConfigType::Linear => routing.set_linear_step_size(size),
        _ => routing.set_canary_size(size),
    };
    let policy = BlueGreenUpdatePolicy::builder()
        .traffic_routing_configuration(routing.build())
        .set_maximum_execution_timeout_in_seconds(timeout);
    DeploymentConfig::builder().blue_green_update_policy(policy.build()).build()
}

fn canary(size: CapacitySize) -> DeploymentConfig {
    routed(TrafficRoutingConfigType::Canary, Some(size), 60, None)
}

fn linear(size: CapacitySize) -> DeploymentConfig {
    routed(TrafficRoutingConfigType::Linear, Some(size), 60, None)
}

fn rolling(size: CapacitySize) -> DeploymentConfig {
    let policy = RollingUpdatePolicy::builder().maximum_batch_size(size).wait_interval_in_seconds(0).build();
    DeploymentConfig::builder().rolling_update_policy(policy).build()
}

fn guarded(alarms: usize) -> DeploymentConfig {
    let rollback = (0..alarms).fold(AutoRollbackConfig::builder(), |rollback, index| {
        rollback.alarms(Alarm::builder().alarm_name(format!("alarm-{index}")).build())
    });
    DeploymentConfig::builder().auto_rollback_configuration(rollback.build()).build()
}

#[tokio::test]
async fn limits() {
    let region = Region::new().await;
    region.endpoint("e").await;
    region.config("next", "e").await;
    let update = |deployment: DeploymentConfig| {
        let call = region.client.update_endpoint().endpoint_name("e").endpoint_config_name("next");
        call.deployment_config(deployment)
    };
    use TrafficRoutingConfigType::{AllAtOnce, Canary, Linear};
    for (deployment, words) in [
        (canary(percent(51)), "at most 50 percent"),
        (canary(instances(2)), "2 of 2 instances"),
        (routed(Canary, None, 60, None), "needs a CanarySize"),
        (linear(percent(9)), "10 to 50 percent"),
        (linear(percent(51)), "10 to 50 percent"),
        (routed(Linear, None, 60, None), "needs a LinearStepSize"),
        (rolling(percent(4)), "5 to 50 percent"),
        (rolling(instances(2)), "5 to 50 percent"),
        (routed(AllAtOnce, None, 3601, None), "less than or equal to 3600"),
        (routed(AllAtOnce, None, 0, Some(599)), "greater than or equal to 600"),
        (routed(AllAtOnce, None, 0, Some(28801)), "less than or equal to 28800"),
        (routed(AllAtOnce, None, 3600, Some(3600)), "larger than the total waiting time"),
        (guarded(11), "less than or equal to 10"),
    ] {
        says(&invalid(update(deployment).send().await), words);
    }
    for deployment in
        [canary(percent(50)), canary(instances(1)), linear(percent(10)), rolling(percent(50)), guarded(10)]
    {
        update(deployment.clone()).send().await.unwrap();
        let moved = region.becomes("e", EndpointStatus::InService).await;
        assert_eq!(moved.last_deployment_config(), Some(&deployment));
    }
}

#[tokio::test]
async fn rolling_excludes_several_variants() {
    let region = Region::new().await;
    region.endpoint("e").await;
    region.config_of("two", [variant("main", "e"), variant("other", "e")]).await;
    let update = region.client.update_endpoint().endpoint_name("e").endpoint_config_name("two");
    let message = invalid(update.deployment_config(rolling(percent(50))).send().await);
    says(&message, "multiple variants");
}

#[tokio::test]
async fn only_one_policy() {
    let region = Region::new().await;
    region.endpoint("e").await;
    let both = DeploymentConfig::builder()
        .set_blue_green_update_policy(canary(percent(10)).blue_green_update_policy().cloned())
        .set_rolling_update_policy(rolling(percent(10)).rolling_update_policy().cloned())
        .build();
    let create = region.client.create_endpoint().endpoint_name("f").endpoint_config_name("e").deployment_config(both);
    says(&invalid(create.send().await), "Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy");
}

#[tokio::test]
async fn the_last_deployment_can_be_used_again() {
    let region = Region::new().await;
    region.endpoint("e").await;
    for name in ["a", "b"] {
        region.config(name, "e").await;
    }
    let update = |config: &'static str| region.client.update_endpoint().endpoint_name("e").endpoint_config_name(config);
    update("a").deployment_config(canary(percent(20))).send().await.unwrap();
    region.becomes("e", EndpointStatus::InService).await;
    update("b").retain_deployment_config(true).send().await.unwrap();
    let moved = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(moved.last_deployment_config(), Some(&canary(percent(20))));
    update("a").send().await.unwrap();
    assert_eq!(region.becomes("e", EndpointStatus::InService).await.last_deployment_config(), None);
}
