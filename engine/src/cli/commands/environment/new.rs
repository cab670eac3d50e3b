//! `ebb environment new`: makes an environment, empty or like another one.

use std::io::Write as _;

use clap::Args;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::environment::Project;

/// Makes environments/NAME.toml, with the settings of another environment
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The name
    name: String,
    /// The environment whose settings it begins with; without it, the embedded cloud
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// The region
    #[arg(long)]
    region: Option<String>,
    /// The account, 12 digits: nothing is changed while the credentials belong to another one
    #[arg(long)]
    account: Option<String>,
}

/// The file of an environment in the embedded cloud.
const EMBEDDED: &str = "#:schema ./schema.json\n[aws]\nregion = \"eu-west-1\"\nembedded = true\n";

/// The settings that belong to the account of an environment, and not to one like it.
const OF_ACCOUNT: [&str; 3] = ["account", "profile", "assume_role"];

pub(super) fn run(context: &CommandContext, arguments: &NewArgs) -> Result<u8, CommandError> {
    let NewArgs { name, from, region, account } = arguments;
    let project = context.project()?;
    let path = project.environment_file(name);
    let shown = Project::shown(&path);
    check(name)?;
    let text = match from {
        Some(from) => {
            context.recorded_environment_named(from)?;
            let from = project.environment_file(from);
            fs_err::read_to_string(&from)
                .map_err(|error| CommandError::failed(&format!("read {}", Project::shown(&from)), error))?
        }
        None => EMBEDDED.to_owned(),
    };
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        CommandError::new(CommandErrorKind::Environment, format!("cannot read the settings to begin with: {error}"))
    })?;
    let aws = document.entry("aws").or_insert(Item::Table(Table::new()));
    let Some(aws) = aws.as_table_like_mut() else {
        return Err(CommandError::new(
            CommandErrorKind::Environment,
            "`aws` is no table in the settings to begin with",
        ));
    };
    let dropped: Vec<&str> = OF_ACCOUNT.into_iter().filter(|key| aws.remove(key).is_some()).collect();
    if let Some(region) = region {
        aws.insert("region", value(region));
    }
    if let Some(account) = account {
        aws.insert("account", value(account));
        aws.remove("embedded");
    }
    write(&path, &document.to_string())?;
    // What was written is read as any environment is; a mistake in it is not left behind.
    if let Err(error) = context.recorded_environment_named(name) {
        // The error is about the settings, and the file is new.
        let _ = fs_err::remove_file(&path);
        return Err(error);
    }
    context.output.result(&format!("Made {shown}.\n"))?;
    let unset: Vec<String> = dropped
        .into_iter()
        .filter(|key| *key != "account" || account.is_none())
        .map(|key| format!("`{key}`"))
        .collect();
    if !unset.is_empty() {
        context.output.note(&format!("Not taken over, since they belong to the other account: {}.", unset.join(", ")));
    }
    context.output.note(&format!("`ebb environment diff` compares it, and `ebb plan -e {name}` uses it."));
    Ok(DONE)
}

fn check(name: &str) -> Result<(), CommandError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.len() <= 30 && name.chars().all(plain) {
        return Ok(());
    }
    let message = format!("`{name}` cannot be the name of an environment");
    Err(CommandError::new(CommandErrorKind::Usage, message)
        .hint("use lower-case letters, digits and `-`, 30 at most: it is part of names in AWS"))
}

/// Writes a file that must not exist yet.
fn write(path: &std::path::Path, text: &str) -> Result<(), CommandError> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let message = format!("{} exists already", Project::shown(path));
            CommandError::new(CommandErrorKind::Refused, message).hint("choose another name; nothing was written")
        }
        _ => CommandError::failed(&format!("write {}", Project::shown(path)), error),
    })
}
