//! The schedule that a command line names.

use crate::cli::context::{CommandContext, recorded_stacks};
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::environment::Environment;
use ebbtide::schedule::Schedule;

/// A schedule, and the stack that it is for. That of the environment is for all stacks.
pub(super) struct Chosen<'a> {
    pub(super) stack: Option<String>,
    pub(super) schedule: &'a Schedule,
}

impl Chosen<'_> {
    /// Returns the names of stack and environment, for people.
    pub(super) fn heading(&self, environment: &Environment) -> String {
        let zone = self.schedule.zone().iana_name().unwrap_or("UTC");
        let tzdb = self.schedule.tzdb().unwrap_or("of an unknown version");
        let stack = self.stack.as_deref().unwrap_or("every stack");
        format!("{stack} in {}, {zone} (time-zone data {tzdb})", environment.name())
    }
}

/// Returns the schedule of a stack: the one of this name, or the only one. Without a name, and without schedules of stacks, it
/// is the schedule of the environment.
pub(super) async fn chosen<'a>(
    context: &CommandContext,
    environment: &'a Environment,
    name: Option<&str>,
) -> Result<Chosen<'a>, CommandError> {
    let mut known = context.names();
    known.extend(environment.scheduled_stacks().cloned());
    if name.is_some_and(|name| !known.iter().any(|known| known == name)) {
        known.extend(recorded_stacks(environment).await?);
    }
    known.sort();
    known.dedup();
    let stack = match (name, known.as_slice()) {
        (Some(name), known) if known.iter().any(|known| known == name) => Some(name.to_owned()),
        (Some(name), known) => return Err(CommandError::unknown("stack", name, known)),
        (None, [only]) => Some(only.clone()),
        (None, known) if environment.scheduled_stacks().next().is_some() => {
            let message = format!("there are several stacks: {}", known.join(", "));
            return Err(CommandError::new(CommandErrorKind::Usage, message).hint("name one of them"));
        }
        (None, _) => None,
    };
    let schedule = match &stack {
        Some(stack) => environment.schedule(stack),
        None => environment.common_schedule(),
    };
    match schedule {
        Some(schedule) => Ok(Chosen { stack, schedule }),
        None => Err(no_schedule(environment, stack.as_deref())),
    }
}

/// Returns all schedules of an environment: its own, and those of stacks.
pub(super) fn all(environment: &Environment) -> Result<Vec<Chosen<'_>>, CommandError> {
    let common = environment.common_schedule().map(|schedule| Chosen { stack: None, schedule });
    let own = environment
        .scheduled_stacks()
        .filter_map(|stack| Some(Chosen { stack: Some(stack.clone()), schedule: environment.schedule(stack)? }));
    let all: Vec<_> = common.into_iter().chain(own).collect();
    if all.is_empty() { Err(no_schedule(environment, None)) } else { Ok(all) }
}

/// Returns the error for a stack without a schedule, or for an environment without any.
pub(super) fn no_schedule(environment: &Environment, stack: Option<&str>) -> CommandError {
    let name = environment.name();
    let message = match stack.filter(|_| environment.scheduled_stacks().next().is_some()) {
        Some(stack) => format!("{stack} has no schedule in environment {name}"),
        None => format!("environment {name} has no schedule"),
    };
    CommandError::new(CommandErrorKind::Environment, message)
        .hint(format!("add a table [schedule] or [stacks.NAME.schedule] to environments/{name}.toml"))
}
