//! The entry of a program that declares stacks.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::respond::respond;
use super::{Exchange, PROGRAM_FORMAT, Reply};
use crate::stack::{DeclareResult, Definition, Stack};

/// The exit code of a program that was not run by `ebb`, as for other usage errors.
const USAGE: u8 = 64;

/// The stacks that a program declares.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use ebbtide::App;
/// use ebbtide::aws::ec2::{Cidr, Vpc};
/// use ebbtide::stack::Stack;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Settings {
///     cidr: Cidr,
/// }
///
/// fn declare(stack: &mut Stack, settings: &Settings) {
///     let network = stack.add("main", Vpc::new(settings.cidr));
///     stack.output("VPC_ID", &network.vpc_id);
/// }
///
/// fn main() -> ExitCode {
///     App::new().stack("network", "a network", declare).main()
/// }
/// ```
#[derive(Debug, Default)]
pub struct App {
    definitions: Vec<Definition>,
}

impl App {
    /// Creates a program without stacks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a stack with a name, one line about its purpose, and the function that declares it. See [`Definition::new`].
    #[must_use]
    pub fn stack<Settings, Returned>(
        self,
        name: &str,
        about: &str,
        declare: fn(&mut Stack, &Settings) -> Returned,
    ) -> Self
    where
        Settings: DeserializeOwned + JsonSchema + 'static,
        Returned: DeclareResult + 'static,
    {
        self.with(Definition::new(name, about, declare))
    }

    /// Adds a stack.
    #[must_use]
    pub fn with(mut self, definition: Definition) -> Self {
        self.definitions.push(definition);
        self
    }

    /// Returns the names of the stacks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions.iter().map(Definition::name)
    }

    /// Returns the document that this program writes for the one that it reads.
    pub fn respond(&self, exchange: &Exchange) -> Reply {
        respond(&self.definitions, exchange)
    }

    /// Runs the program: reads an [`Exchange`] from standard input and writes the [`Reply`] to standard output, on one line.
    /// A program that is not run by `ebb` says how to run it.
    pub fn main(self) -> ExitCode {
        if std::env::var_os("EBB_PROGRAM_FORMAT").is_none_or(|format| format.is_empty()) {
            return complain(&self.usage(), USAGE);
        }
        match self.exchange() {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&format!("error: {message}\n"), 1),
        }
    }

    fn exchange(&self) -> Result<(), String> {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| format!("cannot read standard input: {error}"))?;
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| format!("standard input is not JSON: {error}"))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64);
        if format != Some(u64::from(PROGRAM_FORMAT)) {
            let version = env!("CARGO_PKG_VERSION");
            return Err(format!(
                "this program speaks format {PROGRAM_FORMAT} (ebbtide {version}), and `ebb` another one: update both"
            ));
        }
        let exchange = serde_json::from_value(value).map_err(|error| format!("standard input: {error}"))?;
        let reply = serde_json::to_string(&self.respond(&exchange)).map_err(|error| error.to_string())?;
        // A line of its own, whatever the stack's code has printed before.
        let mut output = std::io::stdout().lock();
        writeln!(output, "\n{reply}").and_then(|()| output.flush()).map_err(|error| format!("cannot write: {error}"))
    }

    fn usage(&self) -> String {
        let names: Vec<&str> = self.names().collect();
        format!(
            "This program declares {}; `ebb` runs it. In this directory:\n  ebb plan     shows what would be created\n  \
             ebb apply    creates it\n",
            if names.is_empty() { "no stack".to_owned() } else { format!("the stack {}", names.join(", ")) }
        )
    }
}

fn complain(message: &str, code: u8) -> ExitCode {
    // If standard error is closed, there is nowhere to report it.
    let _ = std::io::stderr().write_all(message.as_bytes());
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::aws::ec2::{Cidr, Vpc};
    use crate::stack::RegionZones;

    #[derive(Deserialize, JsonSchema)]
    #[schemars(crate = "schemars")]
    struct Settings {
        cidr: Cidr,
    }

    fn declare(stack: &mut Stack, settings: &Settings) {
        let network = stack.add("main", Vpc::new(settings.cidr));
        stack.output("VPC_ID", &network.vpc_id);
    }

    fn exchanged(settings: serde_json::Value, stack: &str) -> Reply {
        let exchange = Exchange {
            format: PROGRAM_FORMAT,
            environment: "local".into(),
            region: "eu-west-1".into(),
            account: String::new(),
            zones: RegionZones::default(),
            tags: BTreeMap::from([("Team".to_owned(), "ml".to_owned())]),
            settings: BTreeMap::from([("network".to_owned(), settings)]),
            declare: Some(stack.to_owned()),
        };
        let reply = App::new().stack("network", "a network", declare).respond(&exchange);
        // What is written is what is read.
        serde_json::from_str(&serde_json::to_string(&reply).unwrap()).unwrap()
    }

    #[test]
    fn a_stack_is_described_and_declared() {
        let reply = exchanged(json!({"cidr": "10.0.0.0/16"}), "network");
        assert_eq!((reply.stacks[0].name.as_str(), reply.stacks[0].fault.clone()), ("network", None));
        assert!(serde_json::to_string(&reply.stacks[0].schema).unwrap().contains("Settings"));
        assert!(reply.definitions["Settings"]["properties"]["cidr"].is_object(), "{:?}", reply.definitions);
        let declared = reply.declarations.unwrap();
        let vpc = &declared.resources[&"ec2_vpc.main".parse().unwrap()];
        assert_eq!((&vpc.inputs["cidr"], &vpc.inputs["tags"]["Team"]), (&json!("10.0.0.0/16"), &json!("ml")));
    }

    #[test]
    fn problems_are_reported_with_their_place() {
        let reply = exchanged(json!({"cidr": "10.0.0.0/33"}), "network");
        let fault = reply.stacks[0].fault.clone().unwrap();
        assert_eq!(fault.path, ["cidr"]);
        assert!(reply.declarations.is_none() && reply.problems.is_empty(), "{:?}", reply.problems);
        let reply = exchanged(json!({"cidr": "10.0.0.0/29"}), "network");
        assert_eq!(reply.problems[0].at, "ec2_vpc.main");
        assert!(exchanged(json!({"cidr": "10.0.0.0/16"}), "other").problems[0].message.contains("no such stack"));
    }
}
