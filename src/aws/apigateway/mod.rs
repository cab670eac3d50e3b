//! API Gateway: REST APIs, with throttling, keys and canaries.

mod api_key;
mod deployment;
mod integration;
mod method;
mod method_settings;
mod resource;
mod rest_api;
mod stage;
mod usage_plan;
mod usage_plan_key;
mod verbs;

pub use api_key::{ApiKey, ApiKeyOutputs};
pub use deployment::{Deployment, DeploymentOutputs};
pub use integration::{
    Connection, ContentHandling, Integration, IntegrationKind, IntegrationResponse, Passthrough, TransferMode,
};
pub use method::{Authorization, Method, MethodOutputs, MethodResponse};
pub use method_settings::{ExecutionLog, MethodSettings};
pub use resource::{ApiResource, ApiResourceOutputs};
pub use rest_api::{ApiKeySource, EndpointType, IpAddresses, RestApi, RestApiOutputs};
pub use stage::{AccessLog, CacheSize, Canary, Stage, StageOutputs};
pub use usage_plan::{ApiStage, Quota, QuotaPeriod, Throttle, UsagePlan, UsagePlanOutputs};
pub use usage_plan_key::{UsagePlanKey, UsagePlanKeyOutputs};
