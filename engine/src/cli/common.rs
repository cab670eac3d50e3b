//! Arguments that several commands share.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, ValueEnum};
use jiff::SignedDuration;

use crate::cli::output::Output;
use ebbtide::plan::Target;
use ebbtide::resource::plain_text;

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
    #[arg(short, long, alias = "auto-approve", global = true, help_heading = "Common")]
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
        self.env.clone().unwrap_or_else(default_environment)
    }
}

/// Returns the environment of a command line that names none.
pub(super) fn default_environment() -> String {
    std::env::var("EBB_ENV").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "local".to_owned())
}

/// The stack that a command works on.
#[derive(Debug, Args)]
pub(super) struct StackArg {
    /// The stack; optional if there is only one
    pub(super) stack: Option<String>,
}

/// The stacks that a command works on.
#[derive(Debug, Args)]
pub(super) struct StacksArg {
    /// The stack; every stack if left out
    pub(super) stack: Option<String>,
}

/// The reason for a change.
#[derive(Debug, Args)]
pub(super) struct ReasonArg {
    /// The reason, shown by `ebb history`
    #[arg(long, value_name = "TEXT", value_parser = OneLine)]
    pub(super) reason: Option<String>,
}

/// Reads a text that is shown in terminals, logs and notifications. Its error does not show the text, as clap's own would.
#[derive(Clone, Copy, Debug)]
pub(super) struct OneLine;

impl TypedValueParser for OneLine {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, argument, value)?;
        plain_text(&text).map_err(|message| {
            let flag = argument.map(ToString::to_string).unwrap_or_default();
            clap::Error::raw(ErrorKind::ValueValidation, format!("{flag}: {message}\n"))
        })?;
        Ok(text)
    }
}

/// How long a change may take, and how much it does at once.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct LimitsArg {
    /// Waits for so long (30m, 2h) for a stack that another command holds, and tries again while nothing but capacity is
    /// lacking: instances that AWS does not have, or a quota that other instances use up
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) wait: Option<Duration>,
    /// Ends the command after so long (30m, 2h). The same command carries on
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// Does no more than so many operations at once
    #[arg(long, value_name = "N")]
    pub(super) parallel: Option<NonZeroUsize>,
}

/// The longest time to wait, or to take.
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Reads a time to wait, such as `30m` or `1h 30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    match parsed {
        Some(wait) if wait > Duration::ZERO && wait <= LONGEST_WAIT => Ok(wait),
        Some(_) => Err("write a time between a second and seven days, such as 30m or 2h".to_owned()),
        None => Err("write a time such as 30m, 2h or 1h30m".to_owned()),
    }
}

/// Reads the number of entries to list.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "write a number from 1 on".to_owned())
}

/// The resources whose unfinished work may be lost.
#[derive(Debug, Args)]
pub(super) struct DropQueuedArg {
    /// Gives up the requests that wait in the queue of this endpoint; repeatable, `all` for every endpoint
    #[arg(long, value_name = "ADDRESS")]
    pub(super) drop_queued: Vec<String>,
}

/// The components to put to sleep, or to wake.
#[derive(Debug, Args)]
pub(super) struct OnlyArg {
    /// This component alone, with all that depends on what sleeps in it; repeatable
    #[arg(long, value_name = "COMPONENT")]
    pub(super) only: Vec<String>,
}

/// The jobs to run again.
#[derive(Debug, Args)]
pub(super) struct RunArg {
    /// Runs this job again, although it was run before; it is paid again. Repeatable
    #[arg(long, value_name = "ADDRESS")]
    pub(super) run: Vec<String>,
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Aligned, for people
    Table,
    /// One JSON object, as --json
    Json,
    /// Markdown, for a comment on a pull request
    Markdown,
}

impl ReportFormat {
    /// Returns the format in which a report is printed: `--json` wins.
    pub(super) fn or_json(self, output: Output) -> Self {
        if output.is_json() { Self::Json } else { self }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_has_a_unit_and_an_end() {
        for (text, seconds) in [("30m", 1800), ("2h", 7200), ("1h 30m", 5400), ("1h30m", 5400), ("45s", 45)] {
            assert_eq!(duration(text).map(|wait| wait.as_secs()), Ok(seconds), "{text}");
        }
        for text in ["30", "", "soon", "0s", "-1h", "169h", "99999999h"] {
            assert!(duration(text).unwrap_err().contains("30m"), "{text}");
        }
    }
}
