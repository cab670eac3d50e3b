//! `bedrock_custom_model_deployment`: a custom model that answers on demand.

use serde::{Deserialize, Serialize};

use super::names::{MAX_NAME_LENGTH, name_problem};
use crate::aws::Arn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// A deployment of a custom model, which answers on demand. Its ARN takes the place of the id of a model in invocations, and stays
/// when another custom model takes over.
///
/// ```
/// # use ebbtide::aws::bedrock::{CustomModelDeployment, CustomizationJobOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, job: &CustomizationJobOutputs<Declared>) {
/// let deployment = stack.add("expert", CustomModelDeployment::of(&job.model_arn));
/// stack.output("MODEL_ID", &deployment.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CustomModelDeployment<P: Phase = Declared> {
    /// The name, up to 63 letters and digits with single hyphens and underscores between them; derived from environment, stack and
    /// address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The ARN of the custom model.
    pub model: P::Of<String>,
    /// A description, up to 2,048 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl CustomModelDeployment {
    /// Creates a deployment of a custom model.
    pub fn of(model: impl Into<Input<String>>) -> Self {
        Self { name: None, model: model.into(), description: None, tags: Tags::new() }
    }
}

impl<P: Phase> CustomModelDeployment<P> {
    /// Returns the name that the deployment has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CustomModelDeploymentOutputs<P: Phase> {
    /// The ARN, which invocations name as the model.
    pub arn: P::Of<Arn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for CustomModelDeployment {
    const KIND: &'static str = "bedrock_custom_model_deployment";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(CustomModelDeployment: name, description);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 300;
    type Resolved = CustomModelDeployment<Resolved>;
    type Outputs<P: Phase> = CustomModelDeploymentOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the tokens of its invocations, and nothing for the deployment")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if self.model.known().is_some_and(|model| !model.contains(":custom-model/")) {
            problems.refuse("model", "is not the ARN of a custom model");
        }
        if self.description.as_ref().is_some_and(|text| text.is_empty() || text.chars().count() > 2048) {
            problems.refuse("description", "has 1 to 2,048 characters");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.as_ref(), |name| format!("another deployment is named {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_refused() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0:300k/abcdefghij12";
        let good = CustomModelDeployment::of(arn);
        let wrong = CustomModelDeployment {
            name: Some("-a".into()),
            description: Some(String::new()),
            ..CustomModelDeployment::of("amazon.nova-lite-v1:0")
        };
        for (deployment, expected) in [(good, vec![]), (wrong, vec!["name", "model", "description"])] {
            let mut problems = Problems::new();
            deployment.validate(&mut problems);
            assert_eq!(problems.fields(), expected);
        }
    }
}
