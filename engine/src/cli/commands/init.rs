//! `ebb init`: creates a project.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};

/// Creates a project: a crate with a stack, environments and a README
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
}

/// The files of a new project; NAME and LIBRARY are filled in.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../templates/manifest.toml")),
    ("src/main.rs", include_str!("../templates/main.rs")),
    ("ebb.toml", include_str!("../templates/ebb.toml")),
    ("environments/local.toml", include_str!("../templates/local.toml")),
    ("environments/prod.toml", include_str!("../templates/prod.toml")),
    (".gitignore", "/target\n/state\n"),
    ("README.md", include_str!("../templates/readme.md")),
];

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
    // Nothing is written if anything is there already.
    if let Some(existing) = FILES.iter().map(|(file, _)| root.join(file)).find(|path| path.exists()) {
        return Err(CommandError::new(CommandErrorKind::Output, format!("{} already exists", existing.display()))
            .hint("choose another directory; nothing was written"));
    }
    for (file, template) in FILES {
        let text = template.replace("NAME", &name).replace("LIBRARY", &library);
        write(&root.join(file), &text)?;
    }
    let (place, enter) = if root == Path::new(".") {
        ("this directory".to_owned(), String::new())
    } else {
        (root.display().to_string(), format!("  cd {}\n", root.display()))
    };
    context.output.result(&format!(
        "Made the project {name} in {place}. Next:\n{enter}  ebb plan     shows the resources that would be created, in the \
         embedded cloud\n  ebb apply    creates them\n"
    ))?;
    Ok(DONE)
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
    let Some(checkout) = checkout else { return Ok(format!("git = \"{}\"", env!("CARGO_PKG_REPOSITORY"))) };
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
