//! `sagemaker_endpoint_config`: what an endpoint runs, and on what. Free by itself, and immutable.

use serde::{Deserialize, Serialize};

use super::model::same_content;
use super::names::{LONGEST, check_name};
use super::tagging::{all_tags, creation_tags, update_tags};
use super::{AsyncInference, DataCapture, Hosting, Variant};
use crate::aws::{Arn, EndpointConfigName};
use crate::engine::providers::lists::ordered_like;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{Charge, Declared, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags};

/// An endpoint configuration. Its name follows from what it is, so an endpoint moves from one to the next and both
/// exist meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct EndpointConfig<P: Phase = Declared> {
    /// How its name begins; a hash of the configuration follows. Derived from environment, stack and address unless
    /// given.
    #[serde(default)]
    pub name: Option<String>,
    /// The variants, 1 to 10, of distinct names.
    pub variants: Vec<Variant<P>>,
    /// Queues calls and puts the answers into S3, instead of answering at once.
    #[serde(default)]
    pub async_inference: Option<AsyncInference<P>>,
    /// Keeps a sample of the traffic.
    #[serde(default)]
    pub data_capture: Option<DataCapture<P>>,
    /// The key that the instances' volumes are encrypted with; types with local disks take none.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl EndpointConfig {
    /// A configuration of one variant that answers at once.
    pub fn new(variant: Variant) -> Self {
        Self {
            name: None,
            variants: vec![variant],
            async_inference: None,
            data_capture: None,
            kms_key: None,
            tags: Tags::new(),
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
        fields!(EndpointConfig: name, variants, async_inference, data_capture, kms_key);
    type Resolved = EndpointConfig<Resolved>;
    type Outputs<P: Phase> = EndpointConfigOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.name {
            check_name("name", name, problems);
        }
        if !(1..=10).contains(&self.variants.len()) {
            problems.refuse("variants", "a configuration has 1 to 10 variants");
        }
        for (index, variant) in self.variants.iter().enumerate() {
            variant.validate(&format!("variants[{index}]"), problems);
            if self.variants[..index].iter().any(|other| other.name == variant.name) {
                problems.refuse(format!("variants[{index}].name"), format!("`{}` is there twice", variant.name));
            }
        }
        let serverless = self.variants.iter().any(|variant| matches!(variant.hosting, Hosting::Serverless(_)));
        if serverless && self.variants.len() > 1 {
            problems.refuse("variants", "a serverless endpoint has one variant only");
        }
        if serverless && self.async_inference.is_some() {
            problems.refuse("async_inference", "a serverless endpoint answers at once");
        }
        if serverless && self.data_capture.is_some() {
            problems.refuse("data_capture", "a serverless endpoint captures nothing");
        }
        if let Some(async_inference) = &self.async_inference {
            async_inference.validate(problems);
        }
        if let Some(data_capture) = &self.data_capture {
            data_capture.validate(problems);
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let content = |config: &Self| config.name.is_some().then(|| Self { tags: Tags::new(), ..config.clone() });
        same_content(all.iter().map(content), "configuration")
    }

    /// The instances of all variants. AWS bills them only while an endpoint uses this configuration: the type and the
    /// number stand here, so the charge does too.
    fn cost(&self) -> Vec<Charge> {
        let hosted = self.variants.iter().filter_map(|variant| match &variant.hosting {
            Hosting::Instances(instances) => Some(instances),
            Hosting::Serverless(_) => None,
        });
        hosted
            .map(|instances| {
                let item = format!("sagemaker.hosting.{}", instances.instance_type);
                Charge::hourly(item, f64::from(instances.count))
            })
            .collect()
    }
}

impl Provider for EndpointConfig {
    async fn find(context: &Context, inputs: &EndpointConfig<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs);
        let describe = context.aws.sagemaker().describe_endpoint_config().endpoint_config_name(&name);
        let Some(found) = describe.send().await.named("sagemaker:DescribeEndpointConfig").optional()? else {
            return Ok(None);
        };
        let Some(tags) = all_tags(context, found.endpoint_config_arn().unwrap_or_default()).await.optional()? else {
            return Ok(None);
        };
        Ok(context.identity.owns(&tags).then_some(name))
    }

    async fn create(context: &Context, inputs: &EndpointConfig<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs);
        let request = context
            .aws
            .sagemaker()
            .create_endpoint_config()
            .endpoint_config_name(&name)
            .set_production_variants(Some(inputs.variants.iter().map(Variant::to_sdk).collect()))
            .set_async_inference_config(inputs.async_inference.as_ref().map(AsyncInference::to_sdk))
            .set_data_capture_config(inputs.data_capture.as_ref().map(DataCapture::to_sdk))
            .set_kms_key_id(inputs.kms_key.clone())
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        match request.send().await.named("sagemaker:CreateEndpointConfig") {
            Ok(_) => Ok(name),
            // The model was created just before; SageMaker may not see it everywhere yet.
            Err(error) if error.kind == ErrorKind::NotFound => Err(error.as_kind(ErrorKind::NotYet)),
            Err(error) => Err(error),
        }
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &EndpointConfig<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let describe = context.aws.sagemaker().describe_endpoint_config().endpoint_config_name(id);
        let Some(found) = describe.send().await.named("sagemaker:DescribeEndpointConfig").optional()? else {
            return Ok(None);
        };
        let arn = found.endpoint_config_arn().unwrap_or_default();
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let inputs = EndpointConfig {
            name: last.name.clone(),
            variants: ordered_like(&last.variants, found.production_variants().iter().map(Variant::from_sdk).collect()),
            async_inference: found.async_inference_config().map(AsyncInference::from_sdk),
            data_capture: found.data_capture_config().and_then(DataCapture::from_sdk),
            kms_key: found.kms_key_id().filter(|key| !key.is_empty()).map(str::to_owned),
            tags: own_tags(tags),
        };
        let outputs =
            EndpointConfigOutputs::<Resolved> { name: EndpointConfigName(id.to_owned()), arn: Arn(arn.to_owned()) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &EndpointConfig<Resolved>,
        to: &EndpointConfig<Resolved>,
    ) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let describe = context.aws.sagemaker().describe_endpoint_config().endpoint_config_name(id);
        let found = describe.send().await.named("sagemaker:DescribeEndpointConfig")?;
        update_tags(context, found.endpoint_config_arn().unwrap_or_default(), &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &EndpointConfig<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_endpoint_config().endpoint_config_name(id);
        delete.send().await.named("sagemaker:DeleteEndpointConfig").optional().map(drop)
    }
}

fn aws_name(context: &Context, inputs: &EndpointConfig<Resolved>) -> String {
    let content = EndpointConfig { tags: Tags::new(), ..inputs.clone() };
    context.identity.content_name(inputs.name.as_deref(), LONGEST, &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::sagemaker::{Instances, Serverless};

    fn config() -> EndpointConfig {
        EndpointConfig::new(Variant::on_instances("AllTraffic", "llm", Instances::new("ml.g5.xlarge", 2)))
    }

    fn problems_of(config: &EndpointConfig) -> Vec<(String, String)> {
        let mut problems = Problems::new();
        config.validate(&mut problems);
        problems
    }

    #[test]
    fn a_configuration_is_checked_before_aws_is_asked() {
        assert_eq!(problems_of(&config()), []);
        let mut twice = config();
        twice.variants.push(twice.variants[0].clone());
        assert!(problems_of(&twice)[0].1.contains("twice"));
        let mut serverless = config();
        let hosting = Serverless { memory_mb: 2048, max_concurrency: 5, provisioned_concurrency: None };
        serverless.variants[0].hosting = Hosting::Serverless(hosting);
        serverless.async_inference = Some(AsyncInference::to("s3://answers/llm"));
        assert_eq!(problems_of(&serverless)[0].0, "async_inference");
    }

    #[test]
    fn the_instances_of_every_variant_are_charged() {
        let mut config = config();
        config.variants.push(Variant::on_instances("Canary", "llm", Instances::new("ml.g5.2xlarge", 1)));
        assert_eq!(
            config.cost(),
            [
                Charge::hourly("sagemaker.hosting.ml.g5.xlarge", 2.0),
                Charge::hourly("sagemaker.hosting.ml.g5.2xlarge", 1.0)
            ]
        );
    }
}
