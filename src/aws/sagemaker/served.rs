//! The parts of an inference component: the model or container that it serves, and the part of an instance that a copy takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::container::variable_problems;
use crate::aws::ModelName;
use crate::resource::{Declared, Input, Phase, Problems};

/// The model or container that an inference component serves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Served<P: Phase = Declared> {
    /// A model.
    Model(P::Of<ModelName>),
    /// A container without a model of SageMaker; it runs under the `execution_role` of the endpoint's configuration.
    Container(ComponentContainer<P>),
}

/// The container of an inference component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ComponentContainer<P: Phase = Declared> {
    /// The image with its registry, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
    pub image: P::Of<String>,
    /// The artifact of the model, one `.tar.gz` in S3; none if the image contains it.
    #[serde(default)]
    pub artifact: Option<P::Of<String>>,
    /// Environment variables. AWS and the state hold them in clear text, so they must not contain secrets.
    #[serde(default)]
    pub environment: BTreeMap<String, P::Of<String>>,
}

impl ComponentContainer {
    /// Creates a container whose image contains its model.
    pub fn new(image: impl Into<Input<String>>) -> Self {
        Self { image: image.into(), artifact: None, environment: BTreeMap::new() }
    }

    fn validate(&self, problems: &mut Problems) {
        if self.image.known().is_some_and(|image| image.is_empty() || image.contains(char::is_whitespace)) {
            problems.refuse("serves.container.image", "the name of an image is needed");
        }
        let artifact = self.artifact.as_ref().and_then(Input::known);
        if artifact.is_some_and(|uri| !(uri.starts_with("s3://") || uri.starts_with("https://")) || uri.len() > 1024) {
            let message = "write s3://BUCKET/KEY, of at most 1024 characters";
            problems.refuse("serves.container.artifact", message);
        }
        for problem in variable_problems(&self.environment) {
            problems.refuse("serves.container.environment", problem);
        }
    }
}

impl Served {
    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        if let Self::Container(container) = self {
            container.validate(problems);
        }
    }
}

/// The part of an instance that each copy of an inference component takes. AWS reserves it; a container may use more memory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentNeeds {
    /// The number of accelerators: GPUs, or chips of Inferentia and Trainium.
    #[serde(default)]
    pub accelerators: Option<u32>,
    /// The number of cores, at least 0.25. Accelerators or cores are needed.
    #[serde(default)]
    pub cpu_cores: Option<f32>,
    /// The least memory, in MB, at least 128. SageMaker keeps much of an instance for itself: on `ml.g5.xlarge`, of 16 GB, it was
    /// seen to refuse 4096.
    pub min_memory_mb: u32,
    /// The greatest memory, in MB.
    #[serde(default)]
    pub max_memory_mb: Option<u32>,
}

impl ComponentNeeds {
    /// Creates the needs of a copy on accelerators.
    pub fn accelerators(count: u32, min_memory_mb: u32) -> Self {
        Self { accelerators: Some(count), cpu_cores: None, min_memory_mb, max_memory_mb: None }
    }

    /// Creates the needs of a copy on cores alone.
    pub fn cpu_cores(count: f32, min_memory_mb: u32) -> Self {
        Self { accelerators: None, cpu_cores: Some(count), min_memory_mb, max_memory_mb: None }
    }

    /// Reports values that AWS would refuse (service model, InferenceComponentComputeResourceRequirements).
    pub(super) fn validate(&self, problems: &mut Problems) {
        if self.accelerators.is_none() && self.cpu_cores.is_none() {
            problems.refuse("needs", "a copy needs accelerators or cpu_cores");
        }
        if self.accelerators == Some(0) {
            problems.refuse("needs.accelerators", "AWS accepts 1 at least; leave it out for a copy on cores alone");
        }
        if self.cpu_cores.is_some_and(|cores| !cores.is_finite() || cores < 0.25) {
            problems.refuse("needs.cpu_cores", "AWS accepts 0.25 at least");
        }
        if self.min_memory_mb < 128 {
            problems.refuse("needs.min_memory_mb", "AWS accepts 128 MB at least");
        }
        if let Some(most) = self.max_memory_mb.filter(|most| *most < self.min_memory_mb) {
            let message = format!("{most} MB is below min_memory_mb, {}", self.min_memory_mb);
            problems.refuse("needs.max_memory_mb", message);
        }
    }
}
