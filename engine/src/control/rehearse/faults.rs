//! The faults of a rehearsal's cloud.

use ebbtide_cloud::{Cloud, FaultInjector};

use super::error::RehearsalError;

/// Faults in the words of the embedded cloud, understood but not yet begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(String);

impl Faults {
    /// Reads faults.
    pub fn parse(spec: &str) -> Result<Self, RehearsalError> {
        let words = || spec.split([',', ' ']).filter(|word| !word.is_empty());
        FaultInjector::from_spec(spec).map_err(|error| RehearsalError::Faults(error.to_string()))?;
        if let Some(kill) = words().find(|word| word.starts_with("kill-")) {
            let message = format!("`{kill}` ends the process, and the rehearsal with it; `drop-…` ends a connection");
            return Err(RehearsalError::Faults(message));
        }
        if words().next().is_none() {
            return Err(RehearsalError::Faults("no fault is named".to_owned()));
        }
        Ok(Self(spec.to_owned()))
    }

    /// Begins the faults: calls are numbered, and durations count, from now on.
    pub(super) fn begin(&self, cloud: &Cloud) -> Result<(), RehearsalError> {
        let hook = FaultInjector::from_spec(&self.0).map_err(|error| RehearsalError::Faults(error.to_string()))?;
        cloud.faults().start_over();
        cloud.faults().install(hook);
        Ok(())
    }
}
