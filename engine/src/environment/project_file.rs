//! `ebb.toml`: the settings of a whole project.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::environment::document::Document;
use crate::environment::error::{EnvironmentError, Fault};
use crate::environment::project::Project;
use crate::environment::unknown_keys::unknown_keys;
use crate::stacks::Program;
use ebbtide::stack::typed;

/// The file of a project.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    /// The program that declares the stacks.
    program: Option<ProgramSettings>,
}

/// The program that declares the stacks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProgramSettings {
    /// The command and its arguments.
    #[serde(default = "cargo_run")]
    command: Vec<String>,
}

fn cargo_run() -> Vec<String> {
    ["cargo", "run", "--quiet"].map(str::to_owned).to_vec()
}

impl Project {
    /// Returns the program that `ebb.toml` names; `None` if there is no such file, or no `[program]` in it.
    pub fn program(&self) -> Result<Option<Program>, EnvironmentError> {
        let path = self.root().join("ebb.toml");
        let text = match fs_err::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EnvironmentError::Unreadable { path, source }),
        };
        let document = Document::parse(&path, &text).map_err(|fault| EnvironmentError::InvalidProject(vec![fault]))?;
        let unknown = unknown_keys(&document, &schemars::schema_for!(ProjectFile).to_value());
        if !unknown.is_empty() {
            return Err(EnvironmentError::InvalidProject(unknown));
        }
        let refuse = |path: &[String], message: String| {
            EnvironmentError::InvalidProject(vec![Fault { location: document.of_value(path), message }])
        };
        let file: ProjectFile = typed(document.value()).map_err(|fault| refuse(&fault.path, fault.message.clone()))?;
        let Some(program) = file.program else { return Ok(None) };
        if program.command.first().is_none_or(String::is_empty) {
            let command = ["program", "command"].map(str::to_owned);
            return Err(refuse(&command, "the command is empty: write a program and its arguments".to_owned()));
        }
        Ok(Some(Program { command: program.command, directory: self.root().to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Result<Option<Program>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("environments")).unwrap();
        std::fs::write(folder.path().join("ebb.toml"), text).unwrap();
        Project::find(folder.path()).unwrap().program().map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_is_cargo_run_unless_another_is_named() {
        assert_eq!(program("[program]\n").unwrap().unwrap().command, cargo_run());
        assert_eq!(program("[program]\ncommand = ['./stacks']\n").unwrap().unwrap().command, ["./stacks"]);
        assert_eq!(program("").unwrap(), None);
    }

    #[test]
    fn mistakes_are_reported_with_their_place() {
        for (text, expected) in [
            ("[programm]\n", "ebb.toml:1:2: unknown key: `programm` in this file; did you mean `program`?"),
            ("[program]\ncommand = 'x'\n", "ebb.toml:2:11"),
            ("[program]\ncommand = []\n", "the command is empty"),
            ("[program\n", "not TOML"),
        ] {
            let error = program(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
