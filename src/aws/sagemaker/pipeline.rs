//! `sagemaker_pipeline`: steps that prepare data, train and register models. Its runs are work, and no resources.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::{known_names, same_names};
use super::text::text_problem;
use crate::aws::{Arn, BucketName, PipelineName, RoleArn};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 256;

/// The length of the longest definition that AWS accepts, in characters.
const MAX_DEFINITION_LENGTH: usize = 1_048_576;

/// A pipeline of SageMaker.
///
/// ```
/// # use ebbtide::aws::iam::RoleOutputs;
/// # use ebbtide::aws::sagemaker::Pipeline;
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # use serde_json::json;
/// # fn declare(stack: &mut Stack, role: &RoleOutputs<Declared>) {
/// let stop = json!({ "Name": "Stop", "Type": "Fail", "Arguments": { "ErrorMessage": "Nothing to train" } });
/// let definition = json!({ "Version": "2020-12-01", "Parameters": [], "Steps": [stop] });
/// let pipeline = stack.add("training", Pipeline::new(&role.arn, definition));
/// stack.output("PIPELINE", &pipeline.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Pipeline<P: Phase = Declared> {
    /// The name, up to 256 letters, digits and inner hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The name that people see, of the same form; the name unless given.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The description, up to 3072 characters.
    #[serde(default)]
    pub description: String,
    /// The definition.
    pub definition: PipelineDefinition<P>,
    /// The role of the runs.
    pub role: P::Of<RoleArn>,
    /// The most steps that run at once, at least 1; no limit unless given. AWS can change a limit, and not remove it.
    #[serde(default)]
    pub max_parallel_steps: Option<u32>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The definition of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum PipelineDefinition<P: Phase = Declared> {
    /// JSON, in which values may be outputs of other resources.
    Inline(Value),
    /// An object in S3. AWS reads it when the pipeline is created or its location changes, so a new content needs another key or
    /// version. AWS does not report the location: a change by somebody else is not seen.
    Object {
        /// The bucket.
        bucket: P::Of<BucketName>,
        /// The key of the object.
        key: String,
        /// The version of the object; the latest unless given.
        #[serde(default)]
        version: Option<String>,
    },
}

impl Pipeline {
    /// Creates a pipeline with a definition in JSON.
    pub fn new(role: impl Into<Input<RoleArn>>, definition: Value) -> Self {
        Self::of(role, PipelineDefinition::Inline(definition))
    }

    /// Creates a pipeline whose definition is an object in S3.
    pub fn from_object(
        role: impl Into<Input<RoleArn>>,
        bucket: impl Into<Input<BucketName>>,
        key: impl Into<String>,
    ) -> Self {
        Self::of(role, PipelineDefinition::Object { bucket: bucket.into(), key: key.into(), version: None })
    }

    fn of(role: impl Into<Input<RoleArn>>, definition: PipelineDefinition) -> Self {
        Self {
            name: None,
            display_name: None,
            description: String::new(),
            definition,
            role: role.into(),
            max_parallel_steps: None,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> Pipeline<P> {
    /// Returns the name that the pipeline has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct PipelineOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<PipelineName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Pipeline {
    const KIND: &'static str = "sagemaker_pipeline";
    const PERSISTENCE: Persistence = Persistence::Durable;
    // Create-only in the schema of `AWS::SageMaker::Pipeline`.
    const REPLACE_ON: &'static [&'static str] = fields!(Pipeline: name);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = Pipeline<Resolved>;
    type Outputs<P: Phase> = PipelineOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the jobs of a run, which nothing declares")
    }

    fn validate(&self, problems: &mut Problems) {
        for (field, name) in [("name", &self.name), ("display_name", &self.display_name)] {
            if name.as_deref().is_some_and(|name| !is_name(name)) {
                let message = format!("SageMaker accepts 1 to {MAX_NAME_LENGTH} letters, digits and inner hyphens");
                problems.refuse(field, message);
            }
        }
        if let Some(problem) = text_problem(&self.description, 3072) {
            problems.refuse("description", problem);
        }
        match &self.definition {
            PipelineDefinition::Inline(definition) => {
                if !definition.is_object() {
                    problems.refuse("definition", "it is an object of JSON");
                } else if definition.to_string().chars().count() > MAX_DEFINITION_LENGTH {
                    let message = format!("SageMaker accepts up to {MAX_DEFINITION_LENGTH} characters; put it in S3");
                    problems.refuse("definition", message);
                }
            }
            PipelineDefinition::Object { key, version, .. } => {
                let fits = |text: &String| (1..=1024).contains(&text.chars().count());
                if !fits(key) || !version.as_ref().is_none_or(fits) {
                    problems.refuse("definition", "the key and the version of an object have 1 to 1024 characters");
                }
            }
        }
        if self.max_parallel_steps == Some(0) {
            problems.refuse("max_parallel_steps", "it is at least 1");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        same_names(all, |pipeline| pipeline.name.as_deref(), "pipeline")
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        known_names(identity, "pipeline", &self.aws_name(identity))
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems_of(pipeline: &Pipeline) -> String {
        let mut problems = Problems::new();
        pipeline.validate(&mut problems);
        problems.fields().join(" ")
    }

    #[test]
    fn invalid_pipelines_are_refused() {
        let pipeline = Pipeline::new("arn:aws:iam::123456789012:role/training", json!({ "Steps": [] }));
        assert_eq!(problems_of(&pipeline), "");
        let wrong = Pipeline {
            name: Some("a_b".into()),
            display_name: Some("-a".into()),
            description: "a".repeat(3073),
            definition: PipelineDefinition::Inline(json!([])),
            max_parallel_steps: Some(0),
            tags: Tags::from([("ebb:stack".into(), "mine".into())]),
            ..pipeline.clone()
        };
        assert_eq!(problems_of(&wrong), "name display_name description definition max_parallel_steps tags");
        let long = PipelineDefinition::Inline(json!({ "Steps": "a".repeat(MAX_DEFINITION_LENGTH) }));
        assert_eq!(problems_of(&Pipeline { definition: long, ..pipeline }), "definition");
        let object = Pipeline::from_object("arn:aws:iam::123456789012:role/training", "definitions", "");
        assert_eq!(problems_of(&object), "definition");
    }
}
