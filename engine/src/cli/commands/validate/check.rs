//! The check of one environment and its stacks.

use jiff::Timestamp;
use serde::Serialize;

use crate::apply::{Pushed, Warning, warnings};
use crate::cli::context::CommandContext;
use crate::cli::dollars::{PriceWarning, book, price_warnings};
use crate::cli::error::CommandError;
use crate::cli::output::OUTPUT_FORMAT;
use crate::control::rolling_out::Parts;
use crate::environment::{Environment, EnvironmentError, scaled_endpoints};
use ebbtide::planner::dependency_order;
use ebbtide::schedule::lint;
use ebbtide::stack::{Declarations, Problem};

/// An environment that was checked: everything that is right, and all errors.
#[derive(Default, Serialize)]
pub(super) struct Checked {
    format: u32,
    pub(super) environment: String,
    pub(super) stacks: Vec<StackView>,
    /// The stacks that need settings, where the environment has none.
    left_out: Vec<String>,
    /// The schedules that are valid and probably not meant so.
    pub(super) schedules: Vec<ScheduleWarning>,
    /// The prices of the project that probably count nowhere.
    pub(super) prices: Vec<PriceWarning>,
    /// The region whose zones were not looked up, if a stack depends on them.
    #[serde(skip)]
    pub(super) zones_of: Option<String>,
    #[serde(skip)]
    pub(super) errors: Vec<CommandError>,
}

#[derive(Serialize)]
pub(super) struct ScheduleWarning {
    /// Null for the schedule of the environment.
    stack: Option<String>,
    /// The place of the schedule in the file.
    pub(super) place: String,
    pub(super) message: String,
}

#[derive(Serialize)]
pub(super) struct StackView {
    pub(super) stack: String,
    pub(super) resources: usize,
    pub(super) outputs: usize,
    pub(super) warnings: Vec<Warning>,
}

/// Checks an environment with one stack, or with all.
pub(super) fn check(context: &CommandContext, name: String, stack: Option<&str>) -> Checked {
    let mut checked = Checked { format: OUTPUT_FORMAT, environment: name, ..Checked::default() };
    if let Err(error) = checked.check(context, stack) {
        checked.errors.push(error);
    }
    checked
}

impl Checked {
    fn check(&mut self, context: &CommandContext, named: Option<&str>) -> Result<(), CommandError> {
        let environment = context.environment_named(&self.environment)?;
        let names = match named {
            Some(name) => vec![context.declared_stack(Some(name))?],
            None => context.names(),
        };
        self.schedules = schedule_warnings(&environment, &names);
        self.prices = price_warnings(context, &book(context, &environment.aws().region)?);
        for name in names {
            match context.unless_unsettled(&environment, (named, &name), declared(context, &environment, &name)) {
                Ok(Some(declared)) => self.add(context, &environment, name, &declared),
                Ok(None) => self.left_out.push(name),
                Err(error) => self.errors.push(error),
            }
        }
        Ok(())
    }

    fn add(&mut self, context: &CommandContext, environment: &Environment, stack: String, declared: &Declarations) {
        if declared.resources.keys().any(|address| address.kind() == "ec2_subnet") {
            self.zones_of = Some(environment.aws().region.clone());
        }
        let warnings = warnings(&context.providers, declared, Timestamp::now());
        let (resources, outputs) = (declared.resources.len(), declared.outputs.len());
        self.stacks.push(StackView { stack, resources, outputs, warnings });
    }
}

/// Declares a stack, and checks everything that a plan would refuse without asking AWS.
fn declared(context: &CommandContext, environment: &Environment, name: &str) -> Result<Declarations, CommandError> {
    let declared = context.declare_offline(environment, name)?;
    dependency_order(&declared).map_err(|cycle| {
        let problem = Problem { at: name.to_owned(), field: None, message: cycle.to_string() };
        CommandError::problems(name, &[problem])
    })?;
    environment.check_capacities(name, &scaled_endpoints(declared.resources.keys()))?;
    check_rollout(context, environment, name, &declared)?;
    let pushed = Pushed { schedule: environment.schedule(name), reduce: false }.problems(&declared);
    if pushed.is_empty() { Ok(declared) } else { Err(CommandError::problems(name, &pushed)) }
}

/// Refuses settings of a roll-out that name nothing of the stack, as `ebb rollout start` does.
fn check_rollout(
    context: &CommandContext,
    environment: &Environment,
    name: &str,
    declared: &Declarations,
) -> Result<(), EnvironmentError> {
    let Some((_, rules)) = environment.rollout(name) else { return Ok(()) };
    let parts = Parts::from(declared);
    let carrier = parts.carrier(context.providers.kinds(), rules).err();
    let mistakes = carrier.into_iter().chain(parts.alarm_mistakes(rules));
    let fault = |mistake: crate::control::rolling_out::Mistake| {
        environment.rollout_fault(name, &mistake.place, format!("the roll-out of {name}: {}", mistake.message))
    };
    let faults: Vec<_> = mistakes.filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(EnvironmentError::Invalid(faults)) }
}

/// Returns the warnings about the schedules of stacks over the year to come. A schedule that several stacks share is looked at
/// once.
fn schedule_warnings(environment: &Environment, stacks: &[String]) -> Vec<ScheduleWarning> {
    let own: Vec<&String> = environment.scheduled_stacks().filter(|own| stacks.contains(own)).collect();
    let common = stacks.iter().any(|stack| !own.contains(&stack)).then(|| environment.common_schedule()).flatten();
    let own = own.into_iter().filter_map(|stack| Some((Some(stack), environment.schedule(stack)?)));
    let mut warnings = Vec::new();
    for (stack, schedule) in common.map(|schedule| (None, schedule)).into_iter().chain(own) {
        let place = environment.schedule_place(stack.map(String::as_str), &[]).to_string();
        warnings.extend(lint(schedule, Timestamp::now()).into_iter().map(|message| ScheduleWarning {
            stack: stack.cloned(),
            place: place.clone(),
            message,
        }));
    }
    warnings
}
