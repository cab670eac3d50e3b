//! `sagemaker_data_quality_job_definition`: a job that finds drift in the data of a model. Immutable.

use serde::{Deserialize, Serialize};

use super::monitoring::refuse_location;
use super::names::{content_conflicts, name_problem};
use super::{MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringNetwork, MonitoringOutput};
use crate::aws::{Arn, MonitoringJobDefinitionName, RoleArn};
use crate::resource::{
    Billing, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// A definition of jobs that compare the data of a model with a baseline. A `MonitoringSchedule` runs them. Its name is derived from
/// its content, so a changed definition can exist beside the old one while the schedule moves.
///
/// ```
/// # use ebbtide::aws::iam::RoleOutputs;
/// # use ebbtide::aws::sagemaker::{
/// #     DataQualityJobDefinition, EndpointOutputs, MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringOutput,
/// # };
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, role: &RoleOutputs<Declared>, endpoint: &EndpointOutputs<Declared>) {
/// let image = MonitoringImage::new("468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer");
/// let input = MonitoringInput::of_endpoint(&endpoint.name);
/// let output = MonitoringOutput::to("s3://monitoring/data-quality");
/// let cluster = MonitoringCluster::one("ml.m5.xlarge", 20);
/// let definition = stack.add("drift", DataQualityJobDefinition::new(&role.arn, image, input, output, cluster));
/// stack.output("DEFINITION", &definition.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DataQualityJobDefinition<P: Phase = Declared> {
    /// The beginning of the name, which a hash of the definition follows. Derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The role of the jobs.
    pub role: P::Of<RoleArn>,
    /// The image that analyses the data.
    pub image: MonitoringImage<P>,
    /// The job that made the baseline; AWS takes its results then.
    #[serde(default)]
    pub baseline_job: Option<String>,
    /// The constraints of the baseline, an object in S3.
    #[serde(default)]
    pub constraints: Option<P::Of<String>>,
    /// The statistics of the baseline, an object in S3.
    #[serde(default)]
    pub statistics: Option<P::Of<String>>,
    /// The data.
    pub input: MonitoringInput<P>,
    /// The destination of the results.
    pub output: MonitoringOutput<P>,
    /// The instances.
    pub cluster: MonitoringCluster<P>,
    /// The network; SageMaker's own unless given.
    #[serde(default)]
    pub network: Option<MonitoringNetwork<P>>,
    /// The longest run, in seconds (1 to 86400). AWS allows no more than the time between two runs: 3600 for an hourly schedule.
    #[serde(default)]
    pub max_runtime_seconds: Option<u32>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl DataQualityJobDefinition {
    /// Creates a definition without a baseline, in SageMaker's own network.
    pub fn new(
        role: impl Into<Input<RoleArn>>,
        image: MonitoringImage,
        input: MonitoringInput,
        output: MonitoringOutput,
        cluster: MonitoringCluster,
    ) -> Self {
        Self {
            name: None,
            role: role.into(),
            image,
            baseline_job: None,
            constraints: None,
            statistics: None,
            input,
            output,
            cluster,
            network: None,
            max_runtime_seconds: None,
            tags: Tags::new(),
        }
    }
}

/// The outputs of a definition of data quality jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DataQualityJobDefinitionOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<MonitoringJobDefinitionName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for DataQualityJobDefinition {
    const KIND: &'static str = "sagemaker_data_quality_job_definition";
    const PERSISTENCE: Persistence = Persistence::Durable;
    // AWS has no update of definitions.
    const REPLACE_ON: &'static [&'static str] = fields!(
        DataQualityJobDefinition: name, role, image, baseline_job, constraints, statistics, input, output, cluster, network,
        max_runtime_seconds
    );
    const UNORDERED: &'static [&'static str] = &["network.vpc.subnets", "network.vpc.security_groups"];
    type Resolved = DataQualityJobDefinition<Resolved>;
    type Outputs<P: Phase> = DataQualityJobDefinitionOutputs<P>;

    /// Returns the charges for the runs of the job.
    fn billing(&self) -> Billing {
        Billing::Charges(self.cluster.charges())
    }

    fn validate(&self, problems: &mut Problems) {
        for (field, name) in [("name", &self.name), ("baseline_job", &self.baseline_job)] {
            if let Some(problem) = name.as_deref().and_then(name_problem) {
                problems.refuse(field, problem);
            }
        }
        self.image.validate(problems);
        refuse_location("constraints", self.constraints.as_ref(), 1024, problems);
        refuse_location("statistics", self.statistics.as_ref(), 1024, problems);
        self.input.validate(problems);
        self.output.validate(problems);
        self.cluster.validate(problems);
        if let Some(network) = &self.network {
            network.validate(problems);
        }
        if self.max_runtime_seconds.is_some_and(|seconds| !(1..=86400).contains(&seconds)) {
            problems.refuse("max_runtime_seconds", "SageMaker accepts 1 to 86400 seconds");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let content = |one: &Self| one.name.is_some().then(|| Self { tags: Tags::new(), ..one.clone() });
        content_conflicts(&all.iter().map(content).collect::<Vec<_>>(), "definition")
    }
}
