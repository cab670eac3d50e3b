//! Plans in files: written by `ebb plan --out`, read by `ebb apply`, `ebb show` and `ebb cost diff`.

use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::cli::plan_file_error::PlanFileError;
use crate::environment::Environment;
use crate::state::{StateError, StateStore};
use ebbtide::plan::{PLAN_FORMAT, Plan};
use ebbtide::record::StateDocument;

/// The use of a plan's encryption.
const PURPOSE: &str = "plan";

/// The first line of an encrypted plan file: whose keys decrypt the rest, which has the form of an encrypted state.
#[derive(Debug, Serialize, Deserialize)]
struct Cover {
    ebb_plan: Covered,
}

#[derive(Debug, Serialize, Deserialize)]
struct Covered {
    format: u32,
    environment: String,
    stack: String,
}

/// The beginning of an encrypted plan file.
const COVER: &[u8] = br#"{"ebb_plan":"#;

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
    if is_plan || text.is_empty() || uncovered(&text).is_some() { Ok(()) } else { Err(foreign()) }
}

/// Writes a plan into a file that only its owner may read: a plan holds the inputs of resources. It is encrypted where the state
/// is. A plan file of that name is replaced as a whole.
pub(super) async fn write(path: &Path, plan: &Plan, state: &StateStore) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| CommandError::failed("save the plan", error);
    let bytes = serde_json::to_vec_pretty(plan).map_err(|error| failed(error.into()))?;
    let bytes = match state.seal(bytes.clone(), PURPOSE, &path.display().to_string()).await? {
        None => bytes,
        Some(sealed) => {
            let (environment, stack) = (plan.scope.environment.clone(), plan.scope.stack.clone());
            let cover = Cover { ebb_plan: Covered { format: plan.format, environment, stack } };
            let mut covered = serde_json::to_vec(&cover).map_err(|error| failed(error.into()))?;
            covered.push(b'\n');
            covered.extend(sealed);
            covered
        }
    };
    replace(path, &bytes).map_err(failed)
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(&path)?;
    Ok(())
}

/// Returns the cover and the encrypted rest of a plan file; `None` if it is not encrypted.
fn uncovered(bytes: &[u8]) -> Option<(Covered, &[u8])> {
    if !bytes.starts_with(COVER) {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let cover: Cover = serde_json::from_slice(&bytes[..end]).ok()?;
    Some((cover.ebb_plan, &bytes[end + 1..]))
}

/// Reads a plan from a file, decrypts it if it is encrypted, and checks that it is complete, unedited and of this environment.
/// An encrypted plan needs the environment and the key of its state.
pub(super) async fn read(context: &CommandContext, path: &Path) -> Result<Plan, CommandError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| PlanFileError::Unreadable { path: name.clone(), source })?;
    let Some((cover, sealed)) = uncovered(&bytes) else { return Ok(decoded(&bytes, name)?) };
    if cover.format != PLAN_FORMAT {
        return Err(PlanFileError::Format { path: name, found: cover.format.into() }.into());
    }
    let environment = context.recorded_environment()?;
    check_environment(&environment, &cover.environment)?;
    let state = environment.state(&cover.stack, None).await?;
    let bytes = state.unseal(sealed, PURPOSE, &name).await?;
    Ok(decoded(&bytes.ok_or_else(|| PlanFileError::Edited { path: name.clone() })?, name)?)
}

/// Refuses a plan of another environment.
pub(super) fn check_environment(environment: &Environment, planned: &str) -> Result<(), CommandError> {
    if planned == environment.name() {
        return Ok(());
    }
    let message = format!("this plan was made for environment {planned}, not for {}", environment.name());
    Err(CommandError::new(CommandErrorKind::PlanFile, message).hint(format!("pass `--env {planned}`")))
}

/// Returns the document that a plan was made from. Where its serial is not kept any more, it is the present one, with a note.
pub(super) async fn document(
    context: &CommandContext,
    environment: &Environment,
    plan: &Plan,
) -> Result<StateDocument, CommandError> {
    let scope = &plan.scope;
    let empty = || StateDocument::empty(scope.clone(), jiff::Timestamp::now(), plan.lineage.clone(), String::new());
    if plan.serial == 0 {
        return Ok(empty());
    }
    let state = environment.state(&scope.stack, None).await?;
    let mut document = match state.at(plan.serial).await {
        Err(StateError::NoSuchSerial { .. }) => {
            let present = state.read().await?.map(|(document, _)| document).unwrap_or_else(empty);
            let note =
                format!("Serial {} of the state is not kept: compared with serial {}.", plan.serial, present.serial);
            context.output.note(&note);
            present
        }
        document => document?,
    };
    if document.lineage != plan.lineage {
        let message =
            format!("this plan was made from another state than the one of {} in {}", scope.stack, scope.environment);
        return Err(CommandError::new(CommandErrorKind::PlanFile, message)
            .hint("plan again, or point [state] at the state that it was made from"));
    }
    document.migrate_inputs(context.providers.kinds(), &mut []);
    Ok(document)
}

fn decoded(bytes: &[u8], name: String) -> Result<Plan, PlanFileError> {
    let not_a_plan = |source| PlanFileError::NotAPlan { path: name.clone(), source };
    let value: Value = serde_json::from_slice(bytes).map_err(not_a_plan)?;
    match value.get("format").and_then(Value::as_u64) {
        Some(found) if found == u64::from(PLAN_FORMAT) => {}
        Some(found) => return Err(PlanFileError::Format { path: name, found }),
        None => return Err(PlanFileError::NoFormat { path: name }),
    }
    let plan: Plan = serde_json::from_value(value).map_err(not_a_plan)?;
    if plan.content_hash() == plan.hash { Ok(plan) } else { Err(PlanFileError::Edited { path: name }) }
}
