//! From the document that a program reads to the one that it writes.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{Described, Exchange, PROGRAM_FORMAT, Reply};
use crate::resource::Scope;
use crate::stack::{Declarations, Definition, Problem, Stack};

/// Describes all stacks, and declares the one that was asked for.
pub(super) fn respond(definitions: &[Definition], exchange: &Exchange) -> Reply {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let none = Value::Object(Map::new());
    let stacks = definitions.iter().map(|definition| {
        // Settings that are missing altogether are checked when the stack is declared.
        let declares = exchange.declare.as_deref() == Some(definition.name());
        let settings = exchange.settings.get(definition.name()).or(declares.then_some(&none));
        let fault = settings.and_then(|settings| definition.check(settings).err());
        Described {
            name: definition.name().to_owned(),
            about: definition.about().to_owned(),
            schema: definition.schema(&mut generator),
            fault,
        }
    });
    let stacks = stacks.collect();
    let declared = exchange.declare.as_ref().map(|name| {
        let definition = definitions.iter().find(|definition| definition.name() == name);
        let settings = exchange.settings.get(name).unwrap_or(&none);
        match definition {
            Some(definition) => declare(definition, exchange, settings),
            None => Err(vec![problem(name, "this program declares no such stack".to_owned())]),
        }
    });
    let (declarations, problems) = match declared {
        Some(Ok(declarations)) => (Some(declarations), Vec::new()),
        Some(Err(problems)) => (None, problems),
        None => (None, Vec::new()),
    };
    Reply {
        format: PROGRAM_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        stacks,
        definitions: generator.take_definitions(true),
        declarations,
        problems,
    }
}

fn declare(definition: &Definition, exchange: &Exchange, settings: &Value) -> Result<Declarations, Vec<Problem>> {
    let scope = Scope {
        environment: exchange.environment.clone(),
        stack: definition.name().to_owned(),
        region: exchange.region.clone(),
        account: exchange.account.clone(),
    };
    let mut stack = Stack::new(scope, exchange.tags.clone()).with_zones(exchange.zones.clone());
    match definition.declare(&mut stack, settings) {
        Ok(()) => stack.finish().map(|declarations| definition.checked(declarations)),
        // The description of the stack has the fault, with its place.
        Err(_) => Err(Vec::new()),
    }
}

fn problem(stack: &str, message: String) -> Problem {
    Problem { at: stack.to_owned(), field: None, message }
}
