//! The entry of a binary that has stacks and kinds linked into it.

use std::process::ExitCode;

use ebbtide::Definition;
use ebbtide::stack::Stack;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::cli;
use crate::providers::{Implementation, Provider, Providers, providers};

/// The stacks and kinds of a binary like `ebb`: everything that [`ebbtide::App`] is, with the engine linked in.
///
/// A crate that only declares stacks uses [`ebbtide::App`] and is run by `ebb`. One that has kinds of its own links the
/// engine and uses this.
#[derive(Debug)]
pub struct App {
    stacks: ebbtide::App,
    providers: Providers,
}

impl Default for App {
    fn default() -> Self {
        Self { stacks: ebbtide::App::new(), providers: providers() }
    }
}

impl App {
    /// Creates a binary without stacks, with the kinds that Ebbtide ships.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a stack with a name, one line about its purpose, and the function that declares it.
    #[must_use]
    pub fn stack<Settings>(self, name: &str, about: &str, declare: fn(&mut Stack, &Settings)) -> Self
    where
        Settings: DeserializeOwned + JsonSchema + 'static,
    {
        self.with(Definition::new(name, about, declare))
    }

    /// Adds a stack.
    #[must_use]
    pub fn with(mut self, definition: Definition) -> Self {
        self.stacks = self.stacks.with(definition);
        self
    }

    /// Adds a kind. A kind of the same name is replaced.
    #[must_use]
    pub fn kind<R: Provider>(mut self) -> Self {
        self.providers = self.providers.with::<R>();
        self
    }

    /// Sets the function that makes kinds that are not registered, such as those whose properties come from a schema.
    #[must_use]
    pub fn kinds(mut self, made: impl Fn(&str) -> Option<Implementation> + Send + Sync + 'static) -> Self {
        self.providers = self.providers.with_fallback(made);
        self
    }

    /// Runs the command line of this process.
    pub fn main(self) -> ExitCode {
        cli::main(self.stacks, self.providers)
    }
}
