//! SageMaker: one file for each kind, and for each part of a kind that has a name of its own.

mod async_inference;
mod capture;
mod container;
mod data_quality_job_definition;
mod deployment;
mod endpoint;
mod endpoint_config;
mod feature;
mod feature_group;
#[cfg(test)]
mod feature_group_tests;
mod feature_store;
mod inference_component;
mod model;
mod model_package_group;
mod model_quality_job_definition;
mod monitoring;
mod monitoring_schedule;
#[cfg(test)]
mod monitoring_tests;
mod names;
mod pipeline;
mod served;
mod text;
mod variant;

pub use async_inference::{AsyncInference, AsyncNotification};
pub use capture::{CaptureMode, DataCapture};
pub use container::{Container, ContainerMode, ModelData, ModelForm};
pub use data_quality_job_definition::{DataQualityJobDefinition, DataQualityJobDefinitionOutputs};
pub use deployment::{Deployment, Size, Strategy};
pub use endpoint::{Endpoint, EndpointOutputs};
pub use endpoint_config::{EndpointConfig, EndpointConfigOutputs};
pub use feature::{Collection, Feature, FeatureType};
pub use feature_group::{FeatureGroup, FeatureGroupOutputs};
pub use feature_store::{
    DataCatalog, Lifetime, LifetimeUnit, OfflineStore, OnlineStorage, OnlineStore, TableFormat, Throughput,
};
pub use inference_component::{InferenceComponent, InferenceComponentOutputs};
pub use model::{InferenceExecution, Model, ModelOutputs, ModelVpc};
pub use model_package_group::{ModelPackageGroup, ModelPackageGroupOutputs};
pub use model_quality_job_definition::{ModelQualityJobDefinition, ModelQualityJobDefinitionOutputs, ProblemType};
pub use monitoring::{
    DataDistribution, DataFormat, InputMode, MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringNetwork,
    MonitoringOutput, MonitoringSource, UploadMode,
};
pub use monitoring_schedule::{MonitoringKind, MonitoringSchedule, MonitoringScheduleOutputs};
#[doc(hidden)]
pub use names::MAX_NAME_LENGTH;
pub use pipeline::{Pipeline, PipelineDefinition, PipelineOutputs};
pub use served::{ComponentContainer, ComponentNeeds, Served};
pub use variant::{Hosting, Instances, ManagedScaling, Routing, Serverless, Variant};
