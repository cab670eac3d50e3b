//! What can be wrong with a project's environments.

use std::path::PathBuf;

use crate::sdk::Hint;
use crate::stacks::ProgramError;

/// A place in a file; line and column count from 1, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as it is best shown: relative to the current directory where that is possible.
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

/// One thing that is wrong with an environment's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub location: Location,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

/// What can be wrong with a project's environments.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// There is no project here.
    #[error("no `environments` directory in {} or any directory above it", .start.display())]
    NoProject {
        /// Where the search began.
        start: PathBuf,
    },
    /// There is no environment of that name.
    #[error("there is no environment `{name}`{} ({})", did_you_mean(.nearest.as_deref()), list_of(.known))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The one most like it.
        nearest: Option<String>,
        /// Those that exist.
        known: Vec<String>,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The program that declares the stacks cannot be used.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The file is invalid.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Fault>),
}

impl Hint for EnvironmentError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoProject { .. } => {
                Some("go to a project's directory, name it with `-C DIR`, or make one with `ebb init DIR`".to_owned())
            }
            Self::Unknown { known, .. } if known.is_empty() => {
                Some("write `environments/local.toml`; `ebb init` shows what one looks like".to_owned())
            }
            Self::Unknown { .. } => Some("choose one with `--env NAME` or EBB_ENV".to_owned()),
            Self::Unreadable { .. } => None,
            Self::Program(error) => Some(error.hint()),
            Self::Invalid(_) => Some("`ebb environment schema` prints all that can stand in such a file".to_owned()),
        }
    }
}

/// `; did you mean …?`, or nothing.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn list_of(known: &[String]) -> String {
    if known.is_empty() { "`environments/` has none".to_owned() } else { format!("there are: {}", known.join(", ")) }
}
