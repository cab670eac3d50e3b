//! `bedrock_customization_job`: a job that makes a custom model of a base model. It runs once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::{name_problem, place_problem};
use super::prices::items_of_base;
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, RoleArn, SecurityGroupId, SubnetId};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// The hyperparameter with the number of times that the training data is gone through.
const EPOCHS: &str = "epochCount";

/// A customization job: it is run once, with data and parameters, and leaves a custom model. A change of anything but tags makes
/// another run of it, which has to be named: `ebb apply --run ADDRESS`.
///
/// ```
/// # use ebbtide::aws::bedrock::CustomizationJob;
/// # use ebbtide::aws::iam::RoleOutputs;
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, role: &RoleOutputs<Declared>) {
/// let job = CustomizationJob {
///     training_tokens: Some(1_200_000),
///     ..CustomizationJob::new("amazon.nova-lite-v1:0:300k", &role.arn, "s3://training/data.jsonl", "s3://models/expert/")
/// };
/// let job = stack.add("expert", job);
/// stack.output("MODEL", &job.model_arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CustomizationJob<P: Phase = Declared> {
    /// The name of the custom model, up to 63 letters and digits with single hyphens and underscores between them. Each run makes
    /// another model of this name. Derived from environment, stack, address and run unless given.
    #[serde(default)]
    pub model_name: Option<String>,
    /// The id or the ARN of the base model.
    pub base_model: P::Of<String>,
    /// The way in which the base model is customized.
    #[serde(default)]
    pub customization: CustomizationType,
    /// The role that reads the data and writes the metrics.
    pub role: P::Of<RoleArn>,
    /// The training data: an object in S3, `s3://BUCKET/KEY`.
    pub training_data: P::Of<String>,
    /// Data for validation: objects in S3, at most 10.
    #[serde(default)]
    pub validation_data: Vec<P::Of<String>>,
    /// The place in S3 that gets the metrics: `s3://BUCKET/PREFIX/`.
    pub output_data: P::Of<String>,
    /// The parameters, by name, such as `epochCount`.
    #[serde(default)]
    pub hyper_parameters: BTreeMap<String, String>,
    /// The ARN of the KMS key that encrypts the custom model; AWS's own unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// The network of the job; Bedrock's own unless given.
    #[serde(default)]
    pub vpc: Option<JobVpc<P>>,
    /// The tokens of the training data, for the price of a run: AWS bills them for each epoch. It is no input of the job.
    #[serde(default)]
    pub training_tokens: Option<u64>,
    /// Tags of the job and of its custom model. Those of the model are set when the job is run.
    #[serde(default)]
    pub tags: Tags,
}

/// The way in which a base model is customized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomizationType {
    /// With examples of prompts and answers.
    #[default]
    FineTuning,
    /// With texts.
    ContinuedPreTraining,
}

/// The network of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct JobVpc<P: Phase = Declared> {
    /// The subnets, 1 to 16.
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups, 1 to 5.
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
}

impl CustomizationJob {
    /// Creates a job that fine-tunes a base model with AWS's default parameters.
    pub fn new(
        base_model: impl Into<Input<String>>,
        role: impl Into<Input<RoleArn>>,
        training_data: impl Into<Input<String>>,
        output_data: impl Into<Input<String>>,
    ) -> Self {
        Self {
            model_name: None,
            base_model: base_model.into(),
            customization: CustomizationType::FineTuning,
            role: role.into(),
            training_data: training_data.into(),
            validation_data: Vec::new(),
            output_data: output_data.into(),
            hyper_parameters: BTreeMap::new(),
            kms_key: None,
            vpc: None,
            training_tokens: None,
            tags: Tags::new(),
        }
    }

    /// Returns the price of a run: the tokens of all epochs.
    fn price_of_a_run(&self) -> Charge {
        let base = self.base_model.known().map_or("model", String::as_str);
        let item = match items_of_base(base) {
            Some(items) => format!("{items}.training"),
            None => {
                let id = base.rsplit('/').next().unwrap_or(base);
                format!("bedrock.customization.{}.tokens", id.replace([':', '.'], "_"))
            }
        };
        let epochs = self.hyper_parameters.get(EPOCHS).map(|epochs| epochs.parse::<f64>());
        match (self.training_tokens, epochs) {
            (None, _) => Charge::once_for_unknown(item, "`training_tokens` is not given"),
            (_, None) => Charge::once_for_unknown(item, format!("the hyperparameter `{EPOCHS}` is not given")),
            (_, Some(Err(_))) => Charge::once_for_unknown(item, format!("the hyperparameter `{EPOCHS}` is no number")),
            #[expect(clippy::cast_precision_loss, reason = "a sum of dollars does not tell so many tokens apart")]
            (Some(tokens), Some(Ok(epochs))) => Charge::once(item, tokens as f64 * epochs / 1000.0),
        }
    }

    /// Returns the price of keeping the custom model.
    fn price_of_storage(&self) -> Charge {
        let items = self.base_model.known().and_then(|base| items_of_base(base)).unwrap_or("bedrock");
        Charge::monthly(format!("{items}.custom_model.storage"), 1.0)
    }
}

impl<P: Phase> CustomizationJob<P> {
    /// Returns the name that the job has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        identity.name(super::names::MAX_NAME_LENGTH)
    }

    /// Returns the name that the custom model has in AWS.
    #[doc(hidden)]
    pub fn aws_model_name(&self, identity: &Identity) -> String {
        self.model_name.clone().unwrap_or_else(|| self.aws_name(identity))
    }
}

/// The outputs of a customization job. Those of its model and the metrics are there once it is completed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CustomizationJobOutputs<P: Phase> {
    /// The ARN of the job.
    pub arn: P::Of<Arn>,
    /// The name of the job.
    pub name: P::Of<String>,
    /// The ARN of the custom model.
    pub model_arn: P::Of<String>,
    /// The name of the custom model.
    pub model_name: P::Of<String>,
    /// The training loss.
    pub training_loss: P::Of<String>,
    /// The loss of each set of validation data, in the order of these, with commas between.
    pub validation_loss: P::Of<String>,
}

impl Resource for CustomizationJob {
    const KIND: &'static str = "bedrock_customization_job";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("it is the custom model");
    const REPLACE_ON: &'static [&'static str] = fields!(CustomizationJob: model_name, base_model, customization, role, training_data,
        validation_data, output_data, hyper_parameters, kms_key, vpc);
    const UNORDERED: &'static [&'static str] = &["vpc.subnets", "vpc.security_groups"];
    const IS_JOB: bool = true;
    // The report of a real job says 4 to 8 hours.
    const TYPICAL_SECONDS: u32 = 6 * 3600;
    type Resolved = CustomizationJob<Resolved>;
    type Outputs<P: Phase> = CustomizationJobOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![self.price_of_a_run(), self.price_of_storage()])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.model_name.as_deref().and_then(name_problem) {
            problems.refuse("model_name", problem);
        }
        if self.base_model.known().is_some_and(String::is_empty) {
            problems.refuse("base_model", "is empty");
        }
        let places = [("training_data", &self.training_data), ("output_data", &self.output_data)];
        let validation = self.validation_data.iter().map(|place| ("validation_data", place));
        for (field, place) in places.into_iter().chain(validation) {
            if let Some(problem) = place.known().and_then(|place| place_problem(place)) {
                problems.refuse(field, problem);
            }
        }
        if self.validation_data.len() > 10 {
            problems.refuse("validation_data", "a job has at most 10 sets of validation data");
        }
        if self.kms_key.as_ref().and_then(Input::known).is_some_and(|key| !key.starts_with("arn:")) {
            problems.refuse("kms_key", "Bedrock wants the ARN of the key");
        }
        if let Some(vpc) = &self.vpc {
            if !(1..=16).contains(&vpc.subnets.len()) {
                problems.refuse("vpc.subnets", "a job runs in 1 to 16 subnets");
            }
            if !(1..=5).contains(&vpc.security_groups.len()) {
                problems.refuse("vpc.security_groups", "a job has 1 to 5 security groups");
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |job| job.model_name.as_ref(), |name| format!("another job makes a model named {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> CustomizationJob {
        let role = "arn:aws:iam::123456789012:role/training";
        CustomizationJob::new("amazon.nova-lite-v1:0:300k", role, "s3://training/data.jsonl", "s3://models/expert/")
    }

    #[test]
    fn what_aws_would_refuse_is_refused() {
        let problems_of = |job: &CustomizationJob| {
            let mut problems = Problems::new();
            job.validate(&mut problems);
            problems.fields().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(problems_of(&job()), [""; 0]);
        let wrong = CustomizationJob {
            model_name: Some("-expert".into()),
            base_model: "".into(),
            training_data: "training/data.jsonl".into(),
            kms_key: Some("alias/models".into()),
            vpc: Some(JobVpc { subnets: Vec::new(), security_groups: Vec::new() }),
            ..job()
        };
        let expected = ["model_name", "base_model", "training_data", "kms_key", "vpc.subnets", "vpc.security_groups"];
        assert_eq!(problems_of(&wrong), expected);
    }

    #[test]
    fn a_run_is_billed_for_the_tokens_of_all_epochs() {
        let hyper_parameters = BTreeMap::from([(EPOCHS.to_owned(), "3".to_owned())]);
        let priced = CustomizationJob { training_tokens: Some(500_000), hyper_parameters, ..job() };
        let Billing::Charges(charges) = priced.billing() else { panic!("it bills") };
        let storage = Charge::monthly("bedrock.nova_lite.custom_model.storage", 1.0);
        assert_eq!(charges, [Charge::once("bedrock.nova_lite.training", 1500.0), storage]);
        let of_another = CustomizationJob { base_model: "meta.llama3-1-8b-instruct-v1:0:128k".into(), ..priced };
        let Billing::Charges(charges) = of_another.billing() else { panic!("it bills") };
        let item = "bedrock.customization.meta_llama3-1-8b-instruct-v1_0_128k.tokens";
        assert_eq!(charges[0], Charge::once(item, 1500.0));
        let Billing::Charges(charges) = job().billing() else { panic!("it bills") };
        assert!(charges[0].is_once() && charges[1].is_by_time(), "{charges:?}");
    }
}
