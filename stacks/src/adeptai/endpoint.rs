//! From a row of the table to an endpoint.

use ebbtide::aws::sagemaker::{AsyncInference, Container, Instances, ModelData, ModelForm, ModelVpc};
use ebbtide::aws::{Arn, SecurityGroupId, TopicArn};
use ebbtide::components::NetworkOutputs;
use ebbtide::components::llm_endpoint::{
    EndpointAlarms, LlmEndpoint, LlmEndpointOutputs, Mode, Scaling, ScheduledBounds, Successor,
};
use ebbtide::components::monitoring::{Alerts, WatchedEndpoint};
use ebbtide::resource::Input;
use ebbtide::serving::{lmi_image, takes_volume_key};
use ebbtide::stack::Stack;

use super::caller::Exchange;
use super::checkpoint::{self, Checkpoint, Traffic};
use super::settings::{self, Settings};
use super::storage::Storage;

/// A row of the table of endpoints.
pub(super) struct Row {
    name: &'static str,
    instance_type: &'static str,
    checkpoint: Checkpoint,
    traffic: Traffic,
    p95_latency_ms: f64,
    variable: Option<&'static str>,
}

impl Row {
    /// An endpoint that exists unless it is switched off.
    pub(super) const fn on(
        name: &'static str,
        instance_type: &'static str,
        checkpoint: Checkpoint,
        traffic: Traffic,
        p95_latency_ms: f64,
        variable: &'static str,
    ) -> Self {
        Self { name, instance_type, checkpoint, traffic, p95_latency_ms, variable: Some(variable) }
    }

    /// An endpoint that exists only if it is switched on.
    pub(super) const fn off(
        name: &'static str,
        instance_type: &'static str,
        checkpoint: Checkpoint,
        traffic: Traffic,
        p95_latency_ms: f64,
    ) -> Self {
        Self { name, instance_type, checkpoint, traffic, p95_latency_ms, variable: None }
    }

    /// Returns the name.
    #[cfg(test)]
    pub(super) fn name(&self) -> &'static str {
        self.name
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
        let endpoint = self.endpoint(stack, self.name, settings, &own, place);
        Some(DeclaredEndpoint::new(stack, self.name, self.variable, &endpoint))
    }

    fn endpoint(
        &self,
        stack: &mut Stack,
        name: &str,
        settings: &Settings,
        own: &settings::Endpoint,
        place: &StateLocation,
    ) -> LlmEndpoint {
        let (container, instances) = self.model(stack, "", settings, own, place);
        let usual = Scaling::default();
        let key = settings.kms_key.as_deref();
        let successor = own.successor.as_ref().map(|successor| {
            let (container, instances) = self.model(stack, "successor.", settings, &own.succeeded_by(successor), place);
            Successor { container, instances }
        });
        let takes_key = |instances: &Instances| takes_volume_key(&instances.instance_type);
        if key.is_some() && successor.as_ref().is_some_and(|one| takes_key(&one.instances) != takes_key(&instances)) {
            let message = "`kms_key` encrypts the volumes of all variants or of none: with it, choose a type that has local disks \
                           where the endpoint's own has them, and none where it has none";
            stack.problem(self.name, Some("successor.instance_type".to_owned()), message);
        }
        LlmEndpoint {
            kms_keys: key.map(Input::from).into_iter().collect(),
            log_kms_key: key.map(Input::from),
            volume_kms_key: key.filter(|_| takes_key(&instances)).map(Input::from),
            successor,
            network: Some(place.network.clone()),
            isolated: settings.isolated,
            scaling: Some(Scaling {
                min: own.min_instances.unwrap_or(usual.min),
                max: own.max_instances.unwrap_or(usual.max),
                target: own.calls_per_instance.unwrap_or(usual.target),
                ..usual
            }),
            schedule: settings.scheduled_capacity.iter().map(|(name, times)| (name.clone(), times.into())).collect(),
            alarms: EndpointAlarms {
                p95_latency_ms: Some(own.p95_latency_ms.unwrap_or(self.p95_latency_ms)),
                error_percent: Some(settings.error_percent),
                notify: vec![place.alerts.clone()],
                ..EndpointAlarms::default()
            },
            log_retention_days: settings.log_retention_days,
            ..LlmEndpoint::new(format!("{}-{name}-v1", place.name_prefix), container, instances)
        }
    }

    /// Returns a model with its instances. `field` is where its settings are below the endpoint's.
    fn model(
        &self,
        stack: &mut Stack,
        field: &str,
        settings: &Settings,
        own: &settings::Endpoint,
        place: &StateLocation,
    ) -> (Container, Instances) {
        let instances = Instances {
            // Tens of gigabytes are fetched and loaded before the first answer.
            download_timeout_seconds: Some(1800),
            startup_timeout_seconds: Some(1800),
            ..Instances::new(own.instance_type.as_deref().unwrap_or(self.instance_type), own.instances.unwrap_or(1))
        };
        (self.container(stack, (field, &instances.instance_type), settings, own, place), instances)
    }

    fn container(
        &self,
        stack: &mut Stack,
        (within, instance_type): (&str, &str),
        settings: &Settings,
        own: &settings::Endpoint,
        place: &StateLocation,
    ) -> Container {
        let uri = match &own.model {
            Some(uri) => Input::from(uri.as_str()),
            None => place.models.then(format!("/{}/{}/", self.name, self.checkpoint.name)),
        };
        let form = match uri.known() {
            Some(uri) if !uri.ends_with('/') => ModelForm::Archive,
            _ => ModelForm::Prefix,
        };
        let environment = checkpoint::environment(&self.checkpoint, &self.traffic, instance_type, own);
        let environment = environment.unwrap_or_else(|(field, message)| {
            stack.problem(self.name, Some(format!("{within}{field}")), message);
            own.environment.clone()
        });
        let image = match own.image.as_ref().or(settings.image.as_ref()) {
            Some(image) => image.clone(),
            None => lmi_image(&stack.scope().region).unwrap_or_else(|error| {
                stack.problem(self.name, Some(format!("{within}image")), error.to_string());
                "unknown".to_owned()
            }),
        };
        Container {
            environment: environment.into_iter().map(|(name, value)| (name, value.into())).collect(),
            ..Container::new(image, Some(ModelData { uri, form }))
        }
    }
}

impl From<&settings::Schedule> for ScheduledBounds {
    fn from(times: &settings::Schedule) -> Self {
        Self { schedule: times.schedule.clone(), zone: times.zone.clone(), min: times.min, max: times.max }
    }
}

/// Where endpoints are: what all of them share.
pub(super) struct StateLocation {
    network: ModelVpc,
    name_prefix: String,
    models: Input<String>,
    exchange: Option<Input<String>>,
    alerts: Input<Arn>,
}

impl StateLocation {
    /// In the private subnets, behind a security group.
    pub(super) fn new(
        stack: &mut Stack,
        settings: &Settings,
        network: NetworkOutputs,
        group: Input<SecurityGroupId>,
        storage: &Storage,
        alerts: &Input<TopicArn>,
    ) -> Self {
        let models = match &settings.models {
            Some(location) => Input::from(location.trim_end_matches('/')),
            None => storage.models.text().after("s3://"),
        };
        if models.known().is_some_and(|uri| !uri.starts_with("s3://")) {
            stack.problem("adeptai", Some("models".to_owned()), "write s3://BUCKET or s3://BUCKET/PREFIX");
        }
        let environment = &stack.scope().environment;
        Self {
            network: ModelVpc { subnets: network.private_subnets, security_groups: vec![group] },
            name_prefix: settings.name_prefix.clone().unwrap_or_else(|| format!("adeptai-{environment}")),
            models,
            exchange: storage.exchange.as_ref().map(Input::text),
            alerts: Alerts::action(alerts),
        }
    }
}

/// An endpoint that was declared.
pub(super) struct DeclaredEndpoint {
    /// The variable that tells the back end its name.
    pub(super) variable: Option<&'static str>,
    /// What it offers.
    pub(super) out: LlmEndpointOutputs,
    /// Where its requests and responses are, if they are queued.
    pub(super) exchange: Option<Exchange>,
    endpoint_name: String,
}

impl DeclaredEndpoint {
    fn new(stack: &mut Stack, name: &str, variable: Option<&'static str>, endpoint: &LlmEndpoint) -> Self {
        let out = endpoint.declare(stack, name);
        Self { variable, out, exchange: None, endpoint_name: endpoint.endpoint_name.clone() }
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
    let name = format!("{}-bulk", row.name);
    let exchange = Exchange { bucket: place.exchange.clone()?, key: name.clone() };
    // Calls that queue have no traffic to split.
    let own = settings::Endpoint { successor: None, ..settings.endpoints.of(row.name) };
    let mut endpoint = row.endpoint(stack, &name, settings, &own, place);
    if let Mode::RealTime(instances) = endpoint.mode {
        let inference = AsyncInference {
            failures: Some(exchange.failures()),
            kms_key: settings.kms_key.as_deref().map(Input::from),
            ..AsyncInference::to(exchange.responses())
        };
        endpoint.mode = Mode::Async(instances, Box::new(inference));
    }
    endpoint.requests = Some(exchange.requests());
    // Calls in the queue for each instance.
    endpoint.scaling = endpoint.scaling.map(|scaling| Scaling { min: 0, target: 5.0, ..scaling });
    endpoint.schedule.clear();
    endpoint.alarms.p95_latency_ms = None;
    Some(DeclaredEndpoint { exchange: Some(exchange), ..DeclaredEndpoint::new(stack, &name, None, &endpoint) })
}
