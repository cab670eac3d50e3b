//! A production variant: one model on one fleet, with its share of the traffic.

use aws_sdk_sagemaker::types::{
    ManagedInstanceScalingStatus, ProductionVariant, ProductionVariantInferenceAmiVersion,
    ProductionVariantInstanceType, ProductionVariantManagedInstanceScaling, ProductionVariantRoutingConfig,
    ProductionVariantServerlessConfig, RoutingStrategy,
};
use serde::{Deserialize, Serialize};

use super::names::check_name;
use crate::aws::ModelName;
use crate::resource::{Declared, Input, Phase, Problems, Resolved};

/// A production variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Variant<P: Phase = Declared> {
    /// The name. Keep it from one configuration to the next: what an endpoint retains, it retains by this name.
    pub name: String,
    /// The model.
    pub model: P::Of<ModelName>,
    /// What it runs on.
    pub hosting: Hosting,
    /// Its share of the traffic to begin with, relative to the other variants.
    pub weight: f32,
}

/// What a variant runs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hosting {
    /// Instances, billed by the hour while an endpoint uses them.
    Instances(Instances),
    /// Whatever AWS takes when a call comes; billed by the call.
    Serverless(Serverless),
}

/// Instances of a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instances {
    /// The type, e.g. `ml.g5.xlarge`.
    pub instance_type: String,
    /// How many there are to begin with.
    pub count: u32,
    /// The volume of each, in GB (1 to 512); as AWS chooses unless given. Types with local disks take none.
    #[serde(default)]
    pub volume_gb: Option<u32>,
    /// How long the download of the model may take, in seconds (60 to 3600).
    #[serde(default)]
    pub download_timeout_seconds: Option<u32>,
    /// How long the container may take until it answers its first health check, in seconds (60 to 3600).
    #[serde(default)]
    pub startup_timeout_seconds: Option<u32>,
    /// Lets SageMaker set the number of instances itself, within bounds.
    #[serde(default)]
    pub managed_scaling: Option<ManagedScaling>,
    /// How calls are spread over the instances; at random unless given.
    #[serde(default)]
    pub routing: Option<Routing>,
    /// The version of the machine image, e.g. `al2-ami-sagemaker-inference-gpu-3-1`.
    #[serde(default)]
    pub ami_version: Option<String>,
}

impl Instances {
    /// So many instances of a type, all else as AWS does it.
    pub fn new(instance_type: impl Into<String>, count: u32) -> Self {
        Self {
            instance_type: instance_type.into(),
            count,
            volume_gb: None,
            download_timeout_seconds: None,
            startup_timeout_seconds: None,
            managed_scaling: None,
            routing: None,
            ami_version: None,
        }
    }
}

/// Bounds within which SageMaker sets the number of instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedScaling {
    /// The fewest instances; 0 lets it scale to zero.
    pub min: u32,
    /// The most instances.
    pub max: u32,
}

/// How calls are spread over the instances of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// To the one with the fewest calls in progress: better for answers of uneven length.
    LeastOutstandingRequests,
    /// At random.
    Random,
}

/// Serverless hosting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serverless {
    /// The memory, in MB: 1024, 2048, … 6144.
    pub memory_mb: u32,
    /// How many calls are served at once (1 to 200).
    pub max_concurrency: u32,
    /// How many of them are kept warm (billed by the hour).
    #[serde(default)]
    pub provisioned_concurrency: Option<u32>,
}

impl Variant {
    /// A variant on instances that takes all the traffic.
    pub fn on_instances(name: impl Into<String>, model: impl Into<Input<ModelName>>, instances: Instances) -> Self {
        Self { name: name.into(), model: model.into(), hosting: Hosting::Instances(instances), weight: 1.0 }
    }

    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        check_name(&format!("{field}.name"), &self.name, problems);
        let mut problem = |name: &str, message: String| problems.refuse(format!("{field}.{name}"), message);
        if !self.weight.is_finite() || self.weight < 0.0 {
            problem("weight", format!("{} is no share: give a number from 0 up", self.weight));
        }
        match &self.hosting {
            Hosting::Instances(instances) => instances.validate(&mut problem),
            Hosting::Serverless(serverless) => serverless.validate(&mut problem),
        }
    }
}

impl Instances {
    fn validate(&self, problem: &mut impl FnMut(&str, String)) {
        if !is_instance_type(&self.instance_type) {
            problem("instance_type", format!("`{}` is no type: write ml.FAMILY.SIZE", self.instance_type));
        }
        if self.count == 0 && self.managed_scaling.is_none_or(|scaling| scaling.min > 0) {
            problem("count", "an endpoint starts with at least one instance".to_owned());
        }
        if self.volume_gb.is_some_and(|size| !(1..=512).contains(&size)) {
            problem("volume_gb", "a volume has 1 to 512 GB".to_owned());
        }
        let timeouts = [
            ("download_timeout_seconds", self.download_timeout_seconds),
            ("startup_timeout_seconds", self.startup_timeout_seconds),
        ];
        for (name, timeout) in timeouts {
            if timeout.is_some_and(|seconds| !(60..=3600).contains(&seconds)) {
                problem(name, "AWS takes 60 to 3600 seconds".to_owned());
            }
        }
        if self.managed_scaling.is_some_and(|scaling| scaling.max == 0 || scaling.min > scaling.max) {
            problem("managed_scaling", "the most must be at least 1 and not below the fewest".to_owned());
        }
    }
}

impl Serverless {
    fn validate(&self, problem: &mut impl FnMut(&str, String)) {
        if !(1024..=6144).contains(&self.memory_mb) || !self.memory_mb.is_multiple_of(1024) {
            problem("memory_mb", format!("{} MB: AWS takes 1024, 2048, … 6144", self.memory_mb));
        }
        if !(1..=200).contains(&self.max_concurrency) {
            problem("max_concurrency", "AWS takes 1 to 200".to_owned());
        }
        if self.provisioned_concurrency.is_some_and(|warm| warm == 0 || warm > self.max_concurrency) {
            problem("provisioned_concurrency", "it is at least 1 and at most max_concurrency".to_owned());
        }
    }
}

fn is_instance_type(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let plain = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    parts.len() == 3 && parts[0] == "ml" && parts.iter().all(plain)
}

impl Variant<Resolved> {
    pub(super) fn to_sdk(&self) -> ProductionVariant {
        let variant = ProductionVariant::builder()
            .variant_name(&self.name)
            .model_name(self.model.as_str())
            .initial_variant_weight(self.weight);
        match &self.hosting {
            Hosting::Instances(instances) => variant
                .instance_type(ProductionVariantInstanceType::from(instances.instance_type.as_str()))
                .initial_instance_count(signed(instances.count))
                .set_volume_size_in_gb(instances.volume_gb.map(signed))
                .set_model_data_download_timeout_in_seconds(instances.download_timeout_seconds.map(signed))
                .set_container_startup_health_check_timeout_in_seconds(instances.startup_timeout_seconds.map(signed))
                .set_managed_instance_scaling(instances.managed_scaling.map(|scaling| {
                    ProductionVariantManagedInstanceScaling::builder()
                        .status(ManagedInstanceScalingStatus::Enabled)
                        .min_instance_count(signed(scaling.min))
                        .max_instance_count(signed(scaling.max))
                        .build()
                }))
                .set_routing_config(instances.routing.map(|routing| {
                    let strategy = match routing {
                        Routing::LeastOutstandingRequests => RoutingStrategy::LeastOutstandingRequests,
                        Routing::Random => RoutingStrategy::Random,
                    };
                    ProductionVariantRoutingConfig::builder().routing_strategy(strategy).build()
                }))
                .set_inference_ami_version(
                    instances.ami_version.as_deref().map(ProductionVariantInferenceAmiVersion::from),
                ),
            Hosting::Serverless(serverless) => variant.serverless_config(
                ProductionVariantServerlessConfig::builder()
                    .memory_size_in_mb(signed(serverless.memory_mb))
                    .max_concurrency(signed(serverless.max_concurrency))
                    .set_provisioned_concurrency(serverless.provisioned_concurrency.map(signed))
                    .build(),
            ),
        }
        .build()
    }

    pub(super) fn from_sdk(variant: &ProductionVariant) -> Self {
        let hosting = match variant.serverless_config() {
            Some(serverless) => Hosting::Serverless(Serverless {
                memory_mb: serverless.memory_size_in_mb().map_or(0, unsigned),
                max_concurrency: serverless.max_concurrency().map_or(0, unsigned),
                provisioned_concurrency: serverless.provisioned_concurrency().map(unsigned),
            }),
            None => Hosting::Instances(instances(variant)),
        };
        Self {
            name: variant.variant_name().unwrap_or_default().to_owned(),
            model: ModelName(variant.model_name().unwrap_or_default().to_owned()),
            hosting,
            weight: variant.initial_variant_weight().unwrap_or(1.0),
        }
    }
}

fn instances(variant: &ProductionVariant) -> Instances {
    Instances {
        instance_type: variant.instance_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        count: variant.initial_instance_count().map_or(0, unsigned),
        volume_gb: variant.volume_size_in_gb().map(unsigned),
        download_timeout_seconds: variant.model_data_download_timeout_in_seconds().map(unsigned),
        startup_timeout_seconds: variant.container_startup_health_check_timeout_in_seconds().map(unsigned),
        managed_scaling: variant
            .managed_instance_scaling()
            .filter(|scaling| scaling.status() == Some(&ManagedInstanceScalingStatus::Enabled))
            .map(|scaling| ManagedScaling {
                min: scaling.min_instance_count().map_or(0, unsigned),
                max: scaling.max_instance_count().map_or(0, unsigned),
            }),
        routing: variant.routing_config().and_then(|routing| match routing.routing_strategy() {
            Some(RoutingStrategy::LeastOutstandingRequests) => Some(Routing::LeastOutstandingRequests),
            Some(RoutingStrategy::Random) => Some(Routing::Random),
            _ => None,
        }),
        ami_version: variant.inference_ami_version().map(|version| version.as_str().to_owned()),
    }
}

pub(super) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn unsigned(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(hosting: Hosting) -> Vec<(String, String)> {
        let variant = Variant { name: "AllTraffic".into(), model: "llm".into(), hosting, weight: 1.0 };
        let mut problems = Problems::new();
        variant.validate("variants[0]", &mut problems);
        problems
    }

    #[test]
    fn variants_read_back_as_they_were_sent() {
        let full = Instances {
            volume_gb: Some(64),
            download_timeout_seconds: Some(600),
            startup_timeout_seconds: Some(900),
            managed_scaling: Some(ManagedScaling { min: 0, max: 4 }),
            routing: Some(Routing::LeastOutstandingRequests),
            ami_version: Some("al2-ami-sagemaker-inference-gpu-3-1".into()),
            ..Instances::new("ml.g5.xlarge", 2)
        };
        let serverless = Serverless { memory_mb: 2048, max_concurrency: 20, provisioned_concurrency: Some(2) };
        for hosting in [
            Hosting::Instances(full),
            Hosting::Instances(Instances::new("ml.g5.xlarge", 1)),
            Hosting::Serverless(serverless),
        ] {
            let variant = Variant::<Resolved> { name: "v".into(), model: "llm".into(), hosting, weight: 0.25 };
            assert_eq!(Variant::from_sdk(&variant.to_sdk()), variant);
        }
    }

    #[test]
    fn limits_of_sagemaker_are_known_before_it_is_asked() {
        assert_eq!(problems_of(Hosting::Instances(Instances::new("ml.g5.xlarge", 1))), []);
        let wrong = Instances {
            volume_gb: Some(0),
            download_timeout_seconds: Some(10),
            startup_timeout_seconds: Some(4000),
            managed_scaling: Some(ManagedScaling { min: 3, max: 2 }),
            ..Instances::new("g5.xlarge", 0)
        };
        assert_eq!(problems_of(Hosting::Instances(wrong)).len(), 6);
        let wrong = Serverless { memory_mb: 1500, max_concurrency: 201, provisioned_concurrency: Some(0) };
        assert_eq!(problems_of(Hosting::Serverless(wrong)).len(), 3);
    }
}
