//! One environment, read and validated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::environment::aws_checks::{aws_faults, tag_faults};
use crate::environment::budgets::Budgets;
use crate::environment::control_characters::control_characters;
use crate::environment::document::{Document, path_to};
use crate::environment::error::{EnvironmentError, Fault, Location};
use crate::environment::file::{AwsSettings, EnvironmentFile, StateSettings};
use crate::environment::project::Project;
use crate::environment::reserved::{all_own_settings, claimed, of_unknown_stacks, own_settings, tables};
use crate::environment::rollouts::{RolloutPlace, Rollouts, place_of};
use crate::environment::schedules::{Schedules, capacity_faults, schedule_path};
use crate::environment::schema::schema;
use crate::environment::state_checks::state_faults;
use crate::environment::suggest::nearest;
use crate::environment::unattended::{ControlSettings, NotifySettings, unattended_faults};
use crate::environment::unfit::{unfit_values, unlike};
use crate::environment::unknown_keys::unknown_keys;
use crate::state::ReadSegments;
use ebbtide::budget::Budget;
use ebbtide::cost::{UsageFault, UsageSettings};
use ebbtide::program::{Exchange, PROGRAM_FORMAT, Reply};
use ebbtide::resource::Scope;
use ebbtide::rollout::{self, Rollout, Rules};
use ebbtide::schedule::{self, Schedule};
use ebbtide::stack::{Declarations, Problem, RegionZones, SettingsFault, typed};

use crate::stacks::ProgramError;

/// The directory of local state where the settings name none, relative to the project's.
const STATE_DIRECTORY: &str = "state";

/// One environment of a project.
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    aws: AwsSettings,
    tags: BTreeMap<String, String>,
    root: PathBuf,
    state: StateSettings,
    state_directory: PathBuf,
    usage: UsageSettings,
    /// The use of stacks that have a table of their own.
    own_usage: BTreeMap<String, UsageSettings>,
    control: ControlSettings,
    notify: NotifySettings,
    /// The settings of the stacks, without reserved keys.
    stacks: BTreeMap<String, Value>,
    schedules: Schedules,
    budgets: Budgets,
    rollouts: Rollouts,
    document: Document,
    /// The segments of ledgers that were read: they are never changed.
    ledgers: ReadSegments,
    /// The cloud of a rehearsal, in place of the one below the state.
    #[cfg(feature = "embedded")]
    rehearsed_in: Option<ebbtide_cloud::Cloud>,
}

/// Sends an exchange to the source of a project's stacks and returns its reply; `None` if the stacks are not needed.
pub type Ask<'a> = dyn Fn(&Exchange) -> Result<Option<Reply>, ProgramError> + 'a;

impl Environment {
    /// Reads and validates an environment of a project. `ask` describes the stacks that it may have settings for. Without a
    /// description the settings of the stacks are not validated.
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
        // Messages about anything else may show the text.
        let controls = control_characters(&document);
        if !controls.is_empty() {
            return Err(controls);
        }
        // A misspelt key is also a missing one. The report of the misspelling is more helpful.
        let schema = schema(reply);
        let unknown = unknown_keys(&document, &schema);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let read = typed::<EnvironmentFile>(document.value());
        let unfit = unfit_values(&document, &schema, read.as_ref().err(), reply);
        let Ok(file) = read else { return Err(unfit) };
        let mut faults = aws_faults(&document, &file.aws);
        faults.extend(tag_faults(&document, &file.tags));
        faults.extend(state_faults(&document, &file.state));
        faults.extend(unattended_faults(&document, &file.control, &file.notify));
        let own_usage = tables::<UsageSettings>(&document, &file.stacks, "usage", &mut faults);
        faults.extend(file.usage.faults().iter().map(|fault| usage_fault(&document, None, fault)));
        for (stack, usage) in &own_usage {
            faults.extend(usage.faults().iter().map(|fault| usage_fault(&document, Some(stack), fault)));
        }
        faults.extend(reply.map(|reply| claimed(&document, reply)).unwrap_or_default());
        let schedules = Schedules::read(&document, file.schedule.as_ref(), &file.stacks).unwrap_or_else(|wrong| {
            faults.extend(wrong);
            Schedules::default()
        });
        let budgets = Budgets::read(&document, file.budget.as_ref(), &file.stacks, &mut faults);
        let rollouts = Rollouts::read(&document, &file.stacks, &budgets, &mut faults);
        // Other checks know more than the schema of the same value.
        faults.extend(unlike(unfit, &faults));
        if !faults.is_empty() {
            faults.sort();
            return Err(faults);
        }
        let state_directory = root.join(file.state.directory.as_deref().unwrap_or(STATE_DIRECTORY));
        Ok(Self {
            name: name.to_owned(),
            aws: file.aws,
            tags: file.tags,
            root: root.to_owned(),
            state: file.state,
            state_directory,
            usage: file.usage,
            own_usage,
            stacks: all_own_settings(&file.stacks),
            schedules,
            budgets,
            rollouts,
            control: file.control,
            notify: file.notify,
            document,
            ledgers: ReadSegments::default(),
            #[cfg(feature = "embedded")]
            rehearsed_in: None,
        })
    }

    /// Returns the name: that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the account, the region and the credentials.
    pub fn aws(&self) -> &AwsSettings {
        &self.aws
    }

    /// Returns how `ebb tick` and `ebb serve` look after the stacks.
    pub fn control(&self) -> &ControlSettings {
        &self.control
    }

    /// Returns where `ebb tick` and `ebb serve` report what they do.
    pub fn notify(&self) -> &NotifySettings {
        &self.notify
    }

    /// Returns the directory of local state, which all environments of the project share.
    pub fn state_directory(&self) -> &Path {
        &self.state_directory
    }

    /// Returns the same environment with a cloud of its own, and its state in a folder of its own. Nothing of it reaches AWS, the
    /// state, or receivers of notifications.
    #[cfg(feature = "embedded")]
    pub fn rehearsed_in(&self, cloud: ebbtide_cloud::Cloud, state: &Path) -> Self {
        let AwsSettings { region, objects, images, quotas, .. } = self.aws.clone();
        let aws = AwsSettings {
            region,
            objects,
            images,
            quotas,
            account: None,
            profile: None,
            assume_role: None,
            endpoint_url: None,
            embedded: true,
            transition_ms: None,
        };
        Self {
            aws,
            state: StateSettings::default(),
            state_directory: state.to_owned(),
            notify: NotifySettings::default(),
            rehearsed_in: Some(cloud),
            ..self.clone()
        }
    }

    /// Returns the cloud of a rehearsal.
    #[cfg(feature = "embedded")]
    pub(super) fn rehearsal(&self) -> Option<&ebbtide_cloud::Cloud> {
        self.rehearsed_in.as_ref()
    }

    /// Returns the directory of local state where the settings name none.
    pub(super) fn default_state_directory(&self) -> PathBuf {
        self.root.join(STATE_DIRECTORY)
    }

    /// Returns the directory of the embedded cloud of this environment. No other environment uses it.
    pub fn cloud_directory(&self) -> PathBuf {
        self.state_directory.join(&self.name).join("cloud")
    }

    /// Returns the project's directory. Paths in the file are relative to it.
    pub(super) fn project_root(&self) -> &Path {
        &self.root
    }

    /// Returns the file of the project's own prices of a region, which need not exist.
    pub fn prices(&self, region: &str) -> PathBuf {
        self.root.join("prices").join(format!("{region}.toml"))
    }

    /// Returns the segments of ledgers that were read.
    pub(super) fn ledgers(&self) -> &ReadSegments {
        &self.ledgers
    }

    /// Returns the settings of state.
    pub(super) fn state_settings(&self) -> &StateSettings {
        &self.state
    }

    /// Returns the schedule of a stack: its own, or that of the environment.
    pub fn schedule(&self, stack: &str) -> Option<&Schedule> {
        self.schedules.of(stack)
    }

    /// Returns the schedule of every stack without one of its own.
    pub fn common_schedule(&self) -> Option<&Schedule> {
        self.schedules.of_environment()
    }

    /// Returns the budget of a stack.
    pub fn budget(&self, stack: &str) -> Option<&Budget> {
        self.budgets.of(stack)
    }

    /// Returns the budget of all stacks together.
    pub fn common_budget(&self) -> Option<&Budget> {
        self.budgets.of_environment()
    }

    /// Returns the rules of a stack's roll-out, and the settings that they come from.
    pub fn rollout(&self, stack: &str) -> Option<(&rollout::Settings, &Rules)> {
        self.rollouts.of(stack).map(|(settings, rules)| (settings, rules))
    }

    /// Returns the rules of a recorded roll-out: those of the file, or those that were recorded where the file has none.
    pub fn rollout_rules(&self, stack: &str, recorded: &Rollout) -> Result<Rules, Vec<schedule::Problem>> {
        match self.rollout(stack) {
            Some((_, rules)) => Ok(rules.clone()),
            None => Rules::new(&recorded.settings),
        }
    }

    /// Returns a mistake in a setting of a stack's roll-out with its place in the file.
    pub fn rollout_fault(&self, stack: &str, place: &RolloutPlace, message: String) -> Option<Fault> {
        let (_, rules) = self.rollout(stack)?;
        Some(Fault { location: place_of(&self.document, stack, rules, place), message })
    }

    /// Returns whether the budgets of a stack are reconciled with Cost Explorer.
    pub fn reconciles(&self, stack: &str) -> bool {
        self.budgets.reconciles(stack)
    }

    /// Returns the same environment without a question to Cost Explorer.
    #[cfg(feature = "embedded")]
    #[must_use]
    pub fn unreconciled(self) -> Self {
        Self { budgets: self.budgets.unreconciled(), ..self }
    }

    /// Returns whether there is a budget of some stack, or of all.
    pub fn has_budgets(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// Returns the stacks that the file has a schedule for.
    pub fn scheduled_stacks(&self) -> impl Iterator<Item = &String> {
        self.schedules.stacks()
    }

    /// Returns a fault for each schedule, budget and roll-out of a stack that is not among the known ones. A command that asks no program
    /// knows the recorded stacks only, so these are no errors there.
    pub fn unknown_stacks(&self, known: &[String]) -> Vec<Fault> {
        let mut faults = of_unknown_stacks(&self.document, "schedule", self.schedules.stacks(), known);
        faults.extend(of_unknown_stacks(&self.document, "budget", self.budgets.stacks(), known));
        faults.extend(of_unknown_stacks(&self.document, "rollout", self.rollouts.stacks(), known));
        faults.sort();
        faults
    }

    /// Returns the place of a value of the schedule of a stack, or of the environment.
    pub fn schedule_place(&self, stack: Option<&str>, path: &[&str]) -> Location {
        let table = schedule_path(stack.filter(|stack| self.schedules.stacks().any(|own| own == stack)));
        self.document.of_key(&[table, path_to(path)].concat())
    }

    /// Returns an error with the place of each name in a `capacity` that is no endpoint with auto scaling of the stack.
    pub fn check_capacities(&self, stack: &str, endpoints: &BTreeSet<String>) -> Result<(), EnvironmentError> {
        let faults = capacity_faults(&self.document, &self.schedules, stack, endpoints);
        if faults.is_empty() { Ok(()) } else { Err(EnvironmentError::Invalid(faults)) }
    }

    /// Returns whether the file has settings of a stack's own, beside those that every stack may have.
    pub fn has_settings(&self, stack: &str) -> bool {
        self.stacks.contains_key(stack)
    }

    /// Returns the use of a stack's resources in a month: its own table, or the one of the environment.
    pub fn usage(&self, stack: &str) -> &UsageSettings {
        self.own_usage.get(stack).unwrap_or(&self.usage)
    }

    /// Returns the use of the environment, for the stacks without a table of their own.
    pub fn common_usage(&self) -> &UsageSettings {
        &self.usage
    }

    /// Returns the use of a stack that has a table of its own.
    pub fn own_usage(&self, stack: &str) -> Option<&UsageSettings> {
        self.own_usage.get(stack)
    }

    /// Returns a fault of the use with its place in the file. `stack` is the one whose own use it is.
    pub fn usage_fault(&self, stack: Option<&str>, fault: &UsageFault) -> Fault {
        usage_fault(&self.document, stack, fault)
    }

    /// Returns the scope of a stack in this environment. `account` is empty until AWS has reported it.
    pub fn scope(&self, stack: &str, account: &str) -> Scope {
        Scope {
            environment: self.name.clone(),
            stack: stack.to_owned(),
            region: self.aws.region.clone(),
            account: account.to_owned(),
        }
    }

    /// Returns the document that asks for the declaration of a stack.
    pub fn exchange(&self, stack: &str, account: &str, zones: &RegionZones) -> Exchange {
        Exchange {
            format: PROGRAM_FORMAT,
            environment: self.name.clone(),
            region: self.aws.region.clone(),
            account: account.to_owned(),
            zones: zones.clone(),
            tags: self.tags.clone(),
            settings: self.stacks.clone(),
            declare: Some(stack.to_owned()),
        }
    }

    /// Returns the declared stack of a reply, or all of its problems.
    /// `account` is the one that the declaration was asked for.
    pub fn declared(&self, stack: &str, account: &str, reply: Reply) -> Result<Declarations, Vec<Problem>> {
        let problem = |message: String| Problem { at: stack.to_owned(), field: None, message };
        let fault = reply.stacks.into_iter().find(|described| described.name == stack).and_then(|stack| stack.fault);
        match (fault, reply.declarations) {
            (Some(fault), _) => Err(vec![self.misconfigured(stack, &fault)]),
            (None, Some(declarations)) if reply.problems.is_empty() => {
                let (expected, found) = (self.scope(stack, account), &declarations.scope);
                if *found != expected {
                    let message = format!(
                        "its program declared stack {} of environment {} in {} instead, for account `{}`",
                        found.stack, found.environment, found.region, found.account
                    );
                    return Err(vec![problem(message)]);
                }
                declarations.checked()
            }
            (None, _) if reply.problems.is_empty() => {
                Err(vec![problem("its program reported neither declarations nor problems".to_owned())])
            }
            (None, _) => Err(reply.problems),
        }
    }

    /// Returns the problem of settings that do not fit a stack, with its place in this file.
    fn misconfigured(&self, stack: &str, fault: &SettingsFault) -> Problem {
        let (location, missing) = match self.stacks.get(stack) {
            Some(_) => (self.document.of_value(&path_to(&["stacks", stack])), String::new()),
            None => (self.document.end(), format!("; add a table [stacks.{stack}]")),
        };
        Problem { at: location.to_string(), field: None, message: format!("{}{missing}", fault.message) }
    }

    /// Returns the place of the account guard.
    pub(super) fn account_location(&self) -> Location {
        self.document.of_value(&path_to(&["aws", "account"]))
    }
}

/// Returns the document that asks for a description of the stacks. It is made before the file is validated, so that all
/// mistakes are reported at once.
fn description(name: &str, file: &Value) -> Exchange {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let fields = |key: &str| file.get(key).and_then(Value::as_object).into_iter().flatten();
    Exchange {
        format: PROGRAM_FORMAT,
        environment: name.to_owned(),
        region: file.pointer("/aws/region").and_then(text).unwrap_or_default(),
        account: String::new(),
        zones: RegionZones::default(),
        tags: fields("tags").filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
        settings: fields("stacks").filter_map(|(stack, all)| Some((stack.clone(), own_settings(all)?))).collect(),
        declare: None,
    }
}

/// Returns a fault of the use with its place in the document.
fn usage_fault(document: &Document, stack: Option<&str>, fault: &UsageFault) -> Fault {
    let table = stack.map_or(path_to(&["usage"]), |stack| path_to(&["stacks", stack, "usage"]));
    let path = [table, fault.path.clone()].concat();
    Fault { location: document.of_value(&path), message: format!("{}: {}", path.join("."), fault.message) }
}

#[cfg(test)]
#[path = "loaded_tests.rs"]
mod tests;
