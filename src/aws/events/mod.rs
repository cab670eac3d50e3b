//! EventBridge: rules.

mod rule;

pub use rule::{Rule, RuleOutputs, RuleState, Target};
