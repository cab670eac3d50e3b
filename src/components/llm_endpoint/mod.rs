//! An endpoint that serves a language model, with its usual wiring: role, model, configuration, scaling, alarms.

mod alarms;
mod declare;
mod role;
mod scaling;
mod settings;

pub use declare::LlmEndpointOutputs;
pub use scaling::Scaling;
pub use settings::{EndpointAlarms, LlmEndpoint, Mode, ScheduledBounds, VARIANT};
