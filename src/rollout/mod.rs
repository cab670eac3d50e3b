//! Roll-outs: the share of traffic that a new side gets, raised step by step as long as alarms are quiet.
//!
//! Everything here is a function of its arguments. The clock and the state of AWS are passed in.

mod next;
mod observed;
mod recorded;
mod rules;
mod settings;

pub use next::{Next, next};
pub use observed::{AlarmState, Observed, SeenAlarm, whole_percent};
pub use recorded::{Deed, Phase, Rollout};
pub use rules::{Rules, Step, Trigger};
pub use settings::{RollbackSettings, Settings, StepSettings};
