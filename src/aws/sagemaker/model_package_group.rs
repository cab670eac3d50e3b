//! `sagemaker_model_package_group`: a group of model versions in the model registry.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::{MAX_NAME_LENGTH, known_names, name_problem, same_names};
use super::text::text_problem;
use crate::aws::{Arn, ModelPackageGroupName};
use crate::resource::{
    Billing, Conflict, Identity, Persistence, Phase, Problems, Resource, Tags, fields, validate_tags,
};

/// A group of model packages: the versions of one model, with their approvals. Pipelines and people register the versions; the
/// group holds them, so it is deleted or replaced only with `--include-data` as soon as there is one.
///
/// ```
/// # use ebbtide::aws::sagemaker::ModelPackageGroup;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let description = Some("Extraction of invoices".to_owned());
/// let registry = stack.add("invoices", ModelPackageGroup { description, ..ModelPackageGroup::new() });
/// stack.output("REGISTRY", &registry.name);
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelPackageGroup {
    /// The name, up to 63 letters, digits and inner hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The description, up to 1024 characters. AWS cannot change it: another one is another group.
    #[serde(default)]
    pub description: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl ModelPackageGroup {
    /// Creates a group with a derived name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the name that the group has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of a group of model packages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ModelPackageGroupOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<ModelPackageGroupName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for ModelPackageGroup {
    const KIND: &'static str = "sagemaker_model_package_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    // Name and description are create-only in the schema of `AWS::SageMaker::ModelPackageGroup`.
    const REPLACE_ON: &'static [&'static str] = fields!(ModelPackageGroup: name, description);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = Self;
    type Outputs<P: Phase> = ModelPackageGroupOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no model registry; the artifacts of its models are objects of their buckets")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if let Some(problem) = self.description.as_deref().and_then(|text| text_problem(text, 1024)) {
            problems.refuse("description", problem);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        same_names(all, |group| group.name.as_deref(), "group of model packages")
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        known_names(identity, "model-package-group", &self.aws_name(identity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_groups_of_model_packages_are_refused() {
        let wrong = ModelPackageGroup {
            name: Some("no_underscore".into()),
            description: Some("a".repeat(1025)),
            tags: Tags::from([("ebb:stack".into(), "mine".into())]),
        };
        let mut problems = Problems::new();
        wrong.validate(&mut problems);
        assert_eq!(problems.fields(), ["name", "description", "tags"]);
        let mut none = Problems::new();
        ModelPackageGroup::new().validate(&mut none);
        assert!(none.is_empty());
    }

    #[test]
    fn groups_with_the_same_name_conflict() {
        let named = |name: &str| ModelPackageGroup { name: Some(name.into()), ..ModelPackageGroup::new() };
        let all = [named("a"), ModelPackageGroup::new(), ModelPackageGroup::new(), named("A")];
        assert_eq!(ModelPackageGroup::conflicts(&all).iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [3]);
    }
}
