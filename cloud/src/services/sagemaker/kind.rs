//! The kinds of things that have a name: how they are stored, called and refused.

use serde_json::Value;

use crate::documents::CallContext;
use crate::partition;
use crate::service::Fault;
use crate::services::json::invalid;

/// A kind of thing with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The table that remembers it, by name.
    pub table: &'static str,
    /// The member of inputs that names it.
    pub name_field: &'static str,
    segment: &'static str,
    noun: &'static str,
    words: Words,
}

/// The errors of a kind for names that are missing or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// Validation errors, as those of hosting.
    Validation,
    /// The codes `ResourceNotFound` and `ResourceInUse`, where the service model lists them.
    Codes,
    /// Validation errors of the model registry. `Model Package Group already exists` and `does not exist` are the messages that
    /// clients look for: hashicorp/terraform-provider-aws, `internal/service/sagemaker/model_package_group.go`, and the
    /// pipelines of aws-samples.
    Registry,
    /// `ResourceNotFound` if it is missing, a validation error if the name is taken: aws/sagemaker-python-sdk,
    /// `workflow/pipeline.py`.
    Pipeline,
}

/// A model.
pub const MODEL: Kind =
    Kind { table: "Model", name_field: "ModelName", segment: "model", noun: "model", words: Words::Validation };
/// An endpoint configuration.
pub const CONFIG: Kind = Kind {
    table: "EndpointConfig",
    name_field: "EndpointConfigName",
    segment: "endpoint-config",
    noun: "endpoint configuration",
    words: Words::Validation,
};
/// An endpoint.
pub const ENDPOINT: Kind = Kind {
    table: "Endpoint",
    name_field: "EndpointName",
    segment: "endpoint",
    noun: "endpoint",
    words: Words::Validation,
};
/// An inference component.
pub const COMPONENT: Kind = Kind {
    table: "InferenceComponent",
    name_field: "InferenceComponentName",
    segment: "inference-component",
    noun: "inference component",
    words: Words::Validation,
};
/// A group of model packages.
pub const PACKAGE_GROUP: Kind = Kind {
    table: "ModelPackageGroup",
    name_field: "ModelPackageGroupName",
    segment: "model-package-group",
    noun: "Model Package Group",
    words: Words::Registry,
};
/// A feature group.
pub const FEATURE_GROUP: Kind = Kind {
    table: "FeatureGroup",
    name_field: "FeatureGroupName",
    segment: "feature-group",
    noun: "FeatureGroup",
    words: Words::Codes,
};
/// A definition of jobs that monitor the quality of data.
pub const DATA_QUALITY: Kind = Kind {
    table: "DataQualityJobDefinition",
    name_field: "JobDefinitionName",
    segment: "data-quality-job-definition",
    noun: "data quality job definition",
    words: Words::Codes,
};
/// A definition of jobs that monitor the quality of a model.
pub const MODEL_QUALITY: Kind = Kind {
    table: "ModelQualityJobDefinition",
    name_field: "JobDefinitionName",
    segment: "model-quality-job-definition",
    noun: "model quality job definition",
    words: Words::Codes,
};
/// A monitoring schedule.
pub const MONITORING_SCHEDULE: Kind = Kind {
    table: "MonitoringSchedule",
    name_field: "MonitoringScheduleName",
    segment: "monitoring-schedule",
    noun: "monitoring schedule",
    words: Words::Codes,
};
/// A pipeline.
pub const PIPELINE: Kind = Kind {
    table: "Pipeline",
    name_field: "PipelineName",
    segment: "pipeline",
    noun: "pipeline",
    words: Words::Pipeline,
};

/// Every kind there is.
pub const ALL: [Kind; 10] = [
    MODEL,
    CONFIG,
    ENDPOINT,
    COMPONENT,
    PACKAGE_GROUP,
    FEATURE_GROUP,
    DATA_QUALITY,
    MODEL_QUALITY,
    MONITORING_SCHEDULE,
    PIPELINE,
];

impl Kind {
    /// Returns the ARN of the thing of that name. SageMaker writes names in ARNs in small letters.
    pub fn arn(&self, context: &CallContext<'_>, name: &str) -> String {
        self.arn_in(context.region, context.account, name)
    }

    /// Returns the ARN of the thing of that name in a region and an account.
    pub fn arn_in(&self, region: &str, account: &str, name: &str) -> String {
        let partition = partition::of(region);
        format!("arn:{partition}:sagemaker:{region}:{account}:{}/{}", self.segment, name.to_ascii_lowercase())
    }

    /// Returns the record of that name.
    pub fn find<'a>(&self, context: &'a CallContext<'_>, name: &str) -> Result<&'a Value, Fault> {
        context.own.get(self.table, name).ok_or_else(|| self.missing(context, name))
    }

    /// Returns the name of the thing that an input names, by its name or its ARN. ARNs have names in small letters.
    pub fn named(&self, context: &CallContext<'_>, input: &Value) -> String {
        let given = input[self.name_field].as_str().unwrap_or_default();
        let Some((_, name)) = given.rsplit_once('/') else { return given.to_owned() };
        let known = context.own.all(self.table).map(|(known, _)| known).find(|known| known.eq_ignore_ascii_case(name));
        known.unwrap_or(name).to_owned()
    }

    /// Returns the error for a name that does not exist.
    pub fn missing(&self, context: &CallContext<'_>, name: &str) -> Fault {
        let arn = self.arn(context, name);
        match self.words {
            Words::Validation => invalid(format!("Could not find {} \"{arn}\".", self.noun)),
            Words::Registry => invalid(format!("{} {arn} does not exist.", self.noun)),
            Words::Codes | Words::Pipeline => {
                Fault::new("ResourceNotFound", format!("The {} \"{arn}\" was not found.", self.noun))
            }
        }
    }

    /// Refuses a name that is taken. Names that differ in case only have the same ARN, so they are the same.
    pub fn check_free(&self, context: &CallContext<'_>, name: &str) -> Result<(), Fault> {
        if context.own.all(self.table).any(|(taken, _)| taken.eq_ignore_ascii_case(name)) {
            let arn = self.arn(context, name);
            return Err(match self.words {
                Words::Validation => invalid(format!("Cannot create already existing {} \"{arn}\".", self.noun)),
                Words::Registry => invalid(format!("{} already exists: {arn}", self.noun)),
                // The words are those that moto has for feature groups (`tests/test_sagemaker/test_sagemaker_feature_groups.py`).
                Words::Codes => {
                    let message = format!(
                        "Resource Already Exists: {} with name {name} already exists. Choose a different name.",
                        self.noun
                    );
                    Fault::new("ResourceInUse", message)
                }
                Words::Pipeline => invalid(format!(
                    "Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists."
                )),
            });
        }
        Ok(())
    }

    /// Returns the error for a change to a thing that is in a transition.
    pub fn in_progress(&self, context: &CallContext<'_>, name: &str) -> Fault {
        invalid(format!("Cannot update in-progress {} \"{}\".", self.noun, self.arn(context, name)))
    }
}
