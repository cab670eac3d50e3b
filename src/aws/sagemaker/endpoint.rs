//! `sagemaker_endpoint`: serves requests, and is billed by the hour while it exists.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::name_problem;
use super::{Deployment, EndpointConfig};
use crate::aws::lists::repeats;
use crate::aws::{Arn, EndpointConfigName, EndpointName};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Share,
    Tags, fields, validate_tags,
};

/// An endpoint. A pause deletes it and records the capacity that it really had.
///
/// ```
/// # use ebbtide::aws::sagemaker::{Deployment, Endpoint, EndpointConfigOutputs, Size, Strategy};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, config: &EndpointConfigOutputs<Declared>) {
/// let canary = Strategy::Canary { size: Size::Instances(1), wait_seconds: 300 };
/// let endpoint = Endpoint { deployment: Some(Deployment::new(canary)), ..Endpoint::new("llm", &config.name) };
/// let endpoint = stack.add("llm", endpoint);
/// stack.output("ENDPOINT", &endpoint.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Endpoint<P: Phase = Declared> {
    /// The name that callers use, exactly; another name is another endpoint.
    pub name: String,
    /// The configuration that it runs.
    pub config: P::Of<EndpointConfigName>,
    /// The strategy of moves to another configuration; all at once unless given. AWS does not store it: it applies to
    /// the next move, and changing it changes nothing by itself.
    #[serde(default)]
    pub deployment: Option<Deployment<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Endpoint {
    /// Creates an endpoint that moves to another configuration all at once.
    pub fn new(name: impl Into<String>, config: impl Into<Input<EndpointConfigName>>) -> Self {
        Self { name: name.into(), config: config.into(), deployment: None, tags: Tags::new() }
    }
}

/// The outputs of an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct EndpointOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<EndpointName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Endpoint {
    const KIND: &'static str = "sagemaker_endpoint";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(Endpoint: name);
    /// Its variants have weights, which no field of the endpoint sets.
    const SHARE: Option<Share> = Some(Share::AtRunTime);
    const TYPICAL_SECONDS: u32 = 600;
    type Resolved = Endpoint<Resolved>;
    type Outputs<P: Phase> = EndpointOutputs<P>;

    /// Returns the charges for data in and out; those for its instances are conferred by its configuration.
    fn billing(&self) -> Billing {
        let charges = vec![
            Charge::by_use("sagemaker.endpoint.data_in", "data_in_gb"),
            Charge::by_use("sagemaker.endpoint.data_out", "data_out_gb"),
        ];
        Billing::WithConferred { from: EndpointConfig::KIND.to_owned(), charges }
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = name_problem(&self.name) {
            problems.refuse("name", problem);
        }
        if let Some(deployment) = &self.deployment {
            deployment.validate(problems);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        // AWS compares the names of endpoints without regard to case.
        let repeated = repeats(all, |endpoint| Some(endpoint.name.to_ascii_lowercase())).into_iter();
        let message = |index: usize| format!("another endpoint is named {}", all[index].name);
        repeated.map(|(index, _)| Conflict { index, message: message(index) }).collect()
    }

    /// Returns the group of the containers, whose streams are `VARIANT/INSTANCE` (developer guide, "Log groups and streams that Amazon
    /// SageMaker AI sends to Amazon CloudWatch Logs").
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        vec![format!("/aws/sagemaker/Endpoints/{}", self.name)]
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let mut known = Map::new();
        known.insert("name".into(), self.name.clone().into());
        let scope = &identity.scope;
        // SageMaker writes ARNs in lower case. The ARN for a name in mixed case is read from AWS.
        if !scope.account.is_empty() && !self.name.contains(|c: char| c.is_ascii_uppercase()) {
            known.insert("arn".into(), scope.arn("sagemaker", &format!("endpoint/{}", self.name)).into());
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Scope;

    #[test]
    fn invalid_endpoints_are_refused() {
        let mut endpoint = Endpoint::new("llm_v1", "config");
        endpoint.tags.insert("ebb:stack".into(), "mine".into());
        let mut problems = Problems::new();
        endpoint.validate(&mut problems);
        assert_eq!(problems.fields(), ["name", "tags"]);
    }

    #[test]
    fn name_and_arn_are_known_before_the_endpoint_exists() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let identity = scope.identity("lineage", &"sagemaker_endpoint.llm".parse().unwrap(), 1);
        let known = Endpoint::new("llm-v1", "config").known_outputs(&identity);
        assert_eq!(known["name"], "llm-v1");
        assert_eq!(known["arn"], "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/llm-v1");
        assert!(!Endpoint::new("LLM", "config").known_outputs(&identity).contains_key("arn"));
    }

    #[test]
    fn endpoints_with_the_same_name_conflict() {
        let all = [Endpoint::new("llm", "a"), Endpoint::new("other", "a"), Endpoint::new("LLM", "b")];
        assert_eq!(Endpoint::conflicts(&all).iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [2]);
    }
}
