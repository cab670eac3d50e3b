//! The commands: one file each, with its arguments and the function that runs it; and the grammar of the command line.

mod apply;
mod budget;
mod cloud;
mod completions;
mod cost;
mod destroy;
mod environment;
mod graph;
mod history;
mod hold;
mod init;
mod invoke;
mod logs;
mod man;
mod output;
mod pause;
mod permissions;
mod plan;
mod prices;
mod resume;
mod rollout;
mod schedule;
mod serve;
mod show;
mod state;
mod status;
mod tick;
mod types;
mod validate;
mod version;

use clap::{CommandFactory as _, Parser, Subcommand};

pub(super) use self::completions::COMPLETE;
use crate::cli::common::Common;
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Infrastructure as code for LLM serving on AWS, with pause and resume.
///
/// `apply` brings a stack up. `pause` puts it to sleep: resources that bill by the hour are deleted, all data stays.
/// `resume` wakes it, and `destroy` deletes it. Each of them can be interrupted at any moment and run again.
#[derive(Debug, Parser)]
#[command(name = "ebb", bin_name = "ebb", version, max_term_width = 110, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed, 2 changes (plan, tick --detailed-exitcode), 64 usage, 130 interrupted";

/// A command with its arguments. The help text of each is the description of its arguments.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(init::InitArgs),
    Validate(validate::ValidateArgs),
    #[command(aliases = ["preview", "diff"])]
    Plan(plan::PlanArgs),
    Show(show::ShowArgs),
    #[command(aliases = ["up", "deploy"])]
    Apply(apply::ApplyArgs),
    Pause(pause::PauseArgs),
    Resume(resume::ResumeArgs),
    #[command(alias = "down")]
    Destroy(destroy::DestroyArgs),
    Hold(hold::HoldArgs),
    Rollout(rollout::RolloutArgs),
    Tick(tick::TickArgs),
    Serve(serve::ServeArgs),
    Status(status::StatusArgs),
    History(history::HistoryArgs),
    Output(output::OutputArgs),
    Logs(logs::LogsArgs),
    Invoke(invoke::InvokeArgs),
    Graph(graph::GraphArgs),
    Schedule(schedule::ScheduleArgs),
    Cost(cost::CostArgs),
    Budget(budget::BudgetArgs),
    Prices(prices::PricesArgs),
    State(state::StateArgs),
    Types(types::TypesArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
    Cloud(cloud::CloudArgs),
    Environment(environment::EnvironmentArgs),
    Permissions(permissions::PermissionsArgs),
}

impl Command {
    /// Runs the command and returns the exit code.
    pub(super) fn run(self, context: &CommandContext) -> Result<u8, CommandError> {
        match self {
            Self::Init(arguments) => init::run(context, &arguments),
            Self::Validate(arguments) => validate::run(context, &arguments),
            Self::Plan(arguments) => plan::run(context, &arguments),
            Self::Show(arguments) => show::run(context, &arguments),
            Self::Apply(arguments) => apply::run(context, arguments),
            Self::Pause(arguments) => pause::run(context, arguments),
            Self::Resume(arguments) => resume::run(context, arguments),
            Self::Destroy(arguments) => destroy::run(context, arguments),
            Self::Hold(arguments) => hold::run(context, &arguments),
            Self::Rollout(arguments) => rollout::run(context, &arguments),
            Self::Tick(arguments) => tick::run(context, &arguments),
            Self::Serve(arguments) => serve::run(context, &arguments),
            Self::Status(arguments) => status::run(context, &arguments),
            Self::History(arguments) => history::run(context, &arguments),
            Self::Output(arguments) => output::run(context, &arguments),
            Self::Logs(arguments) => logs::run(context, &arguments),
            Self::Invoke(arguments) => invoke::run(context, &arguments),
            Self::Graph(arguments) => graph::run(context, &arguments),
            Self::Schedule(arguments) => schedule::run(context, &arguments),
            Self::Budget(arguments) => budget::run(context, &arguments),
            Self::Cost(arguments) => cost::run(context, &arguments),
            Self::Prices(arguments) => prices::run(context, &arguments),
            Self::Types(arguments) => types::run(context, &arguments),
            Self::State(arguments) => state::run(context, arguments),
            Self::Completions(arguments) => completions::run(context, &arguments),
            Self::Man(arguments) => man::run(context, &arguments, Arguments::command()),
            Self::Version(arguments) => version::run(context, &arguments),
            Self::Cloud(arguments) => cloud::run(context, &arguments),
            Self::Environment(arguments) => environment::run(context, &arguments),
            Self::Permissions(arguments) => permissions::run(context, &arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_help_text() {
        for command in Arguments::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
        }
    }

    #[test]
    fn common_flags_may_come_before_or_after_the_command() {
        for line in [["ebb", "-e", "dev", "status", "--json"], ["ebb", "status", "--json", "-e", "dev"]] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert!(arguments.common.json && arguments.common.environment() == "dev");
        }
    }
}
