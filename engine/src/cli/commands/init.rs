//! `ebb init`: creates a project.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::scaffold::files;

/// Creates a project: a crate with a stack, its tests, environments and a README
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The directory of the project; the current one if left out
    #[arg(default_value = ".")]
    directory: PathBuf,
    /// The name of the stack and its crate; that of the directory if left out
    #[arg(long)]
    name: Option<String>,
    /// A checkout of Ebbtide to build on, instead of its repository
    #[arg(long, value_name = "DIR")]
    library: Option<PathBuf>,
    /// Also writes workflows of GitHub Actions: a plan on pull requests, an apply on main, pauses by the schedule
    #[arg(long)]
    github: bool,
    /// Makes no git repository; one is made unless the directory is in one
    #[arg(long)]
    no_git: bool,
}

/// The steps that workflows need and a file cannot take.
const GITHUB: &str = "
On GitHub, before the first push:
  environments/prod.toml      set the account, and look at [schedule]: the stack is paused outside of it
  ebb state init --env prod   makes the bucket for state
  three variables             EBB_PLAN_ROLE, EBB_APPLY_ROLE and EBB_TICK_ROLE; each workflow says what its role needs
";

pub(in crate::cli) fn run(context: &CommandContext, arguments: &InitArgs) -> Result<u8, CommandError> {
    // Collecting the components drops each `.` after the first.
    let root: PathBuf = context.common.project.join(&arguments.directory).components().collect();
    let absolute = std::path::absolute(&root).map_err(|error| CommandError::failed("find the directory", error))?;
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    check(&name)?;
    let library = library(arguments.library.as_deref())?;
    let files = files(&name, &library, arguments.github);
    // Nothing is written if anything is there already.
    if let Some(existing) = files.iter().map(|(file, _)| root.join(file)).find(|path| path.exists()) {
        return Err(CommandError::new(CommandErrorKind::Output, format!("{} already exists", existing.display()))
            .hint("choose another directory; nothing was written"));
    }
    for (file, text) in &files {
        write(&root.join(file), text)?;
    }
    let without_git = if arguments.no_git { None } else { make_repository(&root).err() };
    let (place, enter) = if root == Path::new(".") {
        ("this directory".to_owned(), String::new())
    } else {
        (root.display().to_string(), format!("  cd {}\n", root.display()))
    };
    if let Some(reason) = without_git {
        context.output.warn(&format!("warning: no git repository was made: {reason}"));
    }
    let github = if arguments.github { GITHUB } else { "" };
    context.output.result(&format!(
        "Made the project {name} in {place}. Next:\n{enter}  ebb plan     shows the resources that would be created, in the \
         embedded cloud\n  ebb apply    creates them\n  cargo test   declares them, and brings them up in the embedded cloud\n{github}"
    ))?;
    Ok(DONE)
}

/// Makes a git repository of the project, unless it is in one.
fn make_repository(root: &Path) -> Result<(), String> {
    let git = |arguments: &[&str]| Command::new("git").current_dir(root).args(arguments).output();
    let is_inside = git(&["rev-parse", "--is-inside-work-tree"]).map_err(|error| format!("`git`: {error}"))?;
    if is_inside.status.success() {
        return Ok(());
    }
    let made = git(&["init", "--quiet"]).map_err(|error| format!("`git`: {error}"))?;
    if made.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&made.stderr).trim().to_owned()) }
}

/// A name that crate, stack and AWS resources can share.
fn check(name: &str) -> Result<(), CommandError> {
    let good = (1..=30).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good {
        return Ok(());
    }
    let message = format!(
        "`{name}` cannot be the name of a stack: use lower-case letters, digits and `-`, a letter first, 30 at most"
    );
    Err(CommandError::new(CommandErrorKind::Output, message).hint("name it with `--name NAME`"))
}

fn library(checkout: Option<&Path>) -> Result<String, CommandError> {
    let Some(checkout) = checkout else {
        // The release that this `ebb` is: the two exchange data, and a branch would move on.
        return Ok(format!("git = \"{}\", tag = \"v{}\"", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION")));
    };
    let absolute: PathBuf =
        std::path::absolute(checkout).map_err(|error| CommandError::failed("find the library", error))?;
    if !absolute.join("Cargo.toml").is_file() {
        let message = format!("{} is no checkout of Ebbtide: it has no Cargo.toml", absolute.display());
        return Err(CommandError::new(CommandErrorKind::Output, message)
            .hint("name the directory of a checkout, or leave `--library` out; nothing was written"));
    }
    Ok(format!("path = {:?}", absolute.display().to_string()))
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error| CommandError::failed(&format!("write {}", path.display()), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_crates_and_aws() {
        for name in ["demo", "my-stack-2"] {
            assert!(check(name).is_ok());
        }
        for name in ["", "Demo", "2x", "a_b", "a/b", &"x".repeat(31)] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
