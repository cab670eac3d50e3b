//! SageMaker hosting: one file for each kind, and for each part of a kind that has a name of its own.

mod async_inference;
mod capture;
mod container;
mod deployment;
mod endpoint;
mod endpoint_config;
mod model;
mod names;
mod variant;

pub use async_inference::{AsyncInference, AsyncNotification};
pub use capture::{CaptureMode, DataCapture};
pub use container::{Container, ContainerMode, ModelData, ModelForm};
pub use deployment::{Deployment, Size, Strategy};
pub use endpoint::{Endpoint, EndpointOutputs};
pub use endpoint_config::{EndpointConfig, EndpointConfigOutputs};
pub use model::{InferenceExecution, Model, ModelOutputs, ModelVpc};
#[doc(hidden)]
pub use names::MAX_NAME_LENGTH;
pub use variant::{Hosting, Instances, ManagedScaling, Routing, Serverless, Variant};
