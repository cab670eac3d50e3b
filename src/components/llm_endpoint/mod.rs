//! An endpoint that serves a language model, with its usual wiring: role, model, configuration, scaling, alarms.

mod alarms;
mod declare;
mod outputs;
mod role;
mod scaling;
mod settings;

pub use outputs::LlmEndpointOutputs;
pub use settings::{EndpointAlarms, LlmEndpoint, Mode, SUCCESSOR, Scaling, ScheduledBounds, Successor, VARIANT};
