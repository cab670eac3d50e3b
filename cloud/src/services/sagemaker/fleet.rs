//! The fleet of an endpoint: the variants of a configuration, each with its images and its capacity.
//!
//! It is computed when the configuration is deployed. Later changes of models and configurations do not touch it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::container;
use super::kind::{CONFIG, MODEL};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// The failure reason of an endpoint for which AWS has no instances. CreateEndpoint has succeeded by then: the endpoint fails
/// while it comes up. The words are those of a failure on AWS that the tests of aws/deep-learning-containers quote; AWS's page
/// "Troubleshoot SageMaker endpoint creation or update failures" has the first sentence.
const NO_CAPACITY: &str = "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please \
    retry using a different ML instance type or after some time. Consider configuring InstancePools in your EndpointConfig with \
    multiple instance types for priority-based fallback to improve capacity availability.";

/// One variant at work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Variant {
    /// Its name.
    pub variant_name: String,
    /// Its images as `DeployedImages` describes them.
    pub deployed_images: Vec<Value>,
    /// Its desired weight.
    pub weight: f64,
    /// How many instances are desired; none for a serverless variant.
    pub count: Option<i64>,
    /// The change of that number that managed scaling makes, if one is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resize: Option<Resize>,
    /// The serverless settings; none for a variant of instances.
    pub serverless: Option<Value>,
    /// The variant as the configuration has it.
    pub declared: Value,
}

/// A change of the number of a variant's instances that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resize {
    /// When it began, in milliseconds since the Unix epoch.
    pub begun_ms: i64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub ends_ms: i64,
    /// The number of instances after it.
    pub count: i64,
}

impl Variant {
    /// Returns the type of its instances, if it has instances of one type.
    pub fn instance_type(&self) -> Option<&str> {
        self.declared["InstanceType"].as_str()
    }
}

/// All that one configuration deploys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Fleet {
    /// The configuration's name.
    pub endpoint_config_name: String,
    /// The production variants.
    pub production_variants: Vec<Variant>,
    /// The variants in shadow mode.
    pub shadow_production_variants: Vec<Variant>,
    /// The networks in which its instances have interfaces, with the role that makes them: the configuration's and its
    /// models'.
    #[serde(default)]
    pub networks: Vec<Value>,
    /// The configuration's data capture.
    pub data_capture_config: Option<Value>,
    /// The configuration's asynchronous inference.
    pub async_inference_config: Option<Value>,
    /// The configuration's explainers.
    pub explainer_config: Option<Value>,
    /// The configuration's metrics.
    pub metrics_config: Option<Value>,
    /// Why it cannot come into service, if it cannot.
    pub fails: Option<String>,
    /// Whether the way back to the fleet before it fails, too.
    pub rollback_fails: bool,
}

impl Fleet {
    /// Returns the fleet that a configuration deploys; the configuration and its models must exist.
    pub fn of(context: &CallContext<'_>, config_name: &str) -> Result<Self, Fault> {
        let config = CONFIG.find(context, config_name)?;
        let given = |member: &str| Some(&config[member]).filter(|value| !value.is_null()).cloned();
        let mut fleet = Self {
            endpoint_config_name: config_name.to_owned(),
            production_variants: Vec::new(),
            shadow_production_variants: Vec::new(),
            networks: network_of(config).into_iter().collect(),
            data_capture_config: given("DataCaptureConfig"),
            async_inference_config: given("AsyncInferenceConfig"),
            explainer_config: given("ExplainerConfig"),
            metrics_config: given("MetricsConfig"),
            fails: None,
            rollback_fails: false,
        };
        for declared in config["ProductionVariants"].as_array().into_iter().flatten() {
            let variant = fleet.variant(declared, context)?;
            fleet.production_variants.push(variant);
        }
        for declared in config["ShadowProductionVariants"].as_array().into_iter().flatten() {
            let variant = fleet.variant(declared, context)?;
            fleet.shadow_production_variants.push(variant);
        }
        if context.no_capacity {
            fleet.fails = Some(NO_CAPACITY.to_owned());
        }
        Ok(fleet)
    }

    fn variant(&mut self, declared: &Value, context: &CallContext<'_>) -> Result<Variant, Fault> {
        let mut images = Vec::new();
        if let Some(model) = declared["ModelName"].as_str() {
            let model = MODEL.find(context, model)?;
            self.networks.extend(network_of(model));
            for container in container::all(model) {
                if let Some(image) = container["Image"].as_str() {
                    images.push(deployed_image(image, context.now_ms));
                }
                self.expect_trouble(declared, container);
            }
        }
        Ok(Variant {
            variant_name: text(declared, "VariantName").to_owned(),
            deployed_images: images,
            weight: declared["InitialVariantWeight"].as_f64().unwrap_or(1.0),
            count: declared["InitialInstanceCount"].as_i64(),
            resize: None,
            serverless: Some(&declared["ServerlessConfig"]).filter(|settings| !settings.is_null()).cloned(),
            declared: declared.clone(),
        })
    }

    /// Simulates failures: an image or data with `fail` in its name does not come up.
    fn expect_trouble(&mut self, declared: &Value, container: &Value) {
        let variant = text(declared, "VariantName");
        if text(container, "Image").contains("fail") {
            self.rollback_fails |= text(container, "Image").contains("rollback-fail");
            self.fails = Some(format!(
                "The primary container for production variant {variant} did not pass the ping health check. Please \
                 check CloudWatch logs for this endpoint."
            ));
        } else if let Some(url) = container::data_urls(container).find(|url| url.contains("fail")) {
            self.fails = Some(format!("Failed to download model data for production variant {variant} from {url}."));
        }
    }

    /// Returns the changes of the numbers of instances that are over at an instant, each with the index of its variant, in the order
    /// of their ends.
    pub fn resizes_until(&self, now_ms: i64) -> Vec<(usize, Resize)> {
        let variants = self.production_variants.iter().enumerate();
        let resizes = variants.filter_map(|(index, variant)| Some((index, variant.resize.clone()?)));
        let mut over: Vec<_> = resizes.filter(|(_, resize)| resize.ends_ms <= now_ms).collect();
        over.sort_by_key(|(_, resize)| resize.ends_ms);
        over
    }

    /// Ends the change of the number of a variant's instances.
    pub fn end_resize(&mut self, index: usize) {
        if let Some(variant) = self.production_variants.get_mut(index)
            && let Some(resize) = variant.resize.take()
        {
            variant.count = Some(resize.count);
        }
    }

    /// Returns the production variant of that name.
    pub fn find(&self, name: &str) -> Option<&Variant> {
        self.production_variants.iter().find(|variant| variant.variant_name == name)
    }
}

/// Returns the network of a model or configuration with its role, if it has one.
fn network_of(record: &Value) -> Option<Value> {
    let mut network = Some(&record["VpcConfig"]).filter(|network| !network.is_null()).cloned()?;
    network["Role"] = record["ExecutionRoleArn"].clone();
    Some(network)
}

/// Returns an image as it was deployed: with the digest that its tag stood for.
pub fn deployed_image(image: &str, now_ms: i64) -> Value {
    let resolved = if image.contains("@sha256:") {
        image.to_owned()
    } else {
        // A colon before the last slash is the registry's port.
        let tag = image.rfind(':').filter(|at| !image[*at..].contains('/')).unwrap_or(image.len());
        let digest: String = Sha256::digest(image).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}@sha256:{digest}", &image[..tag])
    };
    json!({ "SpecifiedImage": image, "ResolvedImage": resolved, "ResolutionTime": clock::seconds(now_ms) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_resolved_to_a_digest_of_its_repository() {
        let resolved = |image: &str| deployed_image(image, 0)["ResolvedImage"].as_str().unwrap().to_owned();
        assert!(resolved("1.dkr.ecr/vllm:1").starts_with("1.dkr.ecr/vllm@sha256:"));
        assert!(resolved("localhost:5000/vllm").starts_with("localhost:5000/vllm@sha256:"));
        assert_eq!(resolved("1.dkr.ecr/vllm@sha256:ab"), "1.dkr.ecr/vllm@sha256:ab");
    }
}
