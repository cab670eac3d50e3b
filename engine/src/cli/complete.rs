//! Completion of values in a shell: stacks, environments, addresses, serials, outputs, endpoints and what has logs.
//!
//! A shell waits for the answer, so nothing is compiled and no call leaves the machine: a record in a bucket is not read.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Command, CommandFactory as _};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::cli::commands::{Arguments, COMPLETE};
use crate::cli::common::default_environment;
use crate::cli::components::pausing_components;
use crate::cli::context::recorded;
use crate::cli::invoking::endpoint_names;
use crate::cli::log_events::{log_names, sources};
use crate::environment::{Environment, Project};
use crate::state::StateLocation;
use ebbtide::App;
use ebbtide::aws::kinds;
use ebbtide::record::StateDocument;

/// The time for a record on a disk.
const READ_WITHIN: Duration = Duration::from_millis(500);

/// Completes a command line and ends the process, if a shell asks for it.
pub(super) fn complete(linked: &App) {
    if std::env::var_os(COMPLETE).is_none_or(|shell| shell.is_empty()) {
        return;
    }
    let stacks: Vec<String> = linked.names().map(str::to_owned).collect();
    CompleteEnv::with_factory(|| with_values(Arguments::command(), &stacks)).var(COMPLETE).complete();
}

/// Adds to each argument of a command what completes its values.
fn with_values(command: Command, stacks: &[String]) -> Command {
    let command = command.mut_args(|argument| match Values::of(&argument) {
        Some(values) => {
            let stacks = stacks.to_vec();
            argument.add(ArgValueCompleter::new(move |typed: &OsStr| values.candidates(&Line::typed(), &stacks, typed)))
        }
        None => argument,
    });
    command.mut_subcommands(|command| with_values(command, stacks))
}

/// The values that an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    Stacks,
    Environments,
    Addresses,
    Components,
    Serials,
    Outputs,
    /// Components and resources with logs.
    Logged,
    /// Endpoints.
    Invoked,
}

impl Values {
    fn of(argument: &Arg) -> Option<Self> {
        let name = argument.get_value_names().and_then(|names| names.first()).map(|name| name.as_str());
        match (argument.get_id().as_str(), name) {
            ("stack" | "stack_or_plan", _) => Some(Self::Stacks),
            ("env", _) => Some(Self::Environments),
            ("serial", _) => Some(Self::Serials),
            ("names", _) => Some(Self::Outputs),
            ("only", _) => Some(Self::Components),
            ("logged", _) => Some(Self::Logged),
            ("invoked", _) => Some(Self::Invoked),
            (_, Some("ADDRESS" | "OLD" | "NEW")) => Some(Self::Addresses),
            _ => None,
        }
    }

    fn candidates(self, line: &Line, linked: &[String], typed: &OsStr) -> Vec<CompletionCandidate> {
        let values = match self {
            Self::Environments => line.project().map(|project| project.environments()).unwrap_or_default(),
            Self::Stacks => line.stacks(linked),
            Self::Addresses | Self::Components | Self::Serials | Self::Outputs | Self::Logged | Self::Invoked => {
                line.recorded(self, linked)
            }
        };
        let typed = typed.to_string_lossy();
        values.into_iter().filter(|value| value.starts_with(&*typed)).map(CompletionCandidate::new).collect()
    }
}

/// The command line so far, as far as it says where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    environment: String,
    project: PathBuf,
    words: Vec<String>,
}

impl Line {
    /// Reads the words that the shell hands over, after `--`.
    fn typed() -> Self {
        Self::of(std::env::args_os().skip_while(|word| word != "--").skip(2))
    }

    fn of(words: impl Iterator<Item = OsString>) -> Self {
        let mut line = Self { environment: default_environment(), project: PathBuf::from("."), words: Vec::new() };
        let mut words = words.map(|word| word.to_string_lossy().into_owned());
        while let Some(word) = words.next() {
            match word.as_str() {
                "-e" | "--env" => line.environment = words.next().unwrap_or_default(),
                "-C" => line.project = words.next().unwrap_or_default().into(),
                _ => match word.strip_prefix("--env=").or_else(|| word.strip_prefix("-e")) {
                    Some(name) => line.environment = name.to_owned(),
                    None => line.words.push(word),
                },
            }
        }
        line
    }

    fn project(&self) -> Option<Project> {
        Project::find(&self.project).ok()
    }

    /// Returns the environment with its directory of state; `None` if its state is elsewhere.
    fn local(&self) -> Option<(Environment, StateLocation)> {
        let environment = Environment::load(&self.project()?, &self.environment, &|_| Ok(None)).ok()?.0;
        let place = environment.state_place_with(None);
        matches!(place, StateLocation::Directory(_)).then_some((environment, place))
    }

    /// Returns the names of stacks: those linked into this program, those with settings, and those that are recorded.
    fn stacks(&self, linked: &[String]) -> Vec<String> {
        let mut names = linked.to_vec();
        if let Some(project) = self.project() {
            if matches!(project.program(), Ok(Some(_))) {
                // The linked stacks are those of another project.
                names.clear();
            }
            let text = std::fs::read_to_string(project.environment_file(&self.environment)).unwrap_or_default();
            let settings: toml::Table = text.parse().unwrap_or_default();
            let stacks = settings.get("stacks").and_then(|stacks| stacks.as_table());
            names.extend(stacks.into_iter().flat_map(|stacks| stacks.keys().cloned()));
        }
        names.extend(block_on(async {
            let (environment, place) = self.local()?;
            place.stacks(environment.name()).await.ok()
        }));
        names.sort();
        names.dedup();
        names
    }

    /// Returns values of the record of the stack that the line names, or of the only one.
    fn recorded(&self, values: Values, linked: &[String]) -> Vec<String> {
        let stacks = self.stacks(linked);
        let named = self.words.iter().find(|word| stacks.contains(word));
        let found = block_on(async {
            let (environment, place) = self.local()?;
            let recorded_stacks = place.stacks(environment.name()).await.ok()?;
            let stack = named.or(match recorded_stacks.as_slice() {
                [only] => Some(only),
                _ => None,
            })?;
            let state = environment.state(stack, None).await.ok()?;
            Some(match values {
                Values::Serials => state.serials().await.ok()?.iter().rev().map(u64::to_string).collect(),
                _ => of_record(values, &recorded(&state).await.ok()??),
            })
        });
        let takes_stack = matches!(values, Values::Outputs | Values::Logged | Values::Invoked);
        let wants_stack = takes_stack && named.is_none();
        if wants_stack { found.into_iter().chain(stacks).collect() } else { found }
    }
}

fn of_record(values: Values, document: &StateDocument) -> Vec<String> {
    match values {
        Values::Addresses => document.resources.keys().map(ToString::to_string).collect(),
        Values::Components => pausing_components(document, &kinds()).into_iter().collect(),
        Values::Outputs => document.outputs.iter().map(|(name, _)| name.clone()).collect(),
        Values::Logged => log_names(&sources(&kinds(), document)),
        Values::Invoked => endpoint_names(document),
        Values::Stacks | Values::Environments | Values::Serials => Vec::new(),
    }
}

/// Waits for values for a short time. A record that cannot be read completes nothing.
fn block_on(values: impl Future<Output = Option<Vec<String>>>) -> Vec<String> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let within = async { tokio::time::timeout(READ_WITHIN, values).await.ok().flatten() };
    built.ok().and_then(|runtime| runtime.block_on(within)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_where_to_look() {
        let line = |text: &str| Line::of(text.split(' ').map(OsString::from));
        for text in ["plan shop -e prod", "--env=prod plan shop", "-eprod plan shop"] {
            let found = line(text);
            assert_eq!(
                (found.environment.as_str(), found.words),
                ("prod", vec!["plan".into(), "shop".into()]),
                "{text}"
            );
        }
        assert_eq!(line("-C /tmp status").project, PathBuf::from("/tmp"));
    }

    #[test]
    fn arguments_with_values_of_the_project_are_known() {
        fn count(command: &Command, values: Values) -> usize {
            let own = command.get_arguments().filter(|argument| Values::of(argument) == Some(values)).count();
            own + command.get_subcommands().map(|command| count(command, values)).sum::<usize>()
        }
        let grammar = Arguments::command();
        let of_record =
            [Values::Addresses, Values::Components, Values::Serials, Values::Outputs, Values::Logged, Values::Invoked];
        for values in [Values::Stacks, Values::Environments].into_iter().chain(of_record) {
            assert!(count(&grammar, values) > 0, "{values:?}");
        }
    }
}
