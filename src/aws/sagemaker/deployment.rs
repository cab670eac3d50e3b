//! Deployment guardrails: how an endpoint moves from one configuration to the next, and when it moves back.

use aws_sdk_sagemaker::types::{
    Alarm, AutoRollbackConfig, BlueGreenUpdatePolicy, CapacitySize, CapacitySizeType, DeploymentConfig,
    RollingUpdatePolicy, TrafficRoutingConfig, TrafficRoutingConfigType,
};
use serde::{Deserialize, Serialize};

use super::variant::signed;
use crate::aws::AlarmName;
use crate::resource::{Declared, Phase, Problems, Resolved};

/// How an endpoint moves from one configuration to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Deployment<P: Phase = Declared> {
    /// How the traffic moves.
    pub strategy: Strategy,
    /// Alarms that move it back (at most 10): one that goes off during the deployment is enough.
    #[serde(default)]
    pub rollback_alarms: Vec<P::Of<AlarmName>>,
    /// How long the old fleet stays once all traffic has moved, in seconds (0 to 3600); not with `Rolling`.
    #[serde(default)]
    pub termination_wait_seconds: u32,
    /// How long the whole deployment may take, in seconds (600 to 28800); as AWS chooses unless given.
    #[serde(default)]
    pub timeout_seconds: Option<u32>,
}

/// How the traffic moves. All but `Rolling` run a second full fleet meanwhile: mind the quota of instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// All at once.
    AllAtOnce {
        /// How long the alarms are watched then, in seconds (0 to 3600).
        wait_seconds: u32,
    },
    /// A part first, then the rest.
    Canary {
        /// The first part, at most half.
        size: Size,
        /// How long the alarms are watched after each step, in seconds (0 to 3600).
        wait_seconds: u32,
    },
    /// In equal steps.
    Linear {
        /// Each step, 10 to 50 percent.
        step: Size,
        /// How long the alarms are watched after each step, in seconds (0 to 3600).
        wait_seconds: u32,
    },
    /// Batch by batch, without a second fleet. One variant on instances only.
    Rolling {
        /// Each batch, 5 to 50 percent.
        batch: Size,
        /// How long the alarms are watched after each batch, in seconds (0 to 3600).
        wait_seconds: u32,
        /// Each batch on the way back; as the way there unless given.
        rollback_batch: Option<Size>,
    },
}

/// A part of a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// So many percent of it.
    Percent(u32),
    /// So many instances.
    Instances(u32),
}

impl Deployment {
    /// A deployment without alarms, whose old fleet goes at once.
    pub fn new(strategy: Strategy) -> Self {
        Self { strategy, rollback_alarms: Vec::new(), termination_wait_seconds: 0, timeout_seconds: None }
    }

    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let mut problem = |name: &str, message: &str| problems.refuse(format!("deployment.{name}"), message.to_owned());
        let (size, least, wait) = match &self.strategy {
            Strategy::AllAtOnce { wait_seconds } => (None, 0, *wait_seconds),
            Strategy::Canary { size, wait_seconds } => (Some(*size), 1, *wait_seconds),
            Strategy::Linear { step, wait_seconds } => (Some(*step), 10, *wait_seconds),
            Strategy::Rolling { batch, wait_seconds, .. } => (Some(*batch), 5, *wait_seconds),
        };
        if size.is_some_and(|size| !size.fits(least, 50)) {
            problem("strategy", &format!("a step is {least} to 50 percent, or at least one instance"));
        }
        if let Strategy::Rolling { rollback_batch: Some(batch), .. } = &self.strategy
            && !batch.fits(5, 100)
        {
            problem("strategy", "a batch on the way back is 5 to 100 percent, or at least one instance");
        }
        if wait > 3600 {
            problem("strategy", "AWS waits 0 to 3600 seconds");
        }
        if self.rollback_alarms.len() > 10 {
            problem("rollback_alarms", "AWS watches at most 10 alarms");
        }
        if self.termination_wait_seconds > 3600 {
            problem("termination_wait_seconds", "AWS waits 0 to 3600 seconds");
        }
        if self.termination_wait_seconds > 0 && matches!(self.strategy, Strategy::Rolling { .. }) {
            problem("termination_wait_seconds", "a rolling deployment has no second fleet that could stay");
        }
        let waits = wait + self.termination_wait_seconds;
        if self.timeout_seconds.is_some_and(|timeout| !(600..=28800).contains(&timeout) || timeout <= waits) {
            let message = format!("AWS takes 600 to 28800 seconds, and more than the {waits} that are waited");
            problem("timeout_seconds", &message);
        }
    }
}

impl Size {
    fn fits(self, least: u32, most: u32) -> bool {
        match self {
            Self::Percent(percent) => (least..=most).contains(&percent),
            Self::Instances(count) => count >= 1,
        }
    }

    fn to_sdk(self) -> CapacitySize {
        let (kind, value) = match self {
            Self::Percent(percent) => (CapacitySizeType::CapacityPercent, percent),
            Self::Instances(count) => (CapacitySizeType::InstanceCount, count),
        };
        CapacitySize::builder().r#type(kind).value(signed(value)).build()
    }
}

impl Deployment<Resolved> {
    pub(super) fn to_sdk(&self) -> DeploymentConfig {
        let alarms: Vec<_> =
            self.rollback_alarms.iter().map(|name| Alarm::builder().alarm_name(name.as_str()).build()).collect();
        let rollback = (!alarms.is_empty()).then(|| AutoRollbackConfig::builder().set_alarms(Some(alarms)).build());
        let config = DeploymentConfig::builder().set_auto_rollback_configuration(rollback);
        let traffic = |kind: TrafficRoutingConfigType, wait: u32| {
            TrafficRoutingConfig::builder().r#type(kind).wait_interval_in_seconds(signed(wait))
        };
        let traffic = match &self.strategy {
            Strategy::AllAtOnce { wait_seconds } => traffic(TrafficRoutingConfigType::AllAtOnce, *wait_seconds),
            Strategy::Canary { size, wait_seconds } => {
                traffic(TrafficRoutingConfigType::Canary, *wait_seconds).canary_size(size.to_sdk())
            }
            Strategy::Linear { step, wait_seconds } => {
                traffic(TrafficRoutingConfigType::Linear, *wait_seconds).linear_step_size(step.to_sdk())
            }
            Strategy::Rolling { batch, wait_seconds, rollback_batch } => {
                let rolling = RollingUpdatePolicy::builder()
                    .maximum_batch_size(batch.to_sdk())
                    .wait_interval_in_seconds(signed(*wait_seconds))
                    .set_rollback_maximum_batch_size(rollback_batch.map(Size::to_sdk))
                    .set_maximum_execution_timeout_in_seconds(self.timeout_seconds.map(signed));
                return config.rolling_update_policy(rolling.build()).build();
            }
        };
        let blue_green = BlueGreenUpdatePolicy::builder()
            .traffic_routing_configuration(traffic.build())
            .termination_wait_in_seconds(signed(self.termination_wait_seconds))
            .set_maximum_execution_timeout_in_seconds(self.timeout_seconds.map(signed));
        config.blue_green_update_policy(blue_green.build()).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(deployment: &Deployment) -> usize {
        let mut problems = Problems::new();
        deployment.validate(&mut problems);
        problems.len()
    }

    #[test]
    fn the_limits_of_guardrails_are_kept() {
        let canary = |percent| Strategy::Canary { size: Size::Percent(percent), wait_seconds: 300 };
        let linear = |percent| Strategy::Linear { step: Size::Percent(percent), wait_seconds: 300 };
        let rolling = |percent| Strategy::Rolling {
            batch: Size::Percent(percent),
            wait_seconds: 300,
            rollback_batch: Some(Size::Percent(100)),
        };
        for fine in [canary(10), canary(50), linear(10), rolling(5), Strategy::AllAtOnce { wait_seconds: 0 }] {
            assert_eq!(problems_of(&Deployment::new(fine.clone())), 0, "{fine:?}");
        }
        for wrong in [canary(51), linear(9), rolling(4), Strategy::AllAtOnce { wait_seconds: 3601 }] {
            assert_eq!(problems_of(&Deployment::new(wrong.clone())), 1, "{wrong:?}");
        }
        let mut wrong = Deployment::new(rolling(10));
        wrong.rollback_alarms = vec!["alarm".into(); 11];
        wrong.termination_wait_seconds = 60;
        wrong.timeout_seconds = Some(60);
        assert_eq!(problems_of(&wrong), 3);
    }

    #[test]
    fn a_rolling_deployment_is_sent_as_such_and_the_others_as_blue_green() {
        let deployment = |strategy| Deployment::<Resolved> {
            strategy,
            rollback_alarms: vec!["slow".into()],
            termination_wait_seconds: 120,
            timeout_seconds: Some(1800),
        };
        let canary = deployment(Strategy::Canary { size: Size::Instances(1), wait_seconds: 300 }).to_sdk();
        let policy = canary.blue_green_update_policy().unwrap();
        assert_eq!(policy.termination_wait_in_seconds(), Some(120));
        let routing = policy.traffic_routing_configuration().unwrap();
        assert_eq!(routing.canary_size().unwrap().value(), Some(1));
        assert_eq!(canary.auto_rollback_configuration().unwrap().alarms()[0].alarm_name(), Some("slow"));
        let batch = Size::Percent(20);
        let rolling = deployment(Strategy::Rolling { batch, wait_seconds: 60, rollback_batch: None }).to_sdk();
        assert!(rolling.blue_green_update_policy().is_none());
        assert_eq!(rolling.rolling_update_policy().unwrap().maximum_execution_timeout_in_seconds(), Some(1800));
    }
}
