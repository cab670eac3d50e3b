//! `bedrock_custom_model`: a custom model that was trained elsewhere.

use serde::{Deserialize, Serialize};

use super::names::{MAX_NAME_LENGTH, name_problem, place_problem};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, RoleArn};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// A custom model made of artifacts in S3: a model of Amazon Nova that was trained in SageMaker, whose artifacts are in a bucket that
/// AWS manages. Bedrock copies it, so a pause keeps it, and a deletion needs `--include-data`.
///
/// A deployment or provisioned throughput serves it, as it does the model of a [customization job](super::CustomizationJob).
///
/// ```
/// # use ebbtide::aws::bedrock::{CustomModel, CustomModelDeployment};
/// # use ebbtide::aws::iam::RoleOutputs;
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, role: &RoleOutputs<Declared>) {
/// let model = CustomModel::of("s3://customer-escrow-123456789012-smtj-1a2b/expert/7/step_9", &role.arn);
/// let model = stack.add("expert", model);
/// let deployment = stack.add("expert", CustomModelDeployment::of(model.arn.text()));
/// stack.output("MODEL_ID", &deployment.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CustomModel<P: Phase = Declared> {
    /// The name, up to 63 letters and digits with single hyphens and underscores between them; derived from environment, stack and
    /// address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The place of the artifacts, `s3://BUCKET/PREFIX`.
    pub source: P::Of<String>,
    /// The role that reads the artifacts while the model is made, and uses the key. A change of it alone makes no other model.
    pub role: P::Of<RoleArn>,
    /// The ARN of the key that encrypts the model; AWS's own unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl CustomModel {
    /// Creates a model of these artifacts.
    pub fn of(source: impl Into<Input<String>>, role: impl Into<Input<RoleArn>>) -> Self {
        Self { name: None, source: source.into(), role: role.into(), kms_key: None, tags: Tags::new() }
    }
}

impl<P: Phase> CustomModel<P> {
    /// Returns the name that the model has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of a custom model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CustomModelOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<Arn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for CustomModel {
    const KIND: &'static str = "bedrock_custom_model";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("deleting it would lose the model");
    const REPLACE_ON: &'static [&'static str] = fields!(CustomModel: name, source, kms_key);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 1800;
    type Resolved = CustomModel<Resolved>;
    type Outputs<P: Phase> = CustomModelOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::monthly("bedrock.custom_model.storage", 1.0)])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if let Some(problem) = self.source.known().and_then(|place| place_problem(place)) {
            problems.refuse("source", problem);
        }
        if self.kms_key.as_ref().and_then(Input::known).is_some_and(|key| !key.starts_with("arn:")) {
            problems.refuse("kms_key", "Bedrock wants the ARN of the key");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.as_ref(), |name| format!("another custom model is named {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_custom_models_are_refused() {
        let model = || CustomModel::of("s3://artifacts/expert/", "arn:aws:iam::123456789012:role/models");
        let cases = [
            (vec![], model()),
            (vec!["name"], CustomModel { name: Some("a--b".into()), ..model() }),
            (vec!["source"], CustomModel { source: "artifacts".into(), ..model() }),
            (vec!["kms_key"], CustomModel { kms_key: Some("alias/models".into()), ..model() }),
        ];
        for (expected, model) in cases {
            let mut problems = Problems::new();
            model.validate(&mut problems);
            assert_eq!(problems.fields(), expected);
        }
    }
}
