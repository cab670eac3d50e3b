//! Reasons: why an operation is planned, as data with one wording for people.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::resource::Address;

/// The reason of an operation. Its `Display` form is a clause without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The resource is declared and not recorded.
    New,
    /// A pause put the resource to sleep, and the stack runs again.
    Resumed,
    /// The resource bills by the hour, and the stack is paused.
    Paused,
    /// The resource is recorded and no longer wanted.
    NotWanted,
    /// The resource sleeps and is no longer wanted.
    NotWantedAsleep,
    /// The resource was deleted outside of Ebbtide.
    DeletedOutside,
    /// The resource failed; the reason in AWS's words.
    Failed(String),
    /// AWS is deleting the resource; the status in AWS's words.
    BeingDeleted(String),
    /// AWS accepted the resource, and it was not seen ready yet.
    NotReadyYet,
    /// The job is declared and was not run yet.
    FirstRun,
    /// The job was named, to be run again.
    RunAgain,
    /// The job is running; the status in AWS's words.
    Running(String),
    /// The job has ended, and its result is not recorded yet.
    Ended,
    /// The job is no longer wanted, and is running: it has to be stopped.
    Stopped,
    /// The job is no longer wanted, and has ended.
    Over,
    /// Fields differ and can be changed in place.
    Changed {
        /// The top-level fields.
        fields: Vec<String>,
        /// Whether they were changed outside of Ebbtide.
        outside: bool,
    },
    /// An update of fields was begun and not finished, and the desired values are others by now.
    Unfinished {
        /// The top-level fields.
        fields: Vec<String>,
    },
    /// Fields are as declared already, and recorded otherwise: an update was cut off after AWS had made it, or somebody else
    /// made the same change.
    Unrecorded {
        /// The top-level fields.
        fields: Vec<String>,
    },
    /// Fields differ that cannot be changed in place.
    Immutable {
        /// The top-level fields.
        fields: Vec<String>,
        /// Whether they were changed outside of Ebbtide.
        outside: bool,
    },
    /// A dependency is deleted before it is created again.
    DependencyReplaced(Address),
    /// AWS deletes the resource with another one, which is deleted before it is created again.
    DeletedWith(Address),
    /// A replacement takes over.
    Superseded,
    /// An earlier generation was replaced and still exists.
    Deposed(u32),
    /// A reason of a plan of an earlier format, in words.
    Other(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = |outside: &bool| if *outside { "changed outside of ebb" } else { "changed" };
        match self {
            Self::New => f.write_str("new"),
            Self::Resumed => f.write_str("asleep while the stack was paused"),
            Self::Paused => f.write_str("bills by the hour, and the stack is paused"),
            Self::NotWanted => f.write_str("no longer wanted"),
            Self::NotWantedAsleep => f.write_str("asleep and no longer wanted"),
            Self::DeletedOutside => f.write_str("deleted outside of ebb"),
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::BeingDeleted(status) => write!(f, "being deleted ({status})"),
            Self::NotReadyYet => f.write_str("created and not seen ready yet"),
            Self::FirstRun => f.write_str("not run yet"),
            Self::RunAgain => f.write_str("named with --run"),
            Self::Running(status) => write!(f, "running ({status}): this waits for its end"),
            Self::Ended => f.write_str("ended, and its result is not recorded yet"),
            Self::Stopped => f.write_str("no longer wanted and still running: it is stopped first, since it bills"),
            Self::Over => f.write_str("no longer wanted: it has ended and left nothing, and AWS keeps its report"),
            Self::Changed { fields, outside } => write!(f, "{} {}", fields.join(", "), by(outside)),
            Self::Unfinished { fields } => {
                write!(f, "an earlier change of {} was cut off and may have been made", fields.join(", "))
            }
            Self::Unrecorded { fields } => {
                write!(f, "{} already as declared, and recorded otherwise", fields.join(", "))
            }
            Self::Immutable { fields, outside } => {
                write!(f, "{} {} and cannot be changed in place", fields.join(", "), by(outside))
            }
            Self::DependencyReplaced(other) => {
                write!(f, "depends on {other}, which is deleted before it is created again")
            }
            Self::DeletedWith(other) => write!(f, "AWS deletes it with {other}, which is created again"),
            Self::Superseded => f.write_str("its replacement takes over"),
            Self::Deposed(generation) => write!(f, "generation {generation} was replaced and still exists"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}
