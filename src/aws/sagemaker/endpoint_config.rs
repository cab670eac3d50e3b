//! `sagemaker_endpoint_config`: the models that an endpoint runs, and their hosting. Free by itself, and immutable.

use serde::{Deserialize, Serialize};

use super::names::{content_conflicts, name_problem};
use super::{AsyncInference, DataCapture, Hosting, Variant};
use crate::aws::lists::repeats;
use crate::aws::{Arn, EndpointConfigName, RoleArn};
use crate::resource::{
    Billing, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// An endpoint configuration. Its name is derived from its content, so a changed configuration can exist beside the old
/// one while the endpoint moves.
///
/// ```
/// # use ebbtide::aws::sagemaker::{EndpointConfig, Instances, ModelOutputs, Variant};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, model: &ModelOutputs<Declared>) {
/// let variant = Variant::on_instances("AllTraffic", &model.name, Instances::new("ml.g5.xlarge", 1));
/// let config = stack.add("llm", EndpointConfig::new(variant));
/// stack.output("ENDPOINT_CONFIG", &config.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct EndpointConfig<P: Phase = Declared> {
    /// The beginning of the name, which a hash of the configuration follows. Derived from environment, stack and
    /// address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The variants: 1 to 10, with distinct names.
    pub variants: Vec<Variant<P>>,
    /// Queues requests and writes the responses to S3, instead of responding at once.
    #[serde(default)]
    pub async_inference: Option<AsyncInference<P>>,
    /// Keeps a sample of the traffic.
    #[serde(default)]
    pub data_capture: Option<DataCapture<P>>,
    /// The role of the inference components that variants without a model host. Those need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<P::Of<RoleArn>>,
    /// The KMS key for the volumes of the instances; instance types with local disks accept none.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl EndpointConfig {
    /// Creates a configuration with one variant, which responds at once.
    pub fn new(variant: Variant) -> Self {
        Self {
            name: None,
            variants: vec![variant],
            async_inference: None,
            data_capture: None,
            execution_role: None,
            kms_key: None,
            tags: Tags::new(),
        }
    }

    /// Creates a configuration with one variant, which hosts inference components under a role.
    ///
    /// ```
    /// # use ebbtide::aws::RoleArn;
    /// # use ebbtide::aws::sagemaker::{Endpoint, EndpointConfig, Instances, ManagedScaling, Variant};
    /// # use ebbtide::resource::Input;
    /// # use ebbtide::stack::Stack;
    /// # fn declare(stack: &mut Stack, role: &Input<RoleArn>) {
    /// let managed_scaling = Some(ManagedScaling { min: 0, max: 4 });
    /// let instances = Instances { managed_scaling, ..Instances::new("ml.g5.xlarge", 1) };
    /// let config = EndpointConfig::for_components(role, Variant::for_components("main", instances));
    /// let config = stack.add("llm", config);
    /// stack.add("llm", Endpoint::new("llm", &config.name));
    /// # }
    /// ```
    pub fn for_components(role: impl Into<Input<RoleArn>>, variant: Variant) -> Self {
        Self { execution_role: Some(role.into()), ..Self::new(variant) }
    }

    /// Reports settings that SageMaker does not offer for serverless variants.
    fn validate_serverless(&self, problems: &mut Problems) {
        if self.variants.len() > 1 {
            problems.refuse("variants", "a serverless endpoint has one variant only");
        }
        if self.async_inference.is_some() {
            problems.refuse("async_inference", "a serverless endpoint cannot queue requests");
        }
        if self.data_capture.is_some() {
            problems.refuse("data_capture", "a serverless endpoint cannot capture data");
        }
    }
}

/// The outputs of an endpoint configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct EndpointConfigOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<EndpointConfigName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for EndpointConfig {
    const KIND: &'static str = "sagemaker_endpoint_config";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] =
        fields!(EndpointConfig: name, variants, async_inference, data_capture, execution_role, kms_key);
    type Resolved = EndpointConfig<Resolved>;
    type Outputs<P: Phase> = EndpointConfigOutputs<P>;

    /// Returns the charges for the variants. AWS bills them for each endpoint that uses the configuration.
    fn billing(&self) -> Billing {
        let queues = self.async_inference.is_some();
        let charges = self.variants.iter().flat_map(|variant| variant.charges(queues)).collect();
        let bounds = self.variants.iter().filter_map(|variant| Some((variant.name.clone(), variant.bounds()?)));
        Billing::Conferred { to: "sagemaker_endpoint".to_owned(), charges, bounds: bounds.collect() }
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if !(1..=10).contains(&self.variants.len()) {
            problems.refuse("variants", "a configuration has 1 to 10 variants");
        }
        for (index, variant) in self.variants.iter().enumerate() {
            variant.validate(&format!("variants[{index}]"), problems);
        }
        for (index, name) in repeats(&self.variants, |variant| Some(&variant.name)) {
            problems.refuse(format!("variants[{index}].name"), format!("another variant is named `{name}`"));
        }
        if self.variants.iter().any(|variant| matches!(variant.hosting, Hosting::Serverless(_))) {
            self.validate_serverless(problems);
        }
        // "ExecutionRoleArn is required on the endpoint configuration once inference components are enabled"
        // (stdapi-ai/stdapi.ai#43).
        if self.execution_role.is_none()
            && let Some(variant) = self.variants.iter().find(|variant| variant.model.is_none())
        {
            let message = format!("the variant {} has no model, and inference components need a role", variant.name);
            problems.refuse("execution_role", message);
        }
        if let Some(async_inference) = &self.async_inference {
            async_inference.validate(problems);
        }
        if let Some(data_capture) = &self.data_capture {
            data_capture.validate(problems);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let content = |config: &Self| config.name.is_some().then(|| Self { tags: Tags::new(), ..config.clone() });
        content_conflicts(&all.iter().map(content).collect::<Vec<_>>(), "configuration")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::aws::sagemaker::{Instances, ManagedScaling, Serverless};
    use crate::resource::{Charge, Per};

    fn config() -> EndpointConfig {
        EndpointConfig::new(Variant::on_instances("AllTraffic", "llm", Instances::new("ml.g5.xlarge", 2)))
    }

    fn problems_of(config: &EndpointConfig) -> Problems {
        let mut problems = Problems::new();
        config.validate(&mut problems);
        problems
    }

    #[test]
    fn invalid_endpoint_configurations_are_refused() {
        assert!(problems_of(&config()).is_empty());
        let mut wrong = config();
        wrong.variants.push(wrong.variants[0].clone());
        wrong.tags.insert("ebb:stack".into(), "mine".into());
        assert_eq!(problems_of(&wrong).fields(), ["variants[1].name", "tags"]);
        let mut serverless = config();
        let hosting = Serverless { memory_mb: 2048, max_concurrency: 5, provisioned_concurrency: None };
        serverless.variants[0].hosting = Hosting::Serverless(hosting);
        serverless.async_inference = Some(AsyncInference::to("s3://answers/llm"));
        assert_eq!(problems_of(&serverless).fields(), ["async_inference"]);
        let without_model = || Variant::for_components("main", Instances::new("ml.g5.xlarge", 1));
        assert_eq!(problems_of(&EndpointConfig::new(without_model())).fields(), ["execution_role"]);
        assert!(problems_of(&EndpointConfig::for_components("role", without_model())).is_empty());
    }

    #[test]
    fn a_configuration_with_a_model_has_the_form_that_its_name_was_made_of() {
        let form = serde_json::to_value(config()).unwrap();
        let fields: Vec<&str> = form.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields.len(), 6, "{fields:?}");
        assert_eq!(form["variants"][0]["model"], "llm");
        let without = Variant::for_components("main", Instances::new("ml.g5.xlarge", 1));
        assert!(serde_json::to_value(without).unwrap().get("model").is_none());
    }

    #[test]
    fn managed_scaling_varies_the_instances_that_are_charged() {
        let managed_scaling = Some(ManagedScaling { min: 0, max: 4 });
        let instances = Instances { managed_scaling, ..Instances::new("ml.g5.xlarge", 1) };
        let config = EndpointConfig::for_components("role", Variant::for_components("main", instances));
        let Billing::Conferred { bounds, .. } = config.billing() else { panic!("not conferred") };
        assert_eq!(bounds, BTreeMap::from([("main".to_owned(), (0, 4))]));
    }

    #[test]
    fn the_instances_of_every_variant_are_charged_to_the_endpoint() {
        let charges = |config: &EndpointConfig| match config.billing() {
            Billing::Conferred { to, charges, .. } if to == "sagemaker_endpoint" => charges,
            other => panic!("{other:?}"),
        };
        let mut config = config();
        config.variants.push(Variant::on_instances("Canary", "llm", Instances::new("ml.g5.2xlarge", 1)));
        let instances = |item: &str, variant: &str, count| Charge::hourly(item, 1.0).each(variant, count);
        let expected = [
            instances("sagemaker.hosting.ml.g5.xlarge", "AllTraffic", 2),
            instances("sagemaker.hosting.ml.g5.2xlarge", "Canary", 1),
        ];
        assert_eq!(charges(&config), expected);
        config.variants.pop();
        config.async_inference = Some(AsyncInference::to("s3://answers/llm"));
        assert_eq!(charges(&config), [instances("sagemaker.async.ml.g5.xlarge", "AllTraffic", 2)]);

        let volume = |volume_gb| {
            let instances = Instances { volume_gb, ..Instances::new("ml.m5.xlarge", 2) };
            charges(&EndpointConfig::new(Variant::on_instances("AllTraffic", "llm", instances)))[1].clone()
        };
        assert_eq!(volume(Some(50)).total(), 100.0, "each instance has one");
        assert_eq!(volume(None).per, Per::Use("volume_gb".into()), "AWS chooses its size");
    }

    #[test]
    fn serverless_inference_is_charged_by_memory() {
        let serverless = Serverless { memory_mb: 3072, max_concurrency: 5, provisioned_concurrency: Some(2) };
        let hosting = Hosting::Serverless(serverless);
        let variant = Variant { name: "v".into(), model: Some("llm".into()), hosting, weight: 1.0 };
        let Billing::Conferred { charges, .. } = EndpointConfig::new(variant).billing() else {
            panic!("not conferred")
        };
        assert_eq!((charges[0].quantity, charges[1].total()), (3.0, 2.0 * 3.0 * 3600.0));
    }
}
