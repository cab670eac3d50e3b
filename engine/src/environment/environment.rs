//! One environment, read and validated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::environment::document::Document;
use crate::environment::error::did_you_mean;
use crate::environment::file::EnvironmentFile;
use crate::environment::regions::REGIONS;
use crate::environment::{
    AwsSettings, EnvironmentError, Fault, Location, Project, StateSettings, check, nearest, schema, state,
};
use ebbtide::resource::Scope;
use ebbtide::stack::{Declarations, Definition, Problem, SettingsFault, Stack, typed};

/// One environment of a project.
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    aws: AwsSettings,
    tags: BTreeMap<String, String>,
    root: PathBuf,
    state: StateSettings,
    state_directory: PathBuf,
    stacks: BTreeMap<String, Value>,
    document: Document,
}

impl Environment {
    /// Reads and validates an environment of a project; `definitions` are the stacks that it may have settings for.
    pub fn load(project: &Project, name: &str, definitions: &[Definition]) -> Result<Self, EnvironmentError> {
        let path = project.environment_file(name);
        let known = project.environments();
        if !known.iter().any(|other| other == name) {
            let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(EnvironmentError::Unknown { name: name.to_owned(), nearest, known });
        }
        let text = fs_err::read_to_string(&path)
            .map_err(|source| EnvironmentError::Unreadable { path: path.clone(), source })?;
        Self::parse(name, project.root(), &path, &text, definitions).map_err(EnvironmentError::Invalid)
    }

    fn parse(name: &str, root: &Path, path: &Path, text: &str, definitions: &[Definition]) -> Result<Self, Vec<Fault>> {
        let document = Document::parse(path, text).map_err(|fault| vec![fault])?;
        // A misspelt key is also a missing one; the misspelling is what helps.
        let unknown = check::unknown_keys(&document, &schema(definitions));
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let file: EnvironmentFile =
            typed(document.value()).map_err(|fault| vec![located(&document, Vec::new(), fault)])?;
        let mut faults = aws_faults(&document, &file.aws);
        faults.extend(tag_faults(&document, &file.tags));
        faults.extend(state::faults(&document, &file.state));
        for definition in definitions {
            if let Some(settings) = file.stacks.get(definition.name())
                && let Err(fault) = definition.check(settings)
            {
                faults.push(located(&document, path_to(&["stacks", definition.name()]), fault));
            }
        }
        if !faults.is_empty() {
            faults.sort();
            return Err(faults);
        }
        let state_directory = root.join(file.state.directory.as_deref().unwrap_or("state"));
        Ok(Self {
            name: name.to_owned(),
            aws: file.aws,
            tags: file.tags,
            root: root.to_owned(),
            state: file.state,
            state_directory,
            stacks: file.stacks,
            document,
        })
    }

    /// The name: that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account and region, and how to get in.
    pub fn aws(&self) -> &AwsSettings {
        &self.aws
    }

    /// The directory of local state, for all environments of the project.
    pub fn state_directory(&self) -> &Path {
        &self.state_directory
    }

    /// Where the embedded cloud of this environment lives. No other environment touches it.
    pub fn cloud_directory(&self) -> PathBuf {
        self.state_directory.join(&self.name).join("cloud")
    }

    /// The project's directory: paths in the file begin there.
    pub(super) fn project_root(&self) -> &Path {
        &self.root
    }

    /// Where state is kept, as it stands in the file.
    pub(super) fn state_settings(&self) -> &StateSettings {
        &self.state
    }

    /// What a stack is declared for here. `account` is empty as long as nobody has asked AWS.
    pub fn scope(&self, stack: &str, account: &str) -> Scope {
        Scope {
            environment: self.name.clone(),
            stack: stack.to_owned(),
            region: self.aws.region.clone(),
            account: account.to_owned(),
        }
    }

    /// Declares a stack with its settings in this environment; answers everything that is wrong with it.
    pub fn declare(&self, definition: &Definition, account: &str) -> Result<Declarations, Vec<Problem>> {
        let mut stack = Stack::new(self.scope(definition.name(), account), self.tags.clone());
        let nothing = Value::Object(serde_json::Map::new());
        let settings = self.stacks.get(definition.name());
        if let Err(fault) = definition.declare(&mut stack, settings.unwrap_or(&nothing)) {
            let location = match settings {
                Some(_) => self.document.of_value(&path_to(&["stacks", definition.name()])),
                None => self.document.end(),
            };
            let missing = if settings.is_none() {
                format!("; add a table [stacks.{}]", definition.name())
            } else {
                String::new()
            };
            let message = format!("{}{missing}", fault.message);
            return Err(vec![Problem { at: location.to_string(), field: None, message }]);
        }
        stack.finish()
    }

    /// Where the account guard stands.
    pub(super) fn account_location(&self) -> Location {
        self.document.of_value(&path_to(&["aws", "account"]))
    }
}

pub(super) fn path_to(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn located(document: &Document, mut path: Vec<String>, fault: SettingsFault) -> Fault {
    path.extend(fault.path);
    let shown = if path.is_empty() { String::new() } else { format!("{}: ", path.join(".")) };
    Fault { location: document.of_value(&path), message: format!("{shown}{}", fault.message) }
}

fn aws_faults(document: &Document, aws: &AwsSettings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |key: &str, message: String| {
        faults.push(Fault { location: document.of_value(&path_to(&["aws", key])), message });
    };
    if !REGIONS.contains(&aws.region.as_str()) {
        let near = did_you_mean(nearest(&aws.region, REGIONS.iter().copied()));
        refuse("region", format!("`{}` is not a region of AWS{near} (known: {})", aws.region, REGIONS.join(", ")));
    }
    if let Some(account) = aws.account.as_deref().filter(|a| a.len() != 12 || !a.bytes().all(|b| b.is_ascii_digit())) {
        refuse("account", format!("`{account}` is not an account: write its 12 digits as text, \"123456789012\""));
    }
    if let Some(url) = aws.endpoint_url.as_deref() {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            refuse("endpoint_url", format!("`{url}` is not a URL: write http://HOST:PORT or https://HOST"));
        }
        if aws.embedded {
            refuse("endpoint_url", "`endpoint_url` and `embedded = true` exclude each other: keep one".to_owned());
        }
    }
    if let Some(role) = aws.assume_role.as_deref().filter(|role| !role.starts_with("arn:") || !role.contains(":role/"))
    {
        refuse("assume_role", format!("`{role}` is not a role's ARN: write arn:aws:iam::123456789012:role/NAME"));
    }
    if aws.embedded {
        for (key, value) in [("profile", &aws.profile), ("assume_role", &aws.assume_role)] {
            if value.is_some() {
                refuse(key, format!("the embedded cloud takes no credentials: remove `{key}` or `embedded`"));
            }
        }
    } else if aws.transition_ms.is_some() {
        refuse("transition_ms", "only the embedded cloud has it: remove it or set `embedded = true`".to_owned());
    }
    faults
}

fn tag_faults(document: &Document, tags: &BTreeMap<String, String>) -> Vec<Fault> {
    let reserved = tags.keys().filter(|key| key.starts_with("ebb:") || key.to_lowercase().starts_with("aws:"));
    reserved
        .map(|key| Fault {
            location: document.of_key(&path_to(&["tags", key])),
            message: format!("the tag `{key}` is reserved: tags of one's own do not start with `ebb:` or `aws:`"),
        })
        .collect()
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
