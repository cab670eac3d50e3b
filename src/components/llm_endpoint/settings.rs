//! What can be said of an endpoint.

use std::collections::BTreeMap;

use super::Scaling;
use crate::aws::sagemaker::{AsyncInference, Container, DataCapture, Instances, ModelVpc, Serverless, Size, Strategy};
use crate::aws::{Arn, RoleArn};
use crate::resource::{Input, Tags};

/// The name of the one variant. It stays the same from one configuration to the next, so that an endpoint retains by
/// it the capacity that it has.
pub const VARIANT: &str = "AllTraffic";

/// An endpoint that serves a language model.
///
/// Start from [`LlmEndpoint::new`] and change what should differ. A pause deletes the endpoint and its scaling, keeps
/// model, configuration, role, alarms and logs, and a resume brings back the capacity that it had.
#[derive(Clone, Debug, PartialEq)]
pub struct LlmEndpoint {
    /// The name that callers use.
    pub endpoint_name: String,
    /// The image that serves, and the model that it loads.
    pub container: Container,
    /// How it answers, and on what it runs.
    pub mode: Mode,
    /// The role that the containers act as; one that may do just what is needed is made unless given.
    pub role: Option<Input<RoleArn>>,
    /// The network that the containers run in; SageMaker's own unless given.
    pub network: Option<ModelVpc>,
    /// How many instances there are under load; as many as at first unless given. A serverless endpoint needs none.
    pub scaling: Option<Scaling>,
    /// Other bounds at certain times, by a name for each.
    pub schedule: BTreeMap<String, ScheduledBounds>,
    /// How it moves to another model or another size. The alarms move it back.
    pub deployment: Strategy,
    /// What is watched.
    pub alarms: EndpointAlarms,
    /// Keeps a sample of the traffic.
    pub data_capture: Option<DataCapture>,
    /// How long logs of the containers are kept, in days.
    pub log_retention_days: u32,
    /// Tags of everything that belongs to it.
    pub tags: Tags,
}

/// How an endpoint answers, and on what it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Mode {
    /// At once, on instances.
    RealTime(Instances),
    /// Later, into S3, on instances; calls queue.
    Async(Instances, Box<AsyncInference>),
    /// At once, on whatever AWS takes when a call comes.
    Serverless(Serverless),
}

/// Other bounds of the number of instances from a certain time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledBounds {
    /// When: `cron(minute hour day month weekday year)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// The time zone, by its canonical name.
    pub zone: String,
    /// The fewest instances from then on.
    pub min: u32,
    /// The most instances from then on.
    pub max: u32,
}

/// What is watched of an endpoint. While it sleeps, its alarms tell nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointAlarms {
    /// Goes off when one call in twenty takes the model longer, in milliseconds.
    pub p95_latency_ms: Option<f64>,
    /// Goes off when more of the calls fail, in percent.
    pub error_percent: Option<f64>,
    /// Goes off when no instance is there any more.
    pub down: bool,
    /// Who is told: topics.
    pub notify: Vec<Input<Arn>>,
}

impl Default for EndpointAlarms {
    fn default() -> Self {
        Self { p95_latency_ms: Some(500.0), error_percent: Some(5.0), down: true, notify: Vec::new() }
    }
}

impl LlmEndpoint {
    /// An endpoint that answers at once, scales from 1 to 10 instances, and moves to another model by way of a tenth
    /// of its traffic.
    pub fn new(endpoint_name: impl Into<String>, container: Container, instances: Instances) -> Self {
        Self {
            endpoint_name: endpoint_name.into(),
            container,
            mode: Mode::RealTime(instances),
            role: None,
            network: None,
            scaling: Some(Scaling::default()),
            schedule: BTreeMap::new(),
            deployment: Strategy::Canary { size: Size::Percent(10), wait_seconds: 300 },
            alarms: EndpointAlarms::default(),
            data_capture: None,
            log_retention_days: 30,
            tags: Tags::new(),
        }
    }

    /// The instances, unless it is serverless.
    pub(super) fn instances(&self) -> Option<&Instances> {
        match &self.mode {
            Mode::RealTime(instances) | Mode::Async(instances, _) => Some(instances),
            Mode::Serverless(_) => None,
        }
    }

    /// How it queues calls, if it does.
    pub(super) fn async_inference(&self) -> Option<&AsyncInference> {
        match &self.mode {
            Mode::Async(_, inference) => Some(inference.as_ref()),
            Mode::RealTime(_) | Mode::Serverless(_) => None,
        }
    }

    /// The log group that SageMaker writes to.
    pub(super) fn log_group(&self) -> String {
        format!("/aws/sagemaker/Endpoints/{}", self.endpoint_name)
    }
}
