//! The settings of an endpoint.

use std::collections::BTreeMap;

use crate::aws::sagemaker::{AsyncInference, Container, DataCapture, Instances, ModelVpc, Serverless, Size, Strategy};
use crate::aws::{Arn, RoleArn};
use crate::resource::{Input, Tags};

/// The name of the variant of the endpoint's own model. All configurations share it, because an endpoint retains its capacity by
/// variant name.
pub const VARIANT: &str = "AllTraffic";
/// The name of the variant of a successor.
pub const SUCCESSOR: &str = "new";

/// An endpoint that serves a language model.
///
/// Start from [`LlmEndpoint::new`] and change single fields. A pause deletes the endpoint and its scaling, and keeps
/// model, configuration, role, alarms and logs. A resume restores the capacity.
///
/// ```
/// # use ebbtide::aws::sagemaker::{Container, Instances, ModelData, ModelForm};
/// # use ebbtide::components::LlmEndpoint;
/// # use ebbtide::components::llm_endpoint::Scaling;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:0.28.0-lmi10.0.0-cu124";
/// let model = ModelData { uri: "s3://models/llama/".into(), form: ModelForm::Prefix };
/// let endpoint = LlmEndpoint {
///     scaling: Some(Scaling { max: 4, ..Scaling::default() }),
///     ..LlmEndpoint::new("llm-v1", Container::new(image, Some(model)), Instances::new("ml.g5.xlarge", 1))
/// };
/// let llm = endpoint.declare(stack, "llm");
/// stack.output("ENDPOINT_NAME", &llm.endpoint_name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LlmEndpoint {
    /// The name of the endpoint, which its callers use.
    pub endpoint_name: String,
    /// The image of the server, and the model that it loads.
    pub container: Container,
    /// The mode: real-time, asynchronous or serverless.
    pub mode: Mode,
    /// The model that takes over by a roll-out. It is a second variant, `new`, of a real-time endpoint, without any traffic until the
    /// roll-out gives it some. Give its values to the endpoint itself afterwards, and drop it.
    pub successor: Option<Successor>,
    /// The location, `s3://BUCKET/PREFIX`, to which callers of an asynchronous endpoint upload their requests.
    pub requests: Option<Input<String>>,
    /// The KMS keys of buckets and topics that the endpoint uses: ARNs, ids or `alias/NAME`. Those of the queue and of the
    /// capture need not be listed.
    pub kms_keys: Vec<Input<String>>,
    /// The KMS key of the containers' logs. Its policy has to let CloudWatch Logs of the region use it.
    pub log_kms_key: Option<Input<Arn>>,
    /// The KMS key of the instances' volumes. Instance types with local disks take none
    /// ([`takes_volume_key`](crate::serving::takes_volume_key)).
    pub volume_kms_key: Option<Input<String>>,
    /// The role of the containers; `None` declares one with no more permissions than needed.
    pub role: Option<Input<RoleArn>>,
    /// The network of the containers; `None` is SageMaker's own.
    pub network: Option<ModelVpc>,
    /// Whether the container can make no calls over the network, not even to S3. SageMaker brings the model and the requests.
    pub isolated: bool,
    /// The bounds and target of the number of instances; `None` keeps the number constant. A serverless endpoint takes
    /// none.
    pub scaling: Option<Scaling>,
    /// Bounds that apply from certain times on, by a name of your own.
    pub schedule: BTreeMap<String, ScheduledBounds>,
    /// How a deployment shifts the traffic to another model or size. The alarm for errors rolls it back, and the alarm for
    /// latency if it is told to.
    pub deployment: Strategy,
    /// The alarms.
    pub alarms: EndpointAlarms,
    /// The capture of a sample of the traffic; `None` captures nothing.
    pub data_capture: Option<DataCapture>,
    /// The retention of the containers' logs, in days.
    pub log_retention_days: u32,
    /// Tags of all resources of the endpoint.
    pub tags: Tags,
}

/// How an endpoint returns results, and on what it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Mode {
    /// Returns results at once; runs on instances.
    RealTime(Instances),
    /// Queues the calls and writes results to S3; runs on instances.
    Async(Instances, Box<AsyncInference>),
    /// Returns results at once; AWS starts capacity when a call arrives.
    Serverless(Serverless),
}

/// A model that takes over by a roll-out.
#[derive(Clone, Debug, PartialEq)]
pub struct Successor {
    /// The image of the server, and the model that it loads.
    pub container: Container,
    /// The instances, which scale as the endpoint's own do.
    pub instances: Instances,
}

/// Bounds of the number of instances that apply from a certain time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledBounds {
    /// The times: `cron(minute hour day month weekday year)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// The time zone, by its canonical name.
    pub zone: String,
    /// The minimum number of instances from then on.
    pub min: u32,
    /// The maximum number of instances from then on.
    pub max: u32,
}

/// The bounds and the target of the number of instances under load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// The minimum number of instances; 0 only in asynchronous mode.
    pub min: u32,
    /// The maximum number of instances.
    pub max: u32,
    /// The target of calls per minute and instance; in asynchronous mode, of queued calls per instance.
    pub target: f64,
    /// The time between two reductions of the number of instances, in seconds.
    pub scale_in_cooldown_seconds: u32,
    /// The time between two increases of the number of instances, in seconds.
    pub scale_out_cooldown_seconds: u32,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { min: 1, max: 10, target: 70.0, scale_in_cooldown_seconds: 300, scale_out_cooldown_seconds: 60 }
    }
}

/// The alarms of an endpoint. They do not notify while the stack is paused.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointAlarms {
    /// The limit of the model's latency for 95 % of the calls, in milliseconds; `None` declares no alarm. The latency of a
    /// language model is that of the whole response, so it grows with the length of responses.
    pub p95_latency_ms: Option<f64>,
    /// The limit of calls that fail in the model or its container, in percent; `None` declares no alarm. Calls that the
    /// container refuses (4xx) do not count: they are the caller's errors.
    pub error_percent: Option<f64>,
    /// Whether the alarm for latency rolls a deployment back, as the one for errors does. Under load it may be in alarm
    /// before a deployment begins, and then none succeeds.
    pub latency_rolls_back: bool,
    /// Whether an alarm goes off once no instance is left.
    pub down: bool,
    /// The topics to notify.
    pub notify: Vec<Input<Arn>>,
}

impl Default for EndpointAlarms {
    fn default() -> Self {
        Self {
            // A response of 500 tokens takes an 8B model on one A10G about 15 seconds.
            p95_latency_ms: Some(30_000.0),
            error_percent: Some(5.0),
            latency_rolls_back: false,
            down: true,
            notify: Vec::new(),
        }
    }
}

impl LlmEndpoint {
    /// Creates a real-time endpoint that scales from 1 to 10 instances. A deployment first shifts a tenth of the capacity. AWS
    /// does not document how it rounds that for fewer than ten instances.
    pub fn new(endpoint_name: impl Into<String>, container: Container, instances: Instances) -> Self {
        Self {
            endpoint_name: endpoint_name.into(),
            container,
            mode: Mode::RealTime(instances),
            successor: None,
            requests: None,
            kms_keys: Vec::new(),
            log_kms_key: None,
            volume_kms_key: None,
            role: None,
            network: None,
            isolated: false,
            scaling: Some(Scaling::default()),
            schedule: BTreeMap::new(),
            deployment: Strategy::Canary { size: Size::Percent(10), wait_seconds: 300 },
            alarms: EndpointAlarms::default(),
            data_capture: None,
            log_retention_days: 30,
            tags: Tags::new(),
        }
    }

    /// Returns the instances, unless the endpoint is serverless.
    pub(super) fn instances(&self) -> Option<&Instances> {
        match &self.mode {
            Mode::RealTime(instances) | Mode::Async(instances, _) => Some(instances),
            Mode::Serverless(_) => None,
        }
    }

    /// Returns the settings of the queue in asynchronous mode.
    pub(super) fn async_inference(&self) -> Option<&AsyncInference> {
        match &self.mode {
            Mode::Async(_, inference) => Some(inference.as_ref()),
            Mode::RealTime(_) | Mode::Serverless(_) => None,
        }
    }

    /// Returns the name of the log group that SageMaker writes to.
    pub(super) fn log_group(&self) -> String {
        format!("/aws/sagemaker/Endpoints/{}", self.endpoint_name)
    }
}
