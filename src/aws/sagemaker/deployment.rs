//! Deployment guardrails: the move of an endpoint to another configuration, and the alarms that roll it back.

use serde::{Deserialize, Serialize};

use crate::aws::AlarmName;
use crate::resource::{Declared, Phase, Problems};

/// The move of an endpoint to another configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Deployment<P: Phase = Declared> {
    /// The strategy by which traffic moves.
    pub strategy: Strategy,
    /// Alarms (at most 10) that roll the deployment back. One that goes off during the deployment is enough.
    #[serde(default)]
    pub rollback_alarms: Vec<P::Of<AlarmName>>,
    /// The time for which the old fleet stays after all traffic has moved, in seconds (0 to 3600); not with `Rolling`.
    #[serde(default)]
    pub termination_wait_seconds: u32,
    /// The limit for the whole deployment, in seconds (600 to 28800); AWS chooses unless given.
    #[serde(default)]
    pub timeout_seconds: Option<u32>,
}

/// The strategy by which traffic moves. All strategies but `Rolling` run a second full fleet during the deployment,
/// which the quota of instances must allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// All at once.
    AllAtOnce {
        /// The time for which the alarms are watched afterwards, in seconds (0 to 3600).
        wait_seconds: u32,
    },
    /// A part first, then the rest.
    Canary {
        /// The first part, at most half. AWS does not document how it rounds a percentage of few instances.
        size: Size,
        /// The time for which the alarms are watched after each step, in seconds (0 to 3600).
        wait_seconds: u32,
    },
    /// In equal steps.
    Linear {
        /// Each step, 10 to 50 percent.
        step: Size,
        /// The time for which the alarms are watched after each step, in seconds (0 to 3600).
        wait_seconds: u32,
    },
    /// Batch by batch, without a second fleet. Only for a single variant on instances.
    Rolling {
        /// Each batch, 5 to 50 percent.
        batch: Size,
        /// The time for which the alarms are watched after each batch, in seconds (0 to 3600).
        wait_seconds: u32,
        /// Each batch of a rollback; the same as `batch` unless given.
        rollback_batch: Option<Size>,
    },
}

/// A part of a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A percentage of the fleet.
    Percent(u32),
    /// A number of instances.
    Instances(u32),
}

impl Deployment {
    /// Creates a deployment without alarms. The old fleet is terminated as soon as all traffic has moved.
    pub fn new(strategy: Strategy) -> Self {
        Self { strategy, rollback_alarms: Vec::new(), termination_wait_seconds: 0, timeout_seconds: None }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let mut refuse = |name: &str, message: &str| problems.refuse(format!("deployment.{name}"), message);
        let (size, least, wait) = match &self.strategy {
            Strategy::AllAtOnce { wait_seconds } => (None, 0, *wait_seconds),
            Strategy::Canary { size, wait_seconds } => (Some(*size), 1, *wait_seconds),
            Strategy::Linear { step, wait_seconds } => (Some(*step), 10, *wait_seconds),
            Strategy::Rolling { batch, wait_seconds, .. } => (Some(*batch), 5, *wait_seconds),
        };
        if size.is_some_and(|size| !size.fits(least, 50)) {
            refuse("strategy", &format!("a step is {least} to 50 percent, or at least one instance"));
        }
        if let Strategy::Rolling { rollback_batch: Some(batch), .. } = &self.strategy
            && !batch.fits(5, 100)
        {
            refuse("strategy", "a batch of a rollback is 5 to 100 percent, or at least one instance");
        }
        if wait > 3600 {
            refuse("strategy", "AWS accepts 0 to 3600 seconds");
        }
        if self.rollback_alarms.len() > 10 {
            refuse("rollback_alarms", "AWS watches at most 10 alarms");
        }
        if self.termination_wait_seconds > 3600 {
            refuse("termination_wait_seconds", "AWS accepts 0 to 3600 seconds");
        }
        if self.termination_wait_seconds > 0 && matches!(self.strategy, Strategy::Rolling { .. }) {
            refuse("termination_wait_seconds", "a rolling deployment has no second fleet to keep");
        }
        let waits = wait + self.termination_wait_seconds;
        if self.timeout_seconds.is_some_and(|timeout| !(600..=28800).contains(&timeout) || timeout <= waits) {
            let message = format!("AWS accepts 600 to 28800 seconds, and more than the {waits} seconds of waiting");
            refuse("timeout_seconds", &message);
        }
    }
}

impl Size {
    /// Returns whether it is at least one instance, or a percentage between `least` and `most`.
    fn fits(self, least: u32, most: u32) -> bool {
        match self {
            Self::Percent(percent) => (least..=most).contains(&percent),
            Self::Instances(count) => count >= 1,
        }
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
    fn invalid_deployments_are_refused() {
        let canary = |percent| Strategy::Canary { size: Size::Percent(percent), wait_seconds: 300 };
        let linear = |percent| Strategy::Linear { step: Size::Percent(percent), wait_seconds: 300 };
        let rolling = |percent| Strategy::Rolling {
            batch: Size::Percent(percent),
            wait_seconds: 300,
            rollback_batch: Some(Size::Percent(100)),
        };
        for valid in [canary(10), canary(50), linear(10), rolling(5), Strategy::AllAtOnce { wait_seconds: 0 }] {
            assert_eq!(problems_of(&Deployment::new(valid.clone())), 0, "{valid:?}");
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
}
