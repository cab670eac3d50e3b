//! A production variant: one model, or inference components, on one fleet, with its share of the traffic.

use serde::{Deserialize, Serialize};

use super::names::name_problem;
use crate::aws::ModelName;
use crate::resource::{Charge, Declared, Input, Phase, Problems};

/// A production variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Variant<P: Phase = Declared> {
    /// The name. Keep it from one configuration to the next, because an endpoint retains the capacity of a variant by
    /// its name.
    pub name: String,
    /// The model. A variant without one hosts inference components, and its configuration needs an `execution_role`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<P::Of<ModelName>>,
    /// The hosting.
    pub hosting: Hosting,
    /// The initial share of the traffic, relative to the other variants.
    pub weight: f32,
}

/// The hosting of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hosting {
    /// Instances, billed by the hour while an endpoint uses them.
    Instances(Instances),
    /// Capacity that AWS provides for each request; billed by the request.
    Serverless(Serverless),
}

/// Instances of a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instances {
    /// The type, e.g. `ml.g5.xlarge`.
    pub instance_type: String,
    /// The initial number of instances.
    pub count: u32,
    /// The volume of each instance, in GB (1 to 512); AWS chooses unless given. Types with local disks accept none.
    #[serde(default)]
    pub volume_gb: Option<u32>,
    /// The limit for the download of the model, in seconds (60 to 3600).
    #[serde(default)]
    pub download_timeout_seconds: Option<u32>,
    /// The limit for the container to pass its first health check, in seconds (60 to 3600).
    #[serde(default)]
    pub startup_timeout_seconds: Option<u32>,
    /// Lets SageMaker set the number of instances itself, within bounds: as many as the copies of inference components need. AWS
    /// accepts it only for variants without a model; scale others with an `autoscaling_target`.
    #[serde(default)]
    pub managed_scaling: Option<ManagedScaling>,
    /// The distribution of requests over the instances; random unless given.
    #[serde(default)]
    pub routing: Option<Routing>,
    /// The version of the machine image, e.g. `al2-ami-sagemaker-inference-gpu-3-1`.
    #[serde(default)]
    pub ami_version: Option<String>,
}

impl Instances {
    /// Creates a number of instances of a type, with AWS's defaults for everything else.
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
    /// The least number of instances; 0 lets the variant scale to zero, which not all regions have (eu-west-3 refused it in 2026).
    pub min: u32,
    /// The greatest number of instances.
    pub max: u32,
}

/// The distribution of requests over the instances of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// Prefers the instance with the fewest requests in progress. Suits responses of uneven length.
    LeastOutstandingRequests,
    /// Picks an instance at random.
    Random,
}

/// Serverless hosting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serverless {
    /// The memory, in MB: 1024, 2048, … 6144.
    pub memory_mb: u32,
    /// The number of requests that are served at once (1 to 200).
    pub max_concurrency: u32,
    /// The number of them that are kept warm (billed by the hour).
    #[serde(default)]
    pub provisioned_concurrency: Option<u32>,
}

impl Variant {
    /// Creates a variant on instances that receives all the traffic.
    pub fn on_instances(name: impl Into<String>, model: impl Into<Input<ModelName>>, instances: Instances) -> Self {
        Self { name: name.into(), model: Some(model.into()), hosting: Hosting::Instances(instances), weight: 1.0 }
    }

    /// Creates a variant without a model, on instances that host inference components.
    pub fn for_components(name: impl Into<String>, instances: Instances) -> Self {
        Self { name: name.into(), model: None, hosting: Hosting::Instances(instances), weight: 1.0 }
    }

    /// Returns the bounds within which SageMaker sets the number of instances itself.
    pub(super) fn bounds(&self) -> Option<(u32, u32)> {
        match &self.hosting {
            Hosting::Instances(instances) => instances.managed_scaling.map(|scaling| (scaling.min, scaling.max)),
            Hosting::Serverless(_) => None,
        }
    }

    /// Returns the charges of the variant for each endpoint that runs it; `queues` for asynchronous inference.
    pub(super) fn charges(&self, queues: bool) -> Vec<Charge> {
        match &self.hosting {
            Hosting::Instances(instances) => instances.charges(&self.name, queues),
            Hosting::Serverless(serverless) => serverless.charges(&self.name),
        }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        let mut refuse = |name: &str, message: String| problems.refuse(format!("{field}.{name}"), message);
        if let Some(problem) = name_problem(&self.name) {
            refuse("name", problem);
        }
        if !self.weight.is_finite() || self.weight < 0.0 {
            refuse("weight", format!("{} is not a share: give a number of at least 0", self.weight));
        }
        match &self.hosting {
            Hosting::Instances(instances) => {
                instances.validate(&mut refuse);
                if let Some(problem) = instances.managed_scaling_problem(self.model.is_some()) {
                    refuse("managed_scaling", problem);
                }
            }
            Hosting::Serverless(serverless) => {
                serverless.validate(&mut refuse);
                if self.model.is_none() {
                    refuse("model", "a serverless variant has a model: it hosts no inference components".to_owned());
                }
            }
        }
    }
}

impl Instances {
    /// Returns the charges for the instances and their volumes. Without a size AWS chooses one, which only the bill shows.
    fn charges(&self, variant: &str, queues: bool) -> Vec<Charge> {
        let hosting = if queues { "async" } else { "hosting" };
        let instances = Charge::hourly(format!("sagemaker.{hosting}.{}", self.instance_type), 1.0);
        let volume = match self.volume_gb {
            _ if has_local_disk(&self.instance_type) => None,
            Some(size) => Some(Charge::monthly("sagemaker.endpoint.storage", f64::from(size))),
            None => Some(Charge::by_use("sagemaker.endpoint.storage", "volume_gb")),
        };
        [instances].into_iter().chain(volume).map(|charge| charge.each(variant, self.count)).collect()
    }

    fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !is_instance_type(&self.instance_type) {
            refuse("instance_type", format!("`{}` is not an instance type: write ml.FAMILY.SIZE", self.instance_type));
        }
        // The API's model gives InitialInstanceCount a minimum of 1.
        if self.count == 0 {
            refuse("count", "an endpoint starts with at least one instance".to_owned());
        }
        if self.volume_gb.is_some_and(|size| !(1..=512).contains(&size)) {
            refuse("volume_gb", "a volume has 1 to 512 GB".to_owned());
        }
        let timeouts = [
            ("download_timeout_seconds", self.download_timeout_seconds),
            ("startup_timeout_seconds", self.startup_timeout_seconds),
        ];
        for (name, timeout) in timeouts {
            if timeout.is_some_and(|seconds| !(60..=3600).contains(&seconds)) {
                refuse(name, "AWS accepts 60 to 3600 seconds".to_owned());
            }
        }
    }

    /// Returns the problem with managed scaling, if it has one.
    fn managed_scaling_problem(&self, has_model: bool) -> Option<String> {
        let ManagedScaling { min, max } = self.managed_scaling?;
        // "ManagedInstanceScaling is only supported for inference component endpoints" (hashicorp/terraform-provider-aws,
        // pull request 45926).
        if has_model {
            let message = "AWS accepts it only for inference components, which a variant with a model cannot host; declare \
                           an autoscaling_target instead";
            return Some(message.to_owned());
        }
        // The API's model gives MaxInstanceCount a minimum of 1.
        match max {
            0 => Some("max is 0, and AWS accepts 1 at least".to_owned()),
            _ if min > max => Some(format!("min is {min}, which is above max, {max}")),
            _ if self.count > max => {
                Some(format!("the endpoint starts with {} instances, above max, {max}", self.count))
            }
            _ => None,
        }
    }
}

impl Serverless {
    /// Returns the charges for the time of inference, and for concurrency that is kept warm.
    fn charges(&self, variant: &str) -> Vec<Charge> {
        let memory_gb = f64::from(self.memory_mb) / 1024.0;
        let inference = Charge::by_use("sagemaker.serverless.gb_second", "inference_seconds").times(memory_gb);
        let warm = self.provisioned_concurrency.map(|warm| {
            let item = "sagemaker.serverless.provisioned.gb_second";
            Charge::hourly(item, memory_gb * 3600.0).each(variant, warm)
        });
        [inference].into_iter().chain(warm).collect()
    }

    fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(1024..=6144).contains(&self.memory_mb) || !self.memory_mb.is_multiple_of(1024) {
            refuse("memory_mb", format!("{} MB: AWS accepts 1024, 2048, … 6144", self.memory_mb));
        }
        if !(1..=200).contains(&self.max_concurrency) {
            refuse("max_concurrency", "AWS accepts 1 to 200".to_owned());
        }
        if self.provisioned_concurrency.is_some_and(|warm| warm == 0 || warm > self.max_concurrency) {
            refuse("provisioned_concurrency", "it is at least 1 and at most max_concurrency".to_owned());
        }
    }
}

/// Returns whether instances of a type store models on local disks, and so have no volume that is billed. Source: "Host instance
/// storage volumes" in the guide to SageMaker, and the disks of each type on EC2's page of instance types.
fn has_local_disk(instance_type: &str) -> bool {
    const FAMILIES: [&str; 15] = [
        "g4dn", "g5", "g6", "g6e", "gr6", "p3dn", "p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "trn1", "trn1n",
        "trn2",
    ];
    let family = instance_type.split('.').nth(1).unwrap_or_default();
    // A `d` after the generation stands for local disks: c5d, m6gd.
    let generation = family.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    FAMILIES.contains(&family) || generation.contains('d')
}

/// Returns whether a text has the form of an instance type of SageMaker, `ml.FAMILY.SIZE`.
fn is_instance_type(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let plain = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    parts.len() == 3 && parts[0] == "ml" && parts.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(hosting: Hosting) -> Problems {
        problems_of_variant(&Variant { name: "AllTraffic".into(), model: Some("llm".into()), hosting, weight: 1.0 })
    }

    fn problems_of_variant(variant: &Variant) -> Problems {
        let mut problems = Problems::new();
        variant.validate("variants[0]", &mut problems);
        problems
    }

    #[test]
    fn invalid_variants_are_refused() {
        assert!(problems_of(Hosting::Instances(Instances::new("ml.g5.xlarge", 1))).is_empty());
        let wrong = Instances {
            volume_gb: Some(0),
            download_timeout_seconds: Some(10),
            startup_timeout_seconds: Some(4000),
            managed_scaling: Some(ManagedScaling { min: 3, max: 2 }),
            ..Instances::new("g5.xlarge", 0)
        };
        assert_eq!(problems_of(Hosting::Instances(wrong)).len(), 6);
        // What AWS refuses always is refused before anything is created.
        let managed = Some(ManagedScaling { min: 0, max: 4 });
        let fields = |instances| problems_of(Hosting::Instances(instances)).fields().join(" ");
        assert_eq!(
            fields(Instances { managed_scaling: managed, ..Instances::new("ml.g5.xlarge", 1) }),
            "variants[0].managed_scaling"
        );
        assert_eq!(fields(Instances::new("ml.g5.xlarge", 0)), "variants[0].count");
        let wrong = Serverless { memory_mb: 1500, max_concurrency: 201, provisioned_concurrency: Some(0) };
        assert_eq!(problems_of(Hosting::Serverless(wrong)).len(), 3);
    }

    #[test]
    fn a_variant_without_a_model_is_scaled_by_sagemaker_within_bounds() {
        let problems = |count, min, max| {
            let managed_scaling = Some(ManagedScaling { min, max });
            let instances = Instances { managed_scaling, ..Instances::new("ml.g5.xlarge", count) };
            problems_of_variant(&Variant::for_components("main", instances)).len()
        };
        assert_eq!((problems(1, 0, 4), problems(4, 4, 4)), (0, 0));
        assert_eq!((problems(1, 3, 2), problems(3, 0, 2), problems(1, 0, 0)), (1, 1, 1));
        let hosting = Serverless { memory_mb: 1024, max_concurrency: 1, provisioned_concurrency: None };
        let variant =
            Variant { hosting: Hosting::Serverless(hosting), ..Variant::for_components("main", Instances::new("", 1)) };
        assert_eq!(problems_of_variant(&variant).fields(), ["variants[0].model"]);
    }
}
