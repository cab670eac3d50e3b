//! The grammar of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use ebbtide::plan::Target;

/// Infrastructure as code for LLM serving on AWS, with pause and resume.
///
/// A stack is brought up with `apply`, put to sleep with `pause` (what bills by the hour goes, every byte of data
/// stays), woken with `resume`, and taken away with `destroy`. Interrupted at any moment, any of these can be run again.
#[derive(Debug, Parser)]
#[command(name = "ebb", bin_name = "ebb", version, max_term_width = 110, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed, 2 changes (plan --detailed-exitcode), 64 usage, 130 interrupted";

/// Flags of every command.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// The environment: environments/NAME.toml
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        env = "EBB_ENV",
        default_value = "local",
        help_heading = "Common"
    )]
    pub(super) env: String,
    /// Works on the project in this directory, or the nearest one above it
    #[arg(short = 'C', global = true, value_name = "DIR", default_value = ".", help_heading = "Common")]
    pub(super) project: PathBuf,
    /// Prints JSON for machines: one object, or one event a line
    #[arg(long, global = true, help_heading = "Common")]
    pub(super) json: bool,
    /// Goes on without asking
    #[arg(short, long, global = true, help_heading = "Common")]
    pub(super) yes: bool,
    /// Prints no colours (as NO_COLOR does)
    #[arg(long, global = true, help_heading = "Common")]
    pub(super) no_color: bool,
    /// Prints results and errors only
    #[arg(short, long, global = true, help_heading = "Common")]
    pub(super) quiet: bool,
    /// Prints more of what happens meanwhile
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Common")]
    pub(super) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a project of your own: a crate with a stack, environments and a README
    Init(Init),
    /// Checks environments and stacks without asking AWS
    Validate(OneStack),
    /// Shows what would be done to bring a stack to a target; changes nothing
    Plan(Plan),
    /// Brings a stack up, or carries out a plan file
    Apply(Apply),
    /// Takes away what bills by the hour and keeps all data
    Pause(Change),
    /// Brings a paused stack back, as it was
    Resume(Change),
    /// Takes a stack away; data only where it is named
    Destroy(Destroy),
    /// Shows what is recorded of a stack, or of all stacks of the environment
    Status(OneStack),
    /// Lists the runs of a stack: who, when, why, and how they ended
    History(History),
    /// Prints the outputs of a stack
    Output(Outputs),
    /// Draws a stack: what runs, what sleeps, what holds data
    Graph(Graph),
    /// Looks into the recorded state and its history, moves it, unlocks it, encrypts it anew
    State(State),
    /// Prints completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Serves the embedded cloud of the environment over HTTP, for the AWS CLI, boto3 or another ebb
    Cloud(Cloud),
    /// About environments as such
    Environment(EnvironmentCommand),
}

#[derive(Debug, Args)]
pub(super) struct OneStack {
    /// The stack; may be left out where there is exactly one
    pub(super) stack: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Change {
    /// The stack; may be left out where there is exactly one
    pub(super) stack: Option<String>,
    #[command(flatten)]
    pub(super) reason: Reason,
}

#[derive(Debug, Args)]
pub(super) struct Reason {
    /// Why, for `ebb history`
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct History {
    /// The stack; may be left out where there is exactly one
    pub(super) stack: Option<String>,
    /// Lists at most so many, the latest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(super) limit: usize,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Where to; the current directory if nothing is said
    #[arg(default_value = ".")]
    pub(super) directory: PathBuf,
    /// The name of the stack and its crate; that of the directory if nothing is said
    #[arg(long)]
    pub(super) name: Option<String>,
    /// A checkout of Ebbtide to build on, instead of its repository
    #[arg(long, value_name = "DIR")]
    pub(super) library: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The stack; may be left out where there is exactly one
    pub(super) stack: Option<String>,
    /// Saves the plan, for `ebb apply FILE`
    #[arg(short, long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// What the stack shall be
    #[arg(long, value_enum, default_value_t = TargetName::Running)]
    pub(super) target: TargetName,
    /// Exits with 2 if there are changes
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Deletes this resource's data too, where the resource is deleted or replaced; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    pub(super) include_data: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Apply {
    /// The stack, or a file that `ebb plan --out` made
    #[arg(value_name = "STACK | PLANFILE")]
    pub(super) what: Option<String>,
    /// Lets a replacement delete this resource's data; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    pub(super) include_data: Vec<String>,
    #[command(flatten)]
    pub(super) reason: Reason,
}

#[derive(Debug, Args)]
pub(super) struct Destroy {
    /// The stack; may be left out where there is exactly one
    pub(super) stack: Option<String>,
    /// Deletes this resource's data too; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    pub(super) include_data: Vec<String>,
    #[command(flatten)]
    pub(super) reason: Reason,
}

#[derive(Debug, Args)]
pub(super) struct Outputs {
    /// The stack, and one output's name; the stack may be left out where there is exactly one
    #[arg(value_name = "STACK NAME", num_args = 0..=2)]
    pub(super) names: Vec<String>,
    /// The form
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub(super) format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Aligned, for people
    Table,
    /// One JSON object
    Json,
    /// NAME=value lines for a .env file
    Dotenv,
}

#[derive(Debug, Args)]
pub(super) struct Graph {
    /// The stack; may be left out where there is exactly one
    pub(super) stack: Option<String>,
    /// The form
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg)]
    pub(super) format: GraphFormat,
    /// Draws the stack as it is with this target; that of its state if nothing is said
    #[arg(long, value_enum)]
    pub(super) target: Option<TargetName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// A drawing, laid out
    Svg,
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
}

#[derive(Debug, Args)]
pub(super) struct State {
    #[command(subcommand)]
    pub(super) command: StateCommand,
    /// The stack; may be left out where there is exactly one
    #[arg(long, global = true)]
    pub(super) stack: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum StateCommand {
    /// Lists the recorded addresses with their ids
    List,
    /// Shows all that is recorded of a resource, or of the stack
    Show {
        /// The resource, KIND.NAME; the whole document if left out
        address: Option<String>,
        /// As it was at this serial; as it is now if nothing is said
        #[arg(long, value_name = "NUMBER")]
        serial: Option<u64>,
    },
    /// Lists the serials that can be shown and rolled back to
    History {
        /// Lists at most so many, the latest first
        #[arg(long, value_name = "NUMBER", default_value_t = 20)]
        limit: usize,
    },
    /// Brings the stack to what was declared at an earlier serial; the past itself stays as it is
    Rollback {
        /// The serial, of `ebb state history`
        #[arg(long, value_name = "NUMBER")]
        serial: u64,
        /// Lets a replacement delete this resource's data; repeatable, `all` for every resource
        #[arg(long, value_name = "ADDRESS")]
        include_data: Vec<String>,
        #[command(flatten)]
        reason: Reason,
    },
    /// Takes the stack away from a command that holds it and is gone; explains first what that means
    Unlock,
    /// Moves the state with all its history to another place
    Move {
        /// Where to: s3://BUCKET/PREFIX, or a directory
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
    /// Encrypts the state with all its history anew, with the key that [state.encryption] names now
    Rekey,
    /// Makes the bucket that [state] names, with versions and encryption, or brings an existing one to that
    Init {
        /// Another one, before the state is moved there: s3://BUCKET
        place: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Cloud {
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4566")]
    pub(super) listen: String,
}

#[derive(Debug, Args)]
pub(super) struct EnvironmentCommand {
    #[command(subcommand)]
    pub(super) command: EnvironmentSubcommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum EnvironmentSubcommand {
    /// Prints the JSON schema of environments/*.toml, with the settings of every stack
    Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TargetName {
    /// Every declared resource exists
    Running,
    /// What bills by the hour is gone; data is untouched
    Paused,
    /// Nothing is left, but data that was not named
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
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn common_flags_stand_before_or_behind_the_command() {
        for line in [["ebb", "-e", "dev", "status", "--json"], ["ebb", "status", "--json", "-e", "dev"]] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert!(arguments.common.json && arguments.common.env == "dev");
        }
    }
}
