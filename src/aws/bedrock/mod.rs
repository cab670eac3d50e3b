//! Bedrock: guardrails and their versions, inference profiles, jobs that make custom models, models made elsewhere, the two ways to use
//! these, and the log of invocations.

mod checks;
mod custom_model;
mod custom_model_deployment;
mod customization_job;
mod guardrail;
mod guardrail_version;
mod inference_profile;
mod invocation_logging;
mod names;
mod personal_data;
mod policies;
mod prices;
mod provisioned_throughput;
mod words;

pub use custom_model::{CustomModel, CustomModelOutputs};
pub use custom_model_deployment::{CustomModelDeployment, CustomModelDeploymentOutputs};
pub use customization_job::{CustomizationJob, CustomizationJobOutputs, CustomizationType, JobVpc};
pub use guardrail::{Guardrail, GuardrailOutputs};
pub use guardrail_version::{GuardrailVersion, GuardrailVersionOutputs};
pub use inference_profile::{InferenceProfile, InferenceProfileOutputs, ProfileModel};
pub use invocation_logging::{InvocationLogging, InvocationLoggingOutputs};
pub use personal_data::{DataAction, PatternRule, PersonalData, PersonalDataRule};
pub use policies::{
    ContentCategory, ContentFilter, ContentPolicy, GroundingFilter, GroundingKind, ReasoningPolicy, Strength, Topic,
    TopicKind, TopicPolicy,
};
pub use provisioned_throughput::{Commitment, ProvisionedThroughput, ProvisionedThroughputOutputs};
pub use words::{ManagedList, Modality, Tier, Verdict, Word, WordList};
