//! The errors of a project's environments.

use std::path::PathBuf;

use crate::environment::suggest::did_you_mean;
use crate::sdk::Hint;
use crate::stacks::ProgramError;

/// A place in a file; line and column count from 1, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, relative to the current directory if it lies in it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A mistake in an environment's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The place of the mistake.
    pub location: Location,
    /// The mistake and its correction.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

/// The beginning of the message about settings of a stack that nobody declares.
pub(super) const NO_SUCH_STACK: &str = "no stack of this name is registered";

/// The reasons why an environment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// Neither the directory nor its ancestors are a project.
    #[error("no `environments` directory in {} or any directory above it", .start.display())]
    NoProject {
        /// The directory where the search started.
        start: PathBuf,
    },
    /// There is no environment of that name.
    #[error("there is no environment `{name}`{} ({})", did_you_mean(.nearest.as_deref()), list_of(.known))]
    Unknown {
        /// The given name.
        name: String,
        /// The most similar name.
        nearest: Option<String>,
        /// The names that exist.
        known: Vec<String>,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The program that declares the stacks cannot be used.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The environment's file is invalid.
    #[error("{}", lines(.0))]
    Invalid(Vec<Fault>),
    /// `ebb.toml` is invalid.
    #[error("{}", lines(.0))]
    InvalidProject(Vec<Fault>),
}

impl EnvironmentError {
    /// Returns whether the file has settings of a stack that is not declared.
    pub fn names_no_stack(&self) -> bool {
        matches!(self, Self::Invalid(faults) if faults.iter().any(|fault| fault.message.starts_with(NO_SUCH_STACK)))
    }
}

impl Hint for EnvironmentError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoProject { .. } => {
                Some("go to a project's directory, name it with `-C DIR`, or make one with `ebb init DIR`".to_owned())
            }
            Self::Unknown { known, .. } if known.is_empty() => {
                Some("write `environments/local.toml`; `ebb init DIR` writes an example".to_owned())
            }
            Self::Unknown { .. } => Some("choose one with `--env NAME` or EBB_ENV".to_owned()),
            Self::Unreadable { .. } => None,
            Self::Program(error) => Some(error.hint()),
            Self::Invalid(_) => Some("`ebb environment schema` prints all settings of such a file".to_owned()),
            Self::InvalidProject(_) => {
                Some("ebb.toml names the program of this project, such as command = [\"cargo\", \"run\", \"--quiet\"] under [program]".to_owned())
            }
        }
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn list_of(known: &[String]) -> String {
    if known.is_empty() { "`environments/` has none".to_owned() } else { format!("there are: {}", known.join(", ")) }
}
