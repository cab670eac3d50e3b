//! The context of every command: project, environment, stack.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use ebbtide::App;
use ebbtide::program::{Exchange, Reply};
use ebbtide::record::{JournalEntry, StateDocument, replay};
use ebbtide::resource::{Address, Registry};
use ebbtide::stack::{Declarations, Problem, RegionZones};
use owo_colors::OwoColorize as _;

use crate::cli::common::Common;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::cli::output::Output;
use crate::environment::{Connection, Environment, Project};
use crate::providers::Providers;
use crate::stacks::{ProgramError, ProgramEvent, StackSource};
use crate::state::StateStore;

/// How long state that only serves a warning is waited for.
const LOOK_FOR: Duration = Duration::from_secs(5);

/// The hint for a project whose stacks are not those that are linked into this binary.
const OWN_PROGRAM: &str = "known are the stacks of this `ebb`. If the project has a program of its own, name it in ebb.toml, or run it \
                           in place of `ebb`: `cargo run -- plan`";

/// The stacks, the common flags, and the one door for output.
pub(super) struct CommandContext {
    /// The stacks that are linked into this binary.
    linked: App,
    pub(super) providers: Providers,
    pub(super) common: Common,
    pub(super) output: Output,
    /// The project, once it was found.
    found: OnceCell<Project>,
    /// The names of the stacks that the project's program declares, once it was asked.
    described: OnceCell<Vec<String>>,
    /// The exchanges so far.
    asked: RefCell<Vec<(Exchange, Reply)>>,
    /// The lines that the program printed on standard error, and the warnings that are said once.
    printed: RefCell<BTreeSet<String>>,
}

impl CommandContext {
    pub(super) fn new(linked: App, providers: Providers, common: Common, output: Output) -> Self {
        Self {
            linked,
            providers,
            common,
            output,
            found: OnceCell::new(),
            described: OnceCell::new(),
            asked: RefCell::default(),
            printed: RefCell::default(),
        }
    }

    /// Finds the project.
    pub(super) fn project(&self) -> Result<Project, CommandError> {
        if let Some(project) = self.found.get() {
            return Ok(project.clone());
        }
        let project = Project::find(&self.common.project)?;
        Ok(self.found.get_or_init(|| project).clone())
    }

    /// Makes the project's directory the current one, since the files of secrets are relative to it. Paths of the command line
    /// must have been read, or made absolute, before.
    pub(super) fn enter_project(&self) -> Result<(), CommandError> {
        let project = self.project()?;
        let entered = std::env::set_current_dir(project.root());
        entered.map_err(|error| CommandError::failed("enter the project's directory", error))
    }

    /// Returns the source of the project's stacks: its program, if `ebb.toml` names one, else this binary.
    fn source(&self, project: &Project) -> Result<StackSource<'_>, CommandError> {
        Ok(match project.program()? {
            Some(program) => StackSource::Program(program),
            None => StackSource::Linked(&self.linked),
        })
    }

    /// Warns of something, once in a command.
    pub(super) fn warn_once(&self, line: &str) {
        if self.printed.borrow_mut().insert(line.to_owned()) {
            self.output.warn(line);
        }
    }

    /// Asks the source of the stacks, once for each exchange, and says so if it takes long.
    fn ask(&self, source: &StackSource<'_>, exchange: &Exchange) -> Result<Reply, ProgramError> {
        let asked = self.asked.borrow().iter().find(|(asked, _)| asked == exchange).map(|(_, reply)| reply.clone());
        if let Some(reply) = asked {
            return Ok(reply);
        }
        let printed = self.printed.borrow().clone();
        let reply = source.exchange(exchange, &|event| match event {
            // The compiler prints its warnings again in each run.
            ProgramEvent::Line(line) if printed.contains(&line) => {}
            ProgramEvent::Line(line) => {
                self.output.warn(&line);
                self.printed.borrow_mut().insert(line);
            }
            ProgramEvent::Running(passed) => {
                if let StackSource::Program(program) = source
                    && passed.as_secs() % 10 == 2
                {
                    let command = program.shown();
                    self.output.note(&format!(
                        "Waiting for `{command}`, the program of this project ({} s).",
                        passed.as_secs()
                    ));
                }
            }
        })?;
        let names = reply.stacks.iter().map(|stack| stack.name.clone()).collect();
        // Every reply of a program names the same stacks.
        let _ = self.described.set(names);
        self.asked.borrow_mut().push((exchange.clone(), reply.clone()));
        Ok(reply)
    }

    /// Reads and validates the environment, the settings of all stacks included. Runs the project's program.
    pub(super) fn environment(&self) -> Result<Environment, CommandError> {
        Ok(self.described_environment()?.0)
    }

    /// Reads and validates an environment of this name, as [`Self::environment`] does.
    pub(super) fn environment_named(&self, name: &str) -> Result<Environment, CommandError> {
        Ok(self.described_environment_named(name)?.0)
    }

    /// Reads and validates the environment, and returns the description of the stacks.
    pub(super) fn described_environment(&self) -> Result<(Environment, Option<Reply>), CommandError> {
        self.described_environment_named(&self.common.environment())
    }

    fn described_environment_named(&self, name: &str) -> Result<(Environment, Option<Reply>), CommandError> {
        let project = self.project()?;
        let source = self.source(&project)?;
        let loaded = Environment::load(&project, name, &|exchange| self.ask(&source, exchange).map(Some));
        loaded.map_err(|error| {
            let is_linked = matches!(source, StackSource::Linked(_));
            let has_own = is_linked && error.names_no_stack() && project.root().join("Cargo.toml").is_file();
            let error = CommandError::from(error);
            if has_own { error.hint(OWN_PROGRAM) } else { error }
        })
    }

    /// Reads and validates the environment for a command that acts on the record. The settings of stacks are left unread: it
    /// needs neither them nor the stacks' code nor a compiler.
    pub(super) fn recorded_environment(&self) -> Result<Environment, CommandError> {
        self.recorded_environment_named(&self.common.environment())
    }

    /// Reads and validates an environment of this name, as [`Self::recorded_environment`] does.
    pub(super) fn recorded_environment_named(&self, name: &str) -> Result<Environment, CommandError> {
        Ok(Environment::load(&self.project()?, name, &|_| Ok(None))?.0)
    }

    /// Returns the names of the declared stacks, as far as they are known: a program names them once it was asked.
    pub(super) fn names(&self) -> Vec<String> {
        let linked = || self.linked.names().map(str::to_owned).collect();
        match self.described.get() {
            Some(names) => names.clone(),
            None if matches!(self.project().and_then(|project| Ok(project.program()?)), Ok(Some(_))) => Vec::new(),
            None => linked(),
        }
    }

    /// Returns the names of the stacks that are declared or recorded in an environment, sorted.
    pub(super) async fn known_stacks(&self, environment: &Environment) -> Result<Vec<String>, CommandError> {
        let mut names = self.names();
        names.extend(recorded_stacks(environment).await?);
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Warns of schedules and budgets of stacks that are neither declared, as far as that is known, nor recorded.
    pub(super) fn warn_of_unknown_stacks(&self, environment: &Environment, recorded: impl IntoIterator<Item = String>) {
        let mut known = self.names();
        known.extend(recorded);
        known.sort();
        known.dedup();
        for fault in environment.unknown_stacks(&known) {
            self.output.warn(&format!("{} {fault}", "warning:".yellow().bold()));
        }
    }

    /// Does the same for a command that does not read state otherwise. State that is out of reach is no reason to warn.
    pub(super) async fn look_for_unknown_stacks(&self, environment: &Environment) {
        // Without a declared stack, no name is known to be wrong before the first apply, and looking takes AWS.
        let declared = self.names();
        if declared.is_empty() || environment.unknown_stacks(&declared).is_empty() {
            return;
        }
        if let Ok(Ok(recorded)) = tokio::time::timeout(LOOK_FOR, recorded_stacks(environment)).await {
            self.warn_of_unknown_stacks(environment, recorded);
        }
    }

    /// Returns a declared stack: the one of this name, or the only one.
    pub(super) fn declared_stack(&self, name: Option<&str>) -> Result<String, CommandError> {
        choose(name, &self.names()).ok_or_else(|| match (name, self.names().as_slice()) {
            (Some(name), names) => CommandError::unknown("stack", name, names),
            (None, []) => no_stacks(),
            (None, names) => several(names),
        })
    }

    /// Returns a stack that is declared, or at least recorded in this environment.
    pub(super) async fn stack(&self, environment: &Environment, name: Option<&str>) -> Result<String, CommandError> {
        if let Some(declared) = choose(name, &self.names()) {
            return Ok(declared);
        }
        let known = self.known_stacks(environment).await?;
        choose(name, &known).ok_or_else(|| match (name, known.as_slice()) {
            (Some(name), names) => CommandError::unknown("stack", name, names),
            (None, []) if self.described.get().is_some() => no_stacks(),
            (None, []) => CommandError::new(
                CommandErrorKind::Usage,
                format!("nothing is recorded in environment {}", environment.name()),
            )
            .hint("`ebb apply` creates the stacks of this project"),
            (None, names) => several(names),
        })
    }

    /// Declares a stack in an environment without asking AWS.
    pub(super) fn declare_offline(&self, environment: &Environment, stack: &str) -> Result<Declarations, CommandError> {
        self.declare(environment, stack, "", &RegionZones::default())
    }

    /// Declares a stack in an environment for an account that is known without asking AWS.
    pub(super) fn declare_in_account(
        &self,
        environment: &Environment,
        stack: &str,
        account: &str,
    ) -> Result<Declarations, CommandError> {
        self.declare(environment, stack, account, &RegionZones::default())
    }

    /// Declares a stack in an environment, for the account and the zones that AWS reports.
    pub(super) async fn declare_online(
        &self,
        environment: &Environment,
        stack: &str,
        connection: &Connection,
    ) -> Result<Declarations, CommandError> {
        self.declare(environment, stack, &connection.account, &connection.zones().await?)
    }

    fn declare(
        &self,
        environment: &Environment,
        stack: &str,
        account: &str,
        zones: &RegionZones,
    ) -> Result<Declarations, CommandError> {
        let project = self.project()?;
        let reply = self.ask(&self.source(&project)?, &environment.exchange(stack, account, zones))?;
        let checked = |declared: Declarations| match declared.problems(self.providers.kinds()) {
            problems if problems.is_empty() => Ok(declared),
            problems => Err(problems),
        };
        let declared = environment.declared(stack, account, reply).and_then(checked).map_err(|problems| {
            let is_of_settings = |problem: &Problem| problem.at == stack && problem.field.is_some();
            let unsettled = !environment.has_settings(stack) && problems.iter().all(is_of_settings);
            let mut error = CommandError::problems(stack, &problems);
            error.unsettled = unsettled;
            error
        })?;
        let refused: Vec<_> = declared.refused().collect();
        if refused.is_empty() { Ok(declared) } else { Err(CommandError::violations(stack, &refused)) }
    }

    /// Leaves a stack out of a command that names none, and says so, if it needs settings and the environment has none for it: it is
    /// meant for other environments.
    pub(super) fn unless_unsettled<T>(
        &self,
        environment: &Environment,
        (named, stack): (Option<&str>, &str),
        one: Result<T, CommandError>,
    ) -> Result<Option<T>, CommandError> {
        match one {
            Err(error) if error.unsettled && named.is_none() => {
                let name = environment.name();
                self.output.note(&format!(
                    "Stack {stack} is left out: it needs settings, and environment {name} has no [stacks.{stack}]."
                ));
                Ok(None)
            }
            one => one.map(Some),
        }
    }
}

/// Returns the name that was given if it is known, or the only one if none was given.
fn choose(name: Option<&str>, known: &[String]) -> Option<String> {
    let chosen = match (name, known) {
        (Some(name), known) => known.iter().find(|known| *known == name).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }?;
    tracing::Span::current().record("stack", &chosen);
    Some(chosen)
}

fn no_stacks() -> CommandError {
    CommandError::new(CommandErrorKind::Usage, "the program of this project declares no stack")
        .hint("add one with `App::stack`")
}

fn several(names: &[String]) -> CommandError {
    CommandError::new(CommandErrorKind::Usage, format!("there are several stacks: {}", names.join(", ")))
        .hint("name one of them (`ebb state` takes `--stack NAME`)")
}

/// Returns the stacks that have state in an environment, declared or not.
pub(super) async fn recorded_stacks(environment: &Environment) -> Result<Vec<String>, CommandError> {
    Ok(environment.state_place().await?.stacks(environment.name()).await?)
}

/// Returns the record of a stack, with the journal of an open run applied; `None` if nothing was ever recorded.
pub(super) async fn recorded(state: &StateStore) -> Result<Option<StateDocument>, CommandError> {
    let Some((document, journal)) = state.read().await? else { return Ok(None) };
    replayed(state, document, &journal).map(Some)
}

/// Returns a record with the journal of its open run applied.
pub(super) fn replayed(
    state: &StateStore,
    mut document: StateDocument,
    journal: &[JournalEntry],
) -> Result<StateDocument, CommandError> {
    if let Some(run) = document.run.take() {
        replay(&mut document, &run.plan, journal).map_err(|error| state.damaged_journal(error))?;
        document.run = Some(run);
    }
    Ok(document)
}

/// Reads the addresses of `--include-data`; `all` means every known one.
pub(super) fn addresses(
    flag: &str,
    named: &[String],
    known: &BTreeSet<Address>,
) -> Result<BTreeSet<Address>, CommandError> {
    let mut addresses = BTreeSet::new();
    for name in named {
        if name == "all" {
            addresses.extend(known.iter().cloned());
            continue;
        }
        let address: Address =
            name.parse().map_err(|error| CommandError::new(CommandErrorKind::Usage, format!("{flag}: {error}")))?;
        if !known.contains(&address) {
            let known: Vec<_> = known.iter().map(ToString::to_string).collect();
            return Err(CommandError::unknown("recorded resource", name, &known));
        }
        addresses.insert(address);
    }
    Ok(addresses)
}

/// Returns the declared jobs that `--run` names.
pub(super) fn named_jobs(
    named: &[String],
    declarations: Option<&Declarations>,
    kinds: &Registry,
) -> Result<BTreeSet<Address>, CommandError> {
    let declared = declarations.into_iter().flat_map(|declarations| declarations.resources.keys());
    let is_job = |address: &&Address| kinds.get(address.kind()).is_some_and(|kind| kind.info().is_job);
    let jobs: Vec<String> = declared.clone().filter(is_job).map(ToString::to_string).collect();
    let mut run = BTreeSet::new();
    for name in named {
        let address: Address =
            name.parse().map_err(|error| CommandError::new(CommandErrorKind::Usage, format!("--run: {error}")))?;
        if !jobs.contains(name) {
            let error = match declared.clone().any(|other| *other == address) {
                true => CommandError::new(CommandErrorKind::Usage, format!("--run: {address} is not a job"))
                    .hint(known_jobs(&jobs)),
                false => CommandError::unknown("declared job", name, &jobs),
            };
            return Err(error);
        }
        run.insert(address);
    }
    Ok(run)
}

/// Returns the jobs of a stack in words.
fn known_jobs(jobs: &[String]) -> String {
    match jobs {
        [] => "this stack declares no job; other resources are created, changed and replaced as they are declared"
            .to_owned(),
        jobs => format!("its jobs are: {}", jobs.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_included_by_known_addresses_only() {
        let known = BTreeSet::from(["s3_bucket.models".parse().unwrap(), "logs_group.a".parse().unwrap()]);
        assert_eq!(addresses("--include-data", &["all".into()], &known).unwrap(), known);
        assert_eq!(addresses("--include-data", &["s3_bucket.models".into()], &known).unwrap().len(), 1);
        let error = addresses("--include-data", &["s3_bucket.model".into()], &known).unwrap_err();
        assert!(error.message.contains("did you mean `s3_bucket.models`?"), "{}", error.message);
        assert!(addresses("--include-data", &["nonsense".into()], &known).is_err());
    }
}
