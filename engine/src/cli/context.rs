//! What every command works on: project, environment, stack.

use crate::providers::Providers;
use std::collections::BTreeSet;

use crate::cli::arguments::Common;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::output::Output;
use crate::environment::{Environment, Project};
use crate::state::{StateError, StateStore};
use ebbtide::record::{StateDocument, replay};
use ebbtide::resource::Address;
use ebbtide::stack::{Declarations, Definition};

/// The registered stacks, the common flags, and the door for output.
pub(super) struct Context {
    pub(super) definitions: Vec<Definition>,
    pub(super) providers: Providers,
    pub(super) common: Common,
    pub(super) output: Output,
}

impl Context {
    /// The project.
    pub(super) fn project(&self) -> Result<Project, CommandError> {
        Ok(Project::find(&self.common.project)?)
    }

    /// The environment, read and validated.
    pub(super) fn environment(&self) -> Result<Environment, CommandError> {
        Ok(Environment::load(&self.project()?, &self.common.env, &self.definitions)?)
    }

    /// A registered stack: the one of this name, or the only one.
    pub(super) fn definition(&self, name: Option<&str>) -> Result<&Definition, CommandError> {
        match (name, self.definitions.as_slice()) {
            (Some(name), all) => all
                .iter()
                .find(|definition| definition.name() == name)
                .ok_or_else(|| CommandError::unknown("stack", name, &self.names())),
            (None, [only]) => Ok(only),
            (None, []) => Err(CommandError::new(ErrorKind::Usage, "this program registers no stack")),
            (None, _) => {
                let message = format!("which stack? There are several: {}", self.names().join(", "));
                Err(CommandError::new(ErrorKind::Usage, message))
            }
        }
    }

    /// A stack's name: registered, or at least recorded in this environment.
    pub(super) async fn recorded_or_registered(
        &self,
        environment: &Environment,
        name: Option<&str>,
    ) -> Result<String, CommandError> {
        let unknown = match self.definition(name) {
            Ok(definition) => return Ok(definition.name().to_owned()),
            Err(error) => error,
        };
        match name {
            Some(name) if recorded_stacks(environment).await?.iter().any(|recorded| recorded == name) => {
                Ok(name.to_owned())
            }
            _ => Err(unknown),
        }
    }

    /// Declares a stack in an environment.
    pub(super) fn declare(
        &self,
        environment: &Environment,
        stack: &str,
        account: &str,
    ) -> Result<Declarations, CommandError> {
        let definition = self.definition(Some(stack))?;
        environment.declare(definition, account).map_err(|problems| CommandError::problems(stack, &problems))
    }

    /// The names of the registered stacks.
    pub(super) fn names(&self) -> Vec<String> {
        self.definitions.iter().map(|definition| definition.name().to_owned()).collect()
    }
}

/// The stacks that have state in an environment, registered or not.
pub(super) async fn recorded_stacks(environment: &Environment) -> Result<Vec<String>, CommandError> {
    Ok(environment.state_place().await?.stacks(environment.name()).await?)
}

/// What is recorded of a stack, with the progress of an open run; `None` if nothing ever was.
pub(super) async fn recorded(state: &StateStore) -> Result<Option<StateDocument>, CommandError> {
    let Some((mut document, progress)) = state.read().await? else { return Ok(None) };
    if let Some(run) = document.run.take() {
        if let Err(error) = replay(&mut document, &run.plan, &progress) {
            return Err(StateError::Damaged { place: state.place(), message: error.to_string() }.into());
        }
        document.run = Some(run);
    }
    Ok(Some(document))
}

/// Reads the addresses of `--include-data`; `all` stands for every known one.
pub(super) fn addresses(named: &[String], known: &BTreeSet<Address>) -> Result<BTreeSet<Address>, CommandError> {
    let mut addresses = BTreeSet::new();
    for name in named {
        if name == "all" {
            addresses.extend(known.iter().cloned());
            continue;
        }
        let address: Address =
            name.parse().map_err(|error| CommandError::new(ErrorKind::Usage, format!("--include-data: {error}")))?;
        if !known.contains(&address) {
            let known: Vec<_> = known.iter().map(ToString::to_string).collect();
            return Err(CommandError::unknown("recorded resource", name, &known));
        }
        addresses.insert(address);
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_included_by_known_addresses_only() {
        let known = BTreeSet::from(["s3_bucket.models".parse().unwrap(), "logs_group.a".parse().unwrap()]);
        assert_eq!(addresses(&["all".into()], &known).unwrap(), known);
        assert_eq!(addresses(&["s3_bucket.models".into()], &known).unwrap().len(), 1);
        let error = addresses(&["s3_bucket.model".into()], &known).unwrap_err();
        assert!(error.message.contains("did you mean `s3_bucket.models`?"), "{}", error.message);
        assert!(addresses(&["nonsense".into()], &known).is_err());
    }
}
