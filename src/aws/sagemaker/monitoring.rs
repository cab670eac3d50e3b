//! The parts of definitions of monitoring jobs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ModelVpc;
use super::text::location_problem;
use crate::aws::EndpointName;
use crate::resource::{Charge, Declared, Input, Phase, Problems};

/// The image that analyses the data, such as AWS's own of Model Monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringImage<P: Phase = Declared> {
    /// The image with its registry, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
    pub image: P::Of<String>,
    /// The entry point of the container, up to 100 texts; the image's unless given.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// The arguments of the container, up to 50.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// A script in S3 that AWS's image calls for each row before the analysis.
    #[serde(default)]
    pub preprocessor: Option<P::Of<String>>,
    /// A script in S3 that AWS's image calls after the analysis.
    #[serde(default)]
    pub postprocessor: Option<P::Of<String>>,
    /// Environment variables, up to 50. AWS and the state hold them in clear text, so they must not contain secrets.
    #[serde(default)]
    pub environment: BTreeMap<String, P::Of<String>>,
}

/// The data that a job analyses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringInput<P: Phase = Declared> {
    /// The origin of the data.
    pub source: MonitoringSource<P>,
    /// The folder in which the container finds the data.
    pub local_path: String,
    /// Whether the data is copied or streamed; copied unless given.
    #[serde(default)]
    pub mode: Option<InputMode>,
    /// The distribution of the data over several instances; all of it to each unless given.
    #[serde(default)]
    pub distribution: Option<DataDistribution>,
    /// The attributes that are the input of the model.
    #[serde(default)]
    pub features: Option<String>,
    /// The attribute that is the label.
    #[serde(default)]
    pub inference: Option<String>,
    /// The attribute with the probability of the class.
    #[serde(default)]
    pub probability: Option<String>,
    /// The probability from which on a result is positive.
    #[serde(default)]
    pub probability_threshold: Option<f64>,
    /// The time to take from the beginning of the analysed period, such as `-PT2H`.
    #[serde(default)]
    pub start_offset: Option<String>,
    /// The time to take from the end of the analysed period, such as `-PT1H`.
    #[serde(default)]
    pub end_offset: Option<String>,
    /// The attributes that are left out, up to 100 characters.
    #[serde(default)]
    pub excluded: Option<String>,
}

/// The origin of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum MonitoringSource<P: Phase = Declared> {
    /// The captured data of an endpoint. Its configuration has to capture data.
    Endpoint(P::Of<EndpointName>),
    /// The captured data of batch transform jobs.
    BatchTransform {
        /// The location of the data, `s3://BUCKET/PREFIX`, up to 512 characters.
        uri: P::Of<String>,
        /// The format of the data.
        format: DataFormat,
    },
}

/// The format of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataFormat {
    /// Values with commas.
    Csv {
        /// Whether the first line has the names.
        header: bool,
    },
    /// JSON.
    Json {
        /// Whether each line is an object.
        lines: bool,
    },
    /// Parquet.
    Parquet,
}

/// Whether data is copied or streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputMode {
    /// Copied as files.
    File,
    /// Streamed.
    Pipe,
}

/// The distribution of data over several instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataDistribution {
    /// Each instance gets all of it.
    FullyReplicated,
    /// Each instance gets a part, by the keys in S3.
    ShardedByS3Key,
}

/// The destination of the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringOutput<P: Phase = Declared> {
    /// The location, `s3://BUCKET/PREFIX`, up to 512 characters.
    pub uri: P::Of<String>,
    /// The folder in which the container leaves the results.
    pub local_path: String,
    /// The time of the upload; AWS chooses unless given.
    #[serde(default)]
    pub upload: Option<UploadMode>,
    /// The KMS key for the results; the bucket's default encryption unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
}

/// The time of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadMode {
    /// While the job runs.
    Continuous,
    /// At its end.
    EndOfJob,
}

/// The instances of a job, billed while it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringCluster<P: Phase = Declared> {
    /// The type, e.g. `ml.m5.xlarge`.
    pub instance_type: String,
    /// The number, 1 to 100.
    pub count: u32,
    /// The volume of each, in GB (1 to 16384).
    pub volume_gb: u32,
    /// The KMS key for the volumes; a key of AWS unless given.
    #[serde(default)]
    pub volume_kms_key: Option<P::Of<String>>,
}

/// The network of a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MonitoringNetwork<P: Phase = Declared> {
    /// Whether the traffic between several instances is encrypted.
    #[serde(default)]
    pub encrypted: bool,
    /// Whether the containers are prevented from making network calls.
    #[serde(default)]
    pub isolated: bool,
    /// Subnets and security groups; SageMaker's own network unless given.
    #[serde(default)]
    pub vpc: Option<ModelVpc<P>>,
}

impl MonitoringImage {
    /// Creates the analysis by an image, with AWS's defaults for everything else.
    pub fn new(image: impl Into<Input<String>>) -> Self {
        Self {
            image: image.into(),
            entrypoint: Vec::new(),
            arguments: Vec::new(),
            preprocessor: None,
            postprocessor: None,
            environment: BTreeMap::new(),
        }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let fits = |text: &String| text.len() <= 256;
        if self.image.known().is_some_and(|image| image.is_empty() || image.len() > 255) {
            problems.refuse("image.image", "the name of an image has 1 to 255 characters");
        }
        if self.entrypoint.len() > 100 || !self.entrypoint.iter().all(fits) {
            problems.refuse("image.entrypoint", "SageMaker accepts up to 100 texts of up to 256 characters");
        }
        if self.arguments.len() > 50 || !self.arguments.iter().all(fits) {
            problems.refuse("image.arguments", "SageMaker accepts up to 50 arguments of up to 256 characters");
        }
        for (field, script) in [("preprocessor", &self.preprocessor), ("postprocessor", &self.postprocessor)] {
            refuse_location(&format!("image.{field}"), script.as_ref(), 1024, problems);
        }
        let is_name = |name: &String| {
            fits(name)
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && !name.is_empty()
        };
        let value_fits = |value: &Input<String>| value.known().is_none_or(fits);
        let all_fit = self.environment.iter().all(|(name, value)| is_name(name) && value_fits(value));
        if self.environment.len() > 50 || !all_fit {
            let message =
                "SageMaker accepts up to 50 variables, of letters, digits and underscores, with up to 256 characters";
            problems.refuse("image.environment", message);
        }
    }
}

impl MonitoringInput {
    /// Creates the input of a job that analyses the captured data of an endpoint.
    pub fn of_endpoint(endpoint: impl Into<Input<EndpointName>>) -> Self {
        Self::of(MonitoringSource::Endpoint(endpoint.into()))
    }

    /// Creates the input of a job that analyses the captured data of batch transform jobs.
    pub fn of_batch_transform(uri: impl Into<Input<String>>, format: DataFormat) -> Self {
        Self::of(MonitoringSource::BatchTransform { uri: uri.into(), format })
    }

    /// Creates an input in the folder that AWS's image reads.
    fn of(source: MonitoringSource) -> Self {
        Self {
            source,
            local_path: "/opt/ml/processing/input/endpoint".to_owned(),
            mode: None,
            distribution: None,
            features: None,
            inference: None,
            probability: None,
            probability_threshold: None,
            start_offset: None,
            end_offset: None,
            excluded: None,
        }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        if let MonitoringSource::BatchTransform { uri, .. } = &self.source {
            refuse_location("input.source", Some(uri), 512, problems);
        }
        refuse_path("input.local_path", &self.local_path, problems);
        for (field, offset) in [("start_offset", &self.start_offset), ("end_offset", &self.end_offset)] {
            if offset.as_deref().is_some_and(|offset| !is_offset(offset)) {
                problems.refuse(format!("input.{field}"), "write a duration of up to 15 characters, such as -PT1H");
            }
        }
        if self.excluded.as_ref().is_some_and(|excluded| excluded.len() > 100) {
            problems.refuse("input.excluded", "SageMaker accepts up to 100 characters");
        }
        if self.probability_threshold.is_some_and(|threshold| !threshold.is_finite()) {
            problems.refuse("input.probability_threshold", "it is a number");
        }
    }
}

/// Returns whether a text is an offset, `-PT1H`: up to 15 characters, `P` first or after a sign (service model).
pub(super) fn is_offset(text: &str) -> bool {
    let mut characters = text.chars();
    let begins = text.starts_with('P') || { characters.next().is_some() && characters.next() == Some('P') };
    begins && text.chars().count() <= 15
}

impl MonitoringOutput {
    /// Creates a destination for what AWS's image leaves in its folder.
    pub fn to(uri: impl Into<Input<String>>) -> Self {
        Self { uri: uri.into(), local_path: "/opt/ml/processing/output".to_owned(), upload: None, kms_key: None }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        refuse_location("output.uri", Some(&self.uri), 512, problems);
        refuse_path("output.local_path", &self.local_path, problems);
    }
}

impl MonitoringCluster {
    /// Creates one instance with a volume of some size.
    pub fn one(instance_type: impl Into<String>, volume_gb: u32) -> Self {
        Self { instance_type: instance_type.into(), count: 1, volume_gb, volume_kms_key: None }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let parts: Vec<_> = self.instance_type.split('.').collect();
        if parts.len() != 3 || parts[0] != "ml" || parts.iter().any(|part| part.is_empty()) {
            let message = format!("`{}` is not an instance type: write ml.FAMILY.SIZE", self.instance_type);
            problems.refuse("cluster.instance_type", message);
        }
        if !(1..=100).contains(&self.count) {
            problems.refuse("cluster.count", "a job has 1 to 100 instances");
        }
        if !(1..=16384).contains(&self.volume_gb) {
            problems.refuse("cluster.volume_gb", "a volume has 1 to 16384 GB");
        }
    }

    /// Returns the charges for the runs of the job: `processing_hours` counts the hours of its runs.
    pub(super) fn charges(&self) -> Vec<Charge> {
        let count = f64::from(self.count);
        let hours = "processing_hours";
        vec![
            Charge::by_use(format!("sagemaker.processing.{}", self.instance_type), hours).times(count),
            // A month of the price list has 730 hours.
            Charge::by_use("sagemaker.processing.storage", hours).times(count * f64::from(self.volume_gb) / 730.0),
        ]
    }
}

impl MonitoringNetwork {
    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let Some(vpc) = &self.vpc else { return };
        if !(1..=16).contains(&vpc.subnets.len()) {
            problems.refuse("network.vpc.subnets", "a job runs in 1 to 16 subnets");
        }
        if !(1..=5).contains(&vpc.security_groups.len()) {
            problems.refuse("network.vpc.security_groups", "a job has 1 to 5 security groups");
        }
    }
}

/// Reports a location that AWS would refuse.
pub(super) fn refuse_location(field: &str, uri: Option<&Input<String>>, longest: usize, problems: &mut Problems) {
    if let Some(problem) = uri.and_then(Input::known).and_then(|uri| location_problem(uri, longest)) {
        problems.refuse(field, problem);
    }
}

fn refuse_path(field: &str, path: &str, problems: &mut Problems) {
    if !path.starts_with('/') || path.len() > 256 {
        problems.refuse(field, "it is the path of a folder of up to 256 characters, from `/` on");
    }
}
