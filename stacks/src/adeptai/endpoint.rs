//! From a row of the table to an endpoint.

use std::collections::BTreeMap;

use ebbtide::aws::ec2::{Cidr, Peer, SecurityGroup, SecurityRule};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{AsyncInference, Container, Instances, ModelData, ModelForm, ModelVpc};
use ebbtide::aws::{Arn, TopicArn};
use ebbtide::components::NetworkOutputs;
use ebbtide::components::llm_endpoint::{
    EndpointAlarms, LlmEndpoint, LlmEndpointOutputs, Mode, Scaling, ScheduledBounds,
};
use ebbtide::components::monitoring::{Alerts, WatchedEndpoint};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::settings::{self, Settings};
use super::storage::Storage;

/// AWS's registry of images for large models, and the image: vLLM behind DJL Serving.
const REGISTRY: &str = "763104351884";
const IMAGE: &str = "djl-inference:0.31.0-lmi13.0.0-cu124";

/// A row of the table of endpoints.
pub(super) struct Row {
    name: &'static str,
    instance_type: &'static str,
    model: &'static str,
    p95_latency_ms: f64,
    variable: Option<&'static str>,
}

impl Row {
    /// An endpoint that exists unless it is switched off.
    pub(super) const fn on(
        name: &'static str,
        instance_type: &'static str,
        model: &'static str,
        p95_latency_ms: f64,
        variable: &'static str,
    ) -> Self {
        Self { name, instance_type, model, p95_latency_ms, variable: Some(variable) }
    }

    /// An endpoint that exists only if it is switched on.
    pub(super) const fn off(
        name: &'static str,
        instance_type: &'static str,
        model: &'static str,
        p95_latency_ms: f64,
    ) -> Self {
        Self { name, instance_type, model, p95_latency_ms, variable: None }
    }

    /// Declares the endpoint, unless it is switched off.
    pub(super) fn declare(
        &self,
        stack: &mut Stack,
        settings: &Settings,
        place: &StateLocation,
    ) -> Option<DeclaredEndpoint> {
        let own = settings.endpoints.of(self.name);
        if !own.enabled.unwrap_or(self.variable.is_some()) {
            return None;
        }
        let endpoint = self.endpoint(self.name, settings, &own, place);
        Some(DeclaredEndpoint::new(stack, self.name, self.variable, &endpoint))
    }

    fn endpoint(
        &self,
        name: &str,
        settings: &Settings,
        own: &settings::Endpoint,
        place: &StateLocation,
    ) -> LlmEndpoint {
        let instances = Instances {
            // Tens of gigabytes are fetched and loaded before the first answer.
            download_timeout_seconds: Some(1800),
            startup_timeout_seconds: Some(1800),
            ..Instances::new(own.instance_type.as_deref().unwrap_or(self.instance_type), own.instances.unwrap_or(1))
        };
        let usual = Scaling::default();
        LlmEndpoint {
            network: Some(place.network.clone()),
            scaling: Some(Scaling {
                min: own.min_instances.unwrap_or(usual.min),
                max: own.max_instances.unwrap_or(usual.max),
                target: own.calls_per_instance.unwrap_or(usual.target),
                ..usual
            }),
            schedule: settings.schedule.iter().map(|(name, times)| (name.clone(), times.into())).collect(),
            alarms: EndpointAlarms {
                p95_latency_ms: Some(own.p95_latency_ms.unwrap_or(self.p95_latency_ms)),
                error_percent: Some(settings.error_percent),
                notify: vec![place.alerts.clone()],
                ..EndpointAlarms::default()
            },
            log_retention_days: settings.log_retention_days,
            ..LlmEndpoint::new(endpoint_name(name), self.container(settings, own, place), instances)
        }
    }

    fn container(&self, settings: &Settings, own: &settings::Endpoint, place: &StateLocation) -> Container {
        let uri = match &own.model {
            Some(uri) => Input::from(uri.as_str()),
            None => place.models.then(format!("/{}/{}/", self.name, self.model)),
        };
        let form = match uri.known() {
            Some(uri) if !uri.ends_with('/') => ModelForm::Archive,
            _ => ModelForm::Prefix,
        };
        let image = own.image.as_ref().or(settings.image.as_ref()).unwrap_or(&place.image);
        let usual = [
            // SageMaker puts the model there.
            ("HF_MODEL_ID", "/opt/ml/model"),
            ("OPTION_ROLLING_BATCH", "vllm"),
            ("OPTION_TENSOR_PARALLEL_DEGREE", "max"),
        ];
        let usual = usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter();
        let environment: BTreeMap<_, _> = usual.chain(own.environment.clone()).collect();
        Container {
            environment: environment.into_iter().map(|(name, value)| (name, value.into())).collect(),
            ..Container::new(image.as_str(), Some(ModelData { uri, form }))
        }
    }
}

fn endpoint_name(name: &str) -> String {
    format!("adeptai-{name}-v1")
}

impl From<&settings::Schedule> for ScheduledBounds {
    fn from(times: &settings::Schedule) -> Self {
        Self { schedule: times.schedule.clone(), zone: times.zone.clone(), min: times.min, max: times.max }
    }
}

/// Where endpoints are: what all of them share.
pub(super) struct StateLocation {
    network: ModelVpc,
    models: Input<String>,
    answers: Option<Input<String>>,
    alerts: Input<Arn>,
    image: String,
}

impl StateLocation {
    /// In the private subnets, with no way in and only HTTPS out.
    pub(super) fn new(stack: &mut Stack, network: NetworkOutputs, storage: &Storage, alerts: &Input<TopicArn>) -> Self {
        let group = SecurityGroup {
            egress: vec![SecurityRule::tcp(443, Peer::Cidr(Cidr::ANYWHERE)).describe("HTTPS to S3 and other services")],
            ..SecurityGroup::new(&network.vpc_id, "Containers of the endpoints")
        };
        let group = stack.add("endpoints", group).security_group_id;
        let region = &stack.scope().region;
        let suffix = if stack.scope().partition() == "aws-cn" { ".cn" } else { "" };
        Self {
            network: ModelVpc { subnets: network.private_subnets, security_groups: vec![group] },
            models: storage.models.text().after("s3://"),
            answers: storage.answers.as_ref().map(|answers| answers.text().after("s3://")),
            alerts: Alerts::action(alerts),
            image: format!("{REGISTRY}.dkr.ecr.{region}.amazonaws.com{suffix}/{IMAGE}"),
        }
    }
}

/// An endpoint that was declared.
pub(super) struct DeclaredEndpoint {
    /// The variable that tells the back end its name.
    pub(super) variable: Option<&'static str>,
    /// What it offers.
    pub(super) out: LlmEndpointOutputs,
    endpoint_name: String,
}

impl DeclaredEndpoint {
    fn new(stack: &mut Stack, name: &str, variable: Option<&'static str>, endpoint: &LlmEndpoint) -> Self {
        let out = endpoint.declare(stack, name);
        Self { variable, out, endpoint_name: endpoint.endpoint_name.clone() }
    }
}

impl From<&DeclaredEndpoint> for WatchedEndpoint {
    fn from(endpoint: &DeclaredEndpoint) -> Self {
        Self { endpoint_name: endpoint.endpoint_name.clone(), alarms: endpoint.out.alarms.clone() }
    }
}

/// Declares the twin of an endpoint for bulk requests, if it is wanted: calls queue, and nothing runs while none do.
pub(super) fn declare_bulk(
    row: &Row,
    stack: &mut Stack,
    settings: &Settings,
    place: &StateLocation,
) -> Option<DeclaredEndpoint> {
    let answers = place.answers.as_ref()?;
    let name = format!("{}-bulk", row.name);
    let own = settings.endpoints.of(row.name);
    let mut endpoint = row.endpoint(&name, settings, &own, place);
    if let Mode::RealTime(instances) = endpoint.mode {
        let inference = AsyncInference::to(answers.then(format!("/{name}/")));
        endpoint.mode = Mode::Async(instances, Box::new(inference));
    }
    // Calls in the queue for each instance.
    endpoint.scaling = endpoint.scaling.map(|scaling| Scaling { min: 0, target: 5.0, ..scaling });
    endpoint.schedule.clear();
    endpoint.alarms.p95_latency_ms = None;
    Some(DeclaredEndpoint::new(stack, &name, None, &endpoint))
}

/// Declares the role of the back end: it may call these endpoints and do nothing else.
pub(super) fn declare_caller(stack: &mut Stack, settings: &Settings, endpoints: &[DeclaredEndpoint]) {
    if endpoints.is_empty() {
        return;
    }
    let calls = Policy::new().allow([
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointAsync",
        "sagemaker:InvokeEndpointWithResponseStream",
    ]);
    let calls = endpoints.iter().fold(calls, |policy, endpoint| policy.on(endpoint.out.endpoint_arn.text()));
    let role = Role::new(Policy::trust(&settings.backend_service)).policy("call-endpoints", calls);
    stack.add("back-end", Role { description: "Calls the endpoints of AdeptAI".into(), ..role });
}
