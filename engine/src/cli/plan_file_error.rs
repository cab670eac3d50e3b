//! The reasons why a plan file cannot be used.

use ebbtide::plan::PLAN_FORMAT;

/// The reason why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanFileError {
    /// The file cannot be read.
    #[error("cannot read plan file {path}")]
    Unreadable { path: String, source: std::io::Error },
    /// The file holds no plan.
    #[error("{path} is not a plan file")]
    NotAPlan { path: String, source: serde_json::Error },
    /// The file does not say which format it has.
    #[error("{path} is not a plan file: it has no `format`")]
    NoFormat { path: String },
    /// The plan has another format.
    #[error("{path} has plan format {found}, and this version of ebb reads format {PLAN_FORMAT}")]
    Format { path: String, found: u64 },
    /// The file exists and holds no plan, so it is not overwritten.
    #[error("{path} exists and is not a plan file, so it is not overwritten")]
    Foreign { path: String },
    /// The content does not match its hash.
    #[error("{path} was changed after it was made: its content does not match its hash")]
    Edited { path: String },
}

impl PlanFileError {
    /// Returns what to do next.
    pub(super) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { path, .. } | Self::NotAPlan { path, .. } | Self::NoFormat { path } => {
                format!("`ebb plan --out {path}` makes one")
            }
            Self::Foreign { .. } => "name another file with --out, or delete this one first".to_owned(),
            Self::Format { .. } => "plan again with this version".to_owned(),
            Self::Edited { .. } => "plan again; a plan cannot be edited".to_owned(),
        })
    }
}
