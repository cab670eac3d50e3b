//! Jobs that a plan does not run, and the resources that wait for their results.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::resource::Address;

/// A job that a plan does not run although it is not as declared, or a resource that waits for the result of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRun {
    /// The resource.
    pub address: Address,
    /// Why there is no operation.
    pub because: WhyNotRun,
}

/// Why a plan does not run a job, or leaves out a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhyNotRun {
    /// Its inputs are declared otherwise than they were when it was run.
    Changed {
        /// The top-level fields.
        fields: Vec<String>,
    },
    /// It failed, or was stopped; the reason in AWS's words.
    Failed(String),
    /// AWS does not have it any more.
    Gone,
    /// It is running, and this command does not wait for its end.
    Running,
    /// It waits for the result of this job.
    WaitsFor(Address),
}

impl NotRun {
    /// Returns what the command that names the job again would do, as a clause without a full stop.
    fn again(&self) -> String {
        format!("`--run {}` runs it again", self.address)
    }
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = self.again();
        match &self.because {
            WhyNotRun::Changed { fields } => {
                write!(f, "inputs differ from those of its run ({}); {again}", fields.join(", "))
            }
            WhyNotRun::Failed(why) => write!(f, "its run failed: {}; {again}", why.trim_end_matches('.')),
            WhyNotRun::Gone => write!(f, "AWS does not have it any more; {again}"),
            WhyNotRun::Running => f.write_str("it is running; `ebb apply` waits for its end"),
            WhyNotRun::WaitsFor(job) => write!(f, "waits for the result of {job}"),
        }
    }
}
