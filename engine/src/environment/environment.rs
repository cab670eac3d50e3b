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
use ebbtide::program::{Exchange, PROGRAM_FORMAT, Reply};
use ebbtide::resource::Scope;
use ebbtide::stack::{Declarations, Problem, SettingsFault, typed};

use crate::stacks::ProgramError;

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

/// Asks the source of a project's stacks; `None` if the stacks are not needed.
pub type Ask<'a> = dyn Fn(&Exchange) -> Result<Option<Reply>, ProgramError> + 'a;

impl Environment {
    /// Reads and validates an environment of a project. `ask` describes the stacks that it may have settings for; if it
    /// returns `None`, the settings are left unread.
    pub fn load(project: &Project, name: &str, ask: &Ask<'_>) -> Result<(Self, Option<Reply>), EnvironmentError> {
        let path = project.environment_file(name);
        let known = project.environments();
        if !known.iter().any(|other| other == name) {
            let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(EnvironmentError::Unknown { name: name.to_owned(), nearest, known });
        }
        let text = fs_err::read_to_string(&path)
            .map_err(|source| EnvironmentError::Unreadable { path: path.clone(), source })?;
        Self::parse(name, project.root(), &path, &text, ask)
    }

    fn parse(
        name: &str,
        root: &Path,
        path: &Path,
        text: &str,
        ask: &Ask<'_>,
    ) -> Result<(Self, Option<Reply>), EnvironmentError> {
        let document = Document::parse(path, text).map_err(|fault| EnvironmentError::Invalid(vec![fault]))?;
        let reply = ask(&description(name, document.value()))?;
        let environment = Self::validated(name, root, document, reply.as_ref()).map_err(EnvironmentError::Invalid)?;
        Ok((environment, reply))
    }

    fn validated(name: &str, root: &Path, document: Document, reply: Option<&Reply>) -> Result<Self, Vec<Fault>> {
        // A misspelt key is also a missing one; the misspelling is more helpful.
        let unknown = check::unknown_keys(&document, &schema(reply));
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let file: EnvironmentFile =
            typed(document.value()).map_err(|fault| vec![located(&document, Vec::new(), &fault)])?;
        let mut faults = aws_faults(&document, &file.aws);
        faults.extend(tag_faults(&document, &file.tags));
        faults.extend(state::faults(&document, &file.state));
        let stacks = reply.into_iter().flat_map(|reply| &reply.stacks);
        for (stack, fault) in stacks.filter_map(|stack| Some((stack, stack.fault.as_ref()?))) {
            faults.push(located(&document, path_to(&["stacks", &stack.name]), fault));
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

    /// Returns the document that asks for the declaration of a stack.
    pub fn exchange(&self, stack: &str, account: &str) -> Exchange {
        Exchange {
            format: PROGRAM_FORMAT,
            environment: self.name.clone(),
            region: self.aws.region.clone(),
            account: account.to_owned(),
            tags: self.tags.clone(),
            settings: self.stacks.clone(),
            declare: Some(stack.to_owned()),
        }
    }

    /// Returns the declared stack of a reply, or everything that is wrong with it, with its place in this file.
    pub fn declared(&self, stack: &str, reply: Reply) -> Result<Declarations, Vec<Problem>> {
        let fault = reply.stacks.into_iter().find(|described| described.name == stack).and_then(|stack| stack.fault);
        match (fault, reply.declarations) {
            (Some(fault), _) => Err(vec![self.misconfigured(stack, &fault)]),
            (None, Some(declarations)) if reply.problems.is_empty() => Ok(declarations),
            (None, _) if reply.problems.is_empty() => {
                let message = "its program reported neither declarations nor problems".to_owned();
                Err(vec![Problem { at: stack.to_owned(), field: None, message }])
            }
            (None, _) => Err(reply.problems),
        }
    }

    /// Returns the problem that settings do not fit.
    fn misconfigured(&self, stack: &str, fault: &SettingsFault) -> Problem {
        let (location, missing) = match self.stacks.get(stack) {
            Some(_) => (self.document.of_value(&path_to(&["stacks", stack])), String::new()),
            None => (self.document.end(), format!("; add a table [stacks.{stack}]")),
        };
        Problem { at: location.to_string(), field: None, message: format!("{}{missing}", fault.message) }
    }

    /// Where the account guard stands.
    pub(super) fn account_location(&self) -> Location {
        self.document.of_value(&path_to(&["aws", "account"]))
    }
}

/// Returns the document that asks for a description of the stacks. It is made before the file was validated, so that
/// everything that is wrong with it is reported at once.
fn description(name: &str, file: &Value) -> Exchange {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let fields = |key: &str| file.get(key).and_then(Value::as_object).into_iter().flatten();
    Exchange {
        format: PROGRAM_FORMAT,
        environment: name.to_owned(),
        region: file.pointer("/aws/region").and_then(text).unwrap_or_default(),
        account: String::new(),
        tags: fields("tags").filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
        settings: fields("stacks").map(|(stack, settings)| (stack.clone(), settings.clone())).collect(),
        declare: None,
    }
}

pub(super) fn path_to(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn located(document: &Document, mut path: Vec<String>, fault: &SettingsFault) -> Fault {
    path.extend(fault.path.iter().cloned());
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
