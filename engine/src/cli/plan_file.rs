//! Plans in files: written by `ebb plan --out`, read by `ebb apply`.

use std::path::Path;

use serde_json::Value;

use ebbtide::plan::{PLAN_FORMAT, Plan};

/// Why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// It cannot be read.
    #[error("cannot read plan file {path}: {source}; make one with `ebb plan --out {path}`")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is not a plan.
    #[error("{path} is not a plan file: {message}; make one with `ebb plan --out {path}`")]
    NotAPlan {
        /// The file.
        path: String,
        /// Why.
        message: String,
    },
    /// Its format is another one.
    #[error("{path} has plan format {found}, this ebb reads format {PLAN_FORMAT}; plan again with this version")]
    Format {
        /// The file.
        path: String,
        /// The format found.
        found: u64,
    },
    /// Its content does not match its hash.
    #[error(
        "{path} was changed after it was made: its content does not match its hash; plan again, a plan is never edited"
    )]
    Edited {
        /// The file.
        path: String,
    },
}

/// Writes a plan into a file.
pub(super) fn write(path: &Path, plan: &Plan) -> std::io::Result<()> {
    fs_err::write(path, serde_json::to_vec_pretty(plan)?)
}

/// Reads a plan from a file and checks that it is whole and unedited.
pub(super) fn read(path: &Path) -> Result<Plan, PlanFileError> {
    let name = path.display().to_string();
    let text = fs_err::read(path).map_err(|source| PlanFileError::Unreadable { path: name.clone(), source })?;
    let not_a_plan =
        |error: serde_json::Error| PlanFileError::NotAPlan { path: name.clone(), message: error.to_string() };
    let value: Value = serde_json::from_slice(&text).map_err(not_a_plan)?;
    match value.get("format").and_then(Value::as_u64) {
        Some(found) if found == u64::from(PLAN_FORMAT) => {}
        Some(found) => return Err(PlanFileError::Format { path: name, found }),
        None => return Err(PlanFileError::NotAPlan { path: name, message: "it has no `format`".into() }),
    }
    let plan: Plan = serde_json::from_value(value).map_err(not_a_plan)?;
    if plan.content_hash() == plan.hash { Ok(plan) } else { Err(PlanFileError::Edited { path: name }) }
}
