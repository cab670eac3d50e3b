//! Conversion of deployment guardrails.

use aws_sdk_sagemaker::types::{
    Alarm, AutoRollbackConfig, BlueGreenUpdatePolicy, CapacitySize, CapacitySizeType, DeploymentConfig,
    RollingUpdatePolicy, TrafficRoutingConfig, TrafficRoutingConfigType,
};

use crate::providers::numbers::signed;
use ebbtide::aws::sagemaker::{Deployment, Size, Strategy};
use ebbtide::resource::Resolved;

/// Converts a deployment for a create or update call.
pub(super) fn deployment_to_sdk(deployment: &Deployment<Resolved>) -> DeploymentConfig {
    let alarms: Vec<_> =
        deployment.rollback_alarms.iter().map(|name| Alarm::builder().alarm_name(name.as_str()).build()).collect();
    let rollback = (!alarms.is_empty()).then(|| AutoRollbackConfig::builder().set_alarms(Some(alarms)).build());
    let config = DeploymentConfig::builder().set_auto_rollback_configuration(rollback);
    let timeout = deployment.timeout_seconds.map(signed);
    let routing = |routing_type: TrafficRoutingConfigType, wait: u32| {
        TrafficRoutingConfig::builder().r#type(routing_type).wait_interval_in_seconds(signed(wait))
    };
    let routing = match &deployment.strategy {
        Strategy::AllAtOnce { wait_seconds } => routing(TrafficRoutingConfigType::AllAtOnce, *wait_seconds),
        Strategy::Canary { size, wait_seconds } => {
            routing(TrafficRoutingConfigType::Canary, *wait_seconds).canary_size(size_to_sdk(*size))
        }
        Strategy::Linear { step, wait_seconds } => {
            routing(TrafficRoutingConfigType::Linear, *wait_seconds).linear_step_size(size_to_sdk(*step))
        }
        Strategy::Rolling { batch, wait_seconds, rollback_batch } => {
            let rolling = RollingUpdatePolicy::builder()
                .maximum_batch_size(size_to_sdk(*batch))
                .wait_interval_in_seconds(signed(*wait_seconds))
                .set_rollback_maximum_batch_size(rollback_batch.map(size_to_sdk))
                .set_maximum_execution_timeout_in_seconds(timeout);
            return config.rolling_update_policy(rolling.build()).build();
        }
    };
    let blue_green = BlueGreenUpdatePolicy::builder()
        .traffic_routing_configuration(routing.build())
        .termination_wait_in_seconds(signed(deployment.termination_wait_seconds))
        .set_maximum_execution_timeout_in_seconds(timeout);
    config.blue_green_update_policy(blue_green.build()).build()
}

fn size_to_sdk(size: Size) -> CapacitySize {
    let (size_type, value) = match size {
        Size::Percent(percent) => (CapacitySizeType::CapacityPercent, percent),
        Size::Instances(count) => (CapacitySizeType::InstanceCount, count),
    };
    CapacitySize::builder().r#type(size_type).value(signed(value)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rolling_deployment_is_sent_as_such_and_the_others_as_blue_green() {
        let deployment = |strategy| {
            deployment_to_sdk(&Deployment {
                strategy,
                rollback_alarms: vec!["slow".into()],
                termination_wait_seconds: 120,
                timeout_seconds: Some(1800),
            })
        };
        let canary = deployment(Strategy::Canary { size: Size::Instances(1), wait_seconds: 300 });
        let policy = canary.blue_green_update_policy().unwrap();
        assert_eq!(policy.termination_wait_in_seconds(), Some(120));
        let routing = policy.traffic_routing_configuration().unwrap();
        assert_eq!(routing.canary_size().unwrap().value(), Some(1));
        assert_eq!(canary.auto_rollback_configuration().unwrap().alarms()[0].alarm_name(), Some("slow"));
        let batch = Size::Percent(20);
        let rolling = deployment(Strategy::Rolling { batch, wait_seconds: 60, rollback_batch: None });
        assert!(rolling.blue_green_update_policy().is_none());
        assert_eq!(rolling.rolling_update_policy().unwrap().maximum_execution_timeout_in_seconds(), Some(1800));
    }
}
