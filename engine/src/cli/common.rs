//! Arguments that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use ebbtide::plan::Target;

/// The flags of every command.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// The environment: environments/NAME.toml [default: EBB_ENV, else local]
    #[arg(short, long, global = true, value_name = "NAME", help_heading = "Common")]
    env: Option<String>,
    /// Uses the project in this directory, or the nearest one above it
    #[arg(short = 'C', global = true, value_name = "DIR", default_value = ".", help_heading = "Common")]
    pub(super) project: PathBuf,
    /// Prints JSON: one object, or one event a line
    #[arg(long, global = true, help_heading = "Common")]
    pub(super) json: bool,
    /// Proceeds without asking for confirmation
    #[arg(short, long, global = true, help_heading = "Common")]
    pub(super) yes: bool,
    /// Prints no colours, as NO_COLOR does
    #[arg(long, global = true, help_heading = "Common")]
    pub(super) no_color: bool,
    /// Prints results and errors only
    #[arg(short, long, global = true, help_heading = "Common")]
    pub(super) quiet: bool,
    /// Prints more details; twice: logs every call to AWS (EBB_LOG selects what is logged)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Common")]
    pub(super) verbose: u8,
}

impl Common {
    /// Returns the name of the environment: that of the command line, else EBB_ENV, else `local`. An empty variable counts as
    /// none, since CI systems set variables that are not defined to an empty text.
    pub(super) fn environment(&self) -> String {
        let variable = || std::env::var("EBB_ENV").ok().filter(|name| !name.is_empty());
        self.env.clone().or_else(variable).unwrap_or_else(|| "local".to_owned())
    }
}

/// The stack that a command works on.
#[derive(Debug, Args)]
pub(super) struct StackArg {
    /// The stack; optional if there is only one
    pub(super) stack: Option<String>,
}

/// The reason for a change.
#[derive(Debug, Args)]
pub(super) struct ReasonArg {
    /// The reason, shown by `ebb history`
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
}

/// A target, as it is named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TargetName {
    /// Every declared resource exists
    Running,
    /// Resources that bill by the hour are deleted or reduced; all data stays
    Paused,
    /// Every resource is deleted, except data that is not named
    Destroyed,
}

impl From<TargetName> for Target {
    fn from(name: TargetName) -> Self {
        match name {
            TargetName::Running => Self::Running,
            TargetName::Paused => Self::Paused,
            TargetName::Destroyed => Self::Destroyed,
        }
    }
}
