//! Plans in files: written by `ebb plan --out`, read by `ebb apply`.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use ebbtide::plan::{PLAN_FORMAT, Plan};

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

/// Refuses to overwrite a file that is neither empty nor a plan file.
pub(super) fn check_target(path: &Path) -> Result<(), PlanFileError> {
    let foreign = || PlanFileError::Foreign { path: path.display().to_string() };
    match std::fs::metadata(path) {
        Err(_) => return Ok(()),
        Ok(metadata) if !metadata.is_file() => return Err(foreign()),
        Ok(_) => {}
    }
    let text = std::fs::read(path).map_err(|_| foreign())?;
    let value = serde_json::from_slice::<Value>(&text).unwrap_or_default();
    let is_plan = ["format", "lineage", "operations", "hash"].iter().all(|field| value.get(field).is_some());
    if is_plan || text.is_empty() { Ok(()) } else { Err(foreign()) }
}

/// Writes a plan into a file that only its owner may read: a plan holds the inputs of resources. A plan file of that name is
/// replaced as a whole.
pub(super) fn write(path: &Path, plan: &Plan) -> std::io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(plan)?)?;
    file.persist(&path)?;
    Ok(())
}

/// Reads a plan from a file and checks that it is complete and unedited.
pub(super) fn read(path: &Path) -> Result<Plan, PlanFileError> {
    let name = path.display().to_string();
    let not_a_plan = |source| PlanFileError::NotAPlan { path: name.clone(), source };
    let text = std::fs::read(path).map_err(|source| PlanFileError::Unreadable { path: name.clone(), source })?;
    let value: Value = serde_json::from_slice(&text).map_err(not_a_plan)?;
    match value.get("format").and_then(Value::as_u64) {
        Some(found) if found == u64::from(PLAN_FORMAT) => {}
        Some(found) => return Err(PlanFileError::Format { path: name, found }),
        None => return Err(PlanFileError::NoFormat { path: name }),
    }
    let plan: Plan = serde_json::from_value(value).map_err(not_a_plan)?;
    if plan.content_hash() == plan.hash { Ok(plan) } else { Err(PlanFileError::Edited { path: name }) }
}
