//! The schedules of an environment and of its stacks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use crate::environment::reserved::tables;
use crate::environment::suggest::{did_you_mean, nearest};
use crate::environment::timezones::TimeZones;
use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::resource::{Address, Resource as _};
use ebbtide::schedule::{Misspelt, Problem, Schedule, Settings, ambiguous_zone};

/// The validated schedules of an environment's file.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedules {
    /// That of every stack without one of its own.
    environment: Option<Schedule>,
    stacks: BTreeMap<String, Schedule>,
}

impl Schedules {
    /// Validates the schedules of a file. `stacks` are the tables `[stacks.NAME]`.
    pub(super) fn read(
        document: &Document,
        environment: Option<&Settings>,
        stacks: &BTreeMap<String, Value>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut schedules = Self::default();
        let own = tables::<Settings>(document, stacks, "schedule", &mut faults);
        if environment.is_some() || !own.is_empty() {
            let zones = TimeZones::newest();
            let mut read = |stack: Option<&str>, settings: &Settings| {
                validated(document, &schedule_path(stack), settings, &zones, &mut faults)
            };
            schedules.environment = environment.and_then(|settings| read(None, settings));
            let own = own.iter().filter_map(|(stack, settings)| Some((stack.clone(), read(Some(stack), settings)?)));
            schedules.stacks = own.collect();
        }
        if faults.is_empty() { Ok(schedules) } else { Err(faults) }
    }

    /// Returns the schedule of a stack: its own, or that of the environment.
    pub(super) fn of(&self, stack: &str) -> Option<&Schedule> {
        self.stacks.get(stack).or(self.environment.as_ref())
    }

    /// Returns the schedule of every stack without one of its own.
    pub(super) fn of_environment(&self) -> Option<&Schedule> {
        self.environment.as_ref()
    }

    /// Returns the stacks with a schedule of their own.
    pub(super) fn stacks(&self) -> impl Iterator<Item = &String> {
        self.stacks.keys()
    }
}

/// Returns the path of the schedule of a stack, or of the environment.
pub(super) fn schedule_path(stack: Option<&str>) -> Vec<String> {
    stack.map_or_else(|| path_to(&["schedule"]), |stack| path_to(&["stacks", stack, "schedule"]))
}

/// Returns the names of the endpoints with auto scaling among resources: a `capacity` names them.
pub fn scaled_endpoints<'a>(addresses: impl IntoIterator<Item = &'a Address>) -> BTreeSet<String> {
    let targets = addresses.into_iter().filter(|address| address.kind() == ScalableTarget::KIND);
    targets.map(|target| target.name().to_owned()).collect()
}

/// Returns a fault for each name in a `capacity` that is no scaled endpoint of the stack.
pub(super) fn capacity_faults(
    document: &Document,
    schedules: &Schedules,
    stack: &str,
    endpoints: &BTreeSet<String>,
) -> Vec<Fault> {
    let table = schedule_path(schedules.stacks.contains_key(stack).then_some(stack));
    let windows = schedules.of(stack).map(Schedule::windows).unwrap_or_default();
    let known: Vec<String> = endpoints.iter().cloned().collect();
    let mut faults = Vec::new();
    for (index, window) in windows.iter().enumerate() {
        for name in window.capacity.keys().filter(|name| !endpoints.contains(*name)) {
            let path = path_to(&["windows", &index.to_string(), "capacity", name]);
            let message = format!("{stack} has no endpoint with auto scaling that is named `{name}`");
            let misspelt = Some(Misspelt { given: name.clone(), known: known.clone() });
            let mut fault = fault(document, &table, Problem { path: path.clone(), message, misspelt });
            fault.location = document.of_key(&[table.clone(), path].concat());
            faults.push(fault);
        }
    }
    faults
}

fn validated(
    document: &Document,
    path: &[String],
    settings: &Settings,
    zones: &TimeZones,
    faults: &mut Vec<Fault>,
) -> Option<Schedule> {
    let zone = zone(&settings.timezone, zones);
    // Everything else can be checked without the zone.
    let usable = zone.as_ref().ok().cloned().unwrap_or(TimeZone::UTC);
    let schedule = Schedule::new(settings, usable, Some(zones.version.clone()));
    let problems = schedule.as_ref().err().cloned().unwrap_or_default();
    let of_zone = zone.as_ref().err().cloned();
    faults.extend(of_zone.into_iter().chain(problems).map(|problem| fault(document, path, problem)));
    schedule.ok().filter(|_| zone.is_ok())
}

fn zone(name: &str, zones: &TimeZones) -> Result<TimeZone, Problem> {
    if let Some(instead) = ambiguous_zone(name) {
        let message = format!("`{name}` is ambiguous as a time zone; write {instead}");
        return Err(Problem::new(&["timezone"], message));
    }
    zones.get(name.trim()).ok_or_else(|| {
        let near = zones.names();
        // A city without its continent is a frequent mistake.
        let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let same_city = near.iter().find(|known| city(known).eq_ignore_ascii_case(&city(name).replace(' ', "_")));
        let near = same_city.map(String::as_str).or_else(|| nearest(name, near.iter().map(String::as_str)));
        let near = did_you_mean(near);
        let message = format!("there is no time zone `{name}` in the IANA database{near}");
        Problem::new(&["timezone"], message)
    })
}

/// Returns a problem with its place in the document, and with the most similar known name.
pub(super) fn fault(document: &Document, table: &[String], problem: Problem) -> Fault {
    let path = [table, &problem.path].concat();
    let known = problem.misspelt.as_ref().map(|misspelt| {
        let near = nearest(&misspelt.given, misspelt.known.iter().map(String::as_str));
        let listed = if misspelt.known.is_empty() { "there are none".to_owned() } else { misspelt.known.join(", ") };
        format!("{} (known: {listed})", did_you_mean(near))
    });
    let message = format!("{}: {}{}", path.join("."), problem.message, known.unwrap_or_default());
    Fault { location: document.of_value(&path), message }
}
