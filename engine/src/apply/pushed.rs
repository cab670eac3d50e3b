//! Scheduled actions of AWS that carry out a schedule of capacities.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use ebbtide::aws::autoscaling::{ScalableTarget, ScheduledAction};
use ebbtide::planner::{Observation, Observed};
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Declared, Input, Resource as _, dependencies};
use ebbtide::schedule::{Bounds, Schedule, Situation, WeeklyChange, decide};
use ebbtide::stack::{Declaration, Declarations, Problem};

/// "Maximum number of scheduled actions per scalable target: 200" (Application Auto Scaling User Guide, "Quotas").
const MOST_ACTIONS: usize = 200;

/// The time after a change of the schedule in which AWS acts: a scheduled action "might be delayed for up to 2 minutes from the
/// scheduled start time" (Application Auto Scaling User Guide, "How scheduled scaling works"). The rest is for clocks that differ.
const ACTED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// The schedule whose capacities AWS is to set.
#[derive(Clone, Copy, Debug)]
pub struct Pushed<'a> {
    /// The schedule of the stack, if it has one. Without `push` in it, AWS has no actions of it.
    pub schedule: Option<&'a Schedule>,
    /// Whether capacities are reduced to their minimum.
    pub reduce: bool,
}

impl Pushed<'_> {
    /// Returns whether AWS is to set capacities.
    fn is_wanted(&self) -> bool {
        self.schedule.is_some_and(Schedule::is_pushed)
    }

    /// Puts the actions of the schedule among declarations, in place of earlier ones.
    pub(super) fn put_into(self, declarations: &mut Declarations) -> Result<(), Vec<Problem>> {
        declarations.resources.retain(|address, declaration| !is_pushed(address, &declaration.inputs));
        let actions = self.actions(declarations)?;
        let taken = actions.keys().filter(|address| declarations.resources.contains_key(address));
        let problems: Vec<Problem> = taken
            .map(|address| {
                let message = "a scheduled action of the schedule has this address: rename yours, or remove `push`";
                Problem { at: address.to_string(), field: None, message: message.to_owned() }
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        declarations.resources.extend(actions);
        Ok(())
    }

    /// Returns the bounds of targets that AWS sets, and that are others than those of the schedule: those that hold at present.
    /// Something else has changed them, or AWS did not set them at the last change. The observation gets the real ones then: a
    /// read takes the bounds of any action for the recorded ones.
    pub(super) fn restored(
        self,
        document: &StateDocument,
        observation: &mut Observation,
        now: Timestamp,
    ) -> BTreeMap<Address, Bounds> {
        let at_rest = self.is_at_rest(now);
        let mut restored = BTreeMap::new();
        for (address, wanted) in self.wanted(document, now) {
            let (Some(Observed::Present(live)), Some(record)) =
                (observation.0.get_mut(&address), document.resources.get(&address))
            else {
                continue;
            };
            let snapshot = live.pause_snapshot.as_ref();
            let is_suspended = snapshot.and_then(|snapshot| snapshot.pointer("/suspended/scheduled"));
            let real = snapshot.and_then(bounds_of).filter(|_| is_suspended != Some(&Value::Bool(true)));
            if let Some(real) = real.filter(|real| at_rest && *real != wanted) {
                (live.inputs["min"], live.inputs["max"]) = (real.min.into(), real.max.into());
            } else if bounds_of(&live.inputs) == bounds_of(&record.inputs) {
                continue;
            }
            restored.insert(address, wanted);
        }
        restored
    }

    /// Returns the bounds that hold at present of the targets whose bounds AWS sets.
    fn wanted(self, document: &StateDocument, now: Timestamp) -> BTreeMap<Address, Bounds> {
        let Some(schedule) = self.schedule.filter(|schedule| schedule.is_pushed()) else { return BTreeMap::new() };
        let decision = decide(&Situation::scheduled(schedule, now));
        let set_by_aws = |address: &Address| {
            address.kind() == ScalableTarget::KIND && !schedule.weekly_changes(address.name()).is_empty()
        };
        let wanted = |(address, record): (&Address, &ResourceRecord)| {
            let named = decision.capacity.get(address.name()).copied();
            let bounds = named.or_else(|| bounds_of(&record.declaration()))?;
            Some((address.clone(), self.reduced(bounds)))
        };
        document.resources.iter().filter(|(address, _)| set_by_aws(address)).filter_map(wanted).collect()
    }

    /// Returns whether the schedule last changed long enough ago for AWS to have acted.
    fn is_at_rest(self, now: Timestamp) -> bool {
        let before = now.saturating_sub(ACTED_WITHIN).unwrap_or(Timestamp::MIN);
        self.schedule.is_some_and(|schedule| {
            let until = decide(&Situation::scheduled(schedule, before)).until;
            until.is_none_or(|until| until > now)
        })
    }

    /// Returns the targets whose bounds AWS has set by now, with their ids and the bounds. None if AWS may still have to act.
    pub fn set_by_now(self, document: &StateDocument, now: Timestamp) -> BTreeMap<Address, (String, Bounds)> {
        if !self.is_at_rest(now) {
            return BTreeMap::new();
        }
        let with_id = |(address, bounds): (Address, Bounds)| {
            let id = document.resources.get(&address)?.id.clone()?;
            Some((address, (id, bounds)))
        };
        self.wanted(document, now).into_iter().filter_map(with_id).collect()
    }

    /// Returns the instant by which AWS has acted on the next change of the schedule.
    pub fn next_set(self, now: Timestamp) -> Option<Timestamp> {
        let until = decide(&Situation::scheduled(self.schedule?, now)).until?;
        until.checked_add(ACTED_WITHIN).ok()
    }

    fn reduced(self, bounds: Bounds) -> Bounds {
        if self.reduce { Bounds { max: bounds.min, ..bounds } } else { bounds }
    }

    /// Returns the actions for the targets among declarations.
    fn actions(self, declarations: &Declarations) -> Result<BTreeMap<Address, Declaration>, Vec<Problem>> {
        let mut actions = BTreeMap::new();
        let Some(schedule) = self.schedule.filter(|schedule| schedule.is_pushed()) else { return Ok(actions) };
        let mut problems = Vec::new();
        for (address, declaration) in &declarations.resources {
            let changes = match address.kind() == ScalableTarget::KIND {
                true => schedule.weekly_changes(address.name()),
                false => continue,
            };
            if changes.is_empty() {
                continue;
            }
            let refusal = refusal(address, &declaration.inputs, changes.len(), declarations);
            match (refusal, actions_of(self, address, &declaration.inputs, &changes, schedule)) {
                (Some(problem), _) | (None, Err(problem)) => problems.push(problem),
                (None, Ok(own)) => actions.extend(own),
            }
        }
        if problems.is_empty() { Ok(actions) } else { Err(problems) }
    }

    /// Returns the reasons why a declared stack cannot have the actions of the schedule.
    pub fn problems(self, declarations: &Declarations) -> Vec<Problem> {
        self.put_into(&mut declarations.clone()).err().unwrap_or_default()
    }

    /// Compares the actions of the schedule with the recorded ones.
    pub fn compare(self, document: &StateDocument) -> Result<Comparison, Vec<Problem>> {
        let recorded: BTreeMap<&Address, Value> = document
            .resources
            .iter()
            .filter(|(address, record)| is_pushed(address, &record.inputs))
            .map(|(address, record)| (address, record.declaration()))
            .collect();
        if recorded.is_empty() && !self.is_wanted() {
            return Ok(Comparison::default());
        }
        let wanted = self.actions(&document.declarations())?;
        let equal = wanted.len() == recorded.len()
            && wanted.iter().all(|(address, wanted)| recorded.get(address) == Some(&wanted.inputs));
        let set_by_aws = wanted.values().flat_map(|action| targets_of(&action.inputs)).collect();
        let before: BTreeSet<Address> = recorded.values().flat_map(targets_of).collect();
        Ok(Comparison { differs: !equal, left: &before - &set_by_aws, set_by_aws })
    }
}

/// The actions of a schedule, compared with the recorded ones.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Whether an action is missing, changed, or no longer wanted.
    pub differs: bool,
    /// The targets whose bounds AWS sets.
    pub set_by_aws: BTreeSet<Address>,
    /// The targets whose bounds AWS sets by recorded actions, and is to set no longer.
    pub left: BTreeSet<Address>,
}

/// Returns whether a resource is an action of a schedule.
fn is_pushed(address: &Address, inputs: &Value) -> bool {
    address.kind() == ScheduledAction::<Declared>::KIND && inputs.get("pushed").is_some_and(Value::is_number)
}

fn targets_of(inputs: &Value) -> Vec<Address> {
    dependencies(inputs).into_iter().filter(|address| address.kind() == ScalableTarget::KIND).collect()
}

fn bounds_of(inputs: &Value) -> Option<Bounds> {
    let bound = |field: &str| inputs.get(field)?.as_u64().and_then(|value| u32::try_from(value).ok());
    Some(Bounds { min: bound("min")?, max: bound("max")? })
}

/// Returns the reason why a target cannot have actions of a schedule.
fn refusal(target: &Address, inputs: &Value, changes: usize, declarations: &Declarations) -> Option<Problem> {
    let problem = |message: String| Some(Problem { at: target.to_string(), field: None, message });
    let own = declarations.resources.iter().find(|(address, declaration)| {
        address.kind() == ScheduledAction::<Declared>::KIND
            && declaration.depends_on.contains(target)
            && !is_pushed(address, &declaration.inputs)
    });
    if let Some((address, _)) = own {
        return problem(format!(
            "the schedule hands its capacity to AWS, and {address} sets it too: remove one of them, or `push`"
        ));
    }
    if inputs.pointer("/suspended/scheduled") == Some(&Value::Bool(true)) {
        return problem(
            "it suspends scheduled actions, and the schedule hands its capacity to AWS; remove `push`".into(),
        );
    }
    (changes > MOST_ACTIONS)
        .then(|| problem(format!("the schedule changes its capacity {changes} times a week; AWS takes {MOST_ACTIONS}")))
        .flatten()
}

fn actions_of(
    pushed: Pushed<'_>,
    target: &Address,
    inputs: &Value,
    changes: &[WeeklyChange],
    schedule: &Schedule,
) -> Result<Vec<(Address, Declaration)>, Problem> {
    let problem = |message: String| Problem { at: target.to_string(), field: None, message };
    let declared = bounds_of(inputs).ok_or_else(|| problem("it has no bounds for the schedule to restore".into()))?;
    // Those that set the declared bounds come first and go last, so that a removal ends with these.
    let mut order: Vec<&WeeklyChange> = changes.iter().collect();
    order.sort_by_key(|change| change.bounds.is_some());
    let mut actions: Vec<(Address, Declaration)> = Vec::new();
    for change in order {
        let bounds = pushed.reduced(change.bounds.unwrap_or(declared));
        let action = ScheduledAction {
            zone: schedule.zone().iana_name().unwrap_or("UTC").to_owned(),
            pushed: u32::try_from(changes.len()).ok(),
            ..ScheduledAction::new(
                Input::reference(target.clone(), "resource"),
                expression(change),
                (bounds.min, bounds.max),
            )
        };
        let address = address(target, change, &actions).ok_or_else(|| {
            problem("its name is too long for scheduled actions of the schedule: shorten it, or remove `push`".into())
        })?;
        let inputs = serde_json::to_value(action).map_err(|error| problem(error.to_string()))?;
        let before = actions.last().map(|(address, _)| address.clone());
        let depends_on = before.into_iter().chain([target.clone()]).collect();
        actions.push((address, Declaration { inputs, depends_on, protect: false }));
    }
    Ok(actions)
}

/// Returns the address of an action, such as `autoscaling_scheduled_action.llm-schedule-0800`.
fn address(target: &Address, change: &WeeklyChange, taken: &[(Address, Declaration)]) -> Option<Address> {
    let kind = ScheduledAction::<Declared>::KIND;
    let base = format!("{kind}.{}-schedule-{:02}{:02}", target.name(), change.hour, change.minute);
    let free = |address: &Address| !taken.iter().any(|(other, _)| other == address);
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .map(|text| text.parse().ok())
        .find(|found| found.as_ref().is_none_or(free))?
}

/// Returns the expression of a change: `cron(0 8 ? * MON-FRI *)`.
fn expression(change: &WeeklyChange) -> String {
    let names = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    let named = |day: &Weekday| {
        let index = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
        names[index]
    };
    let days: Vec<&str> = change.days.iter().map(named).collect();
    let (time, all) = (format!("{} {}", change.minute, change.hour), names.len());
    let in_a_row = names.windows(days.len()).any(|run| run == days);
    match (days.as_slice(), in_a_row) {
        (days, _) if days.len() == all => format!("cron({time} * * ? *)"),
        ([first, .., last], true) if days.len() > 2 => format!("cron({time} ? * {first}-{last} *)"),
        (days, _) => format!("cron({time} ? * {} *)", days.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use ebbtide::aws::autoscaling::ScalableTarget;
    use ebbtide::resource::Scope;
    use ebbtide::schedule::Settings;
    use ebbtide::stack::Stack;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;

    fn schedule() -> Schedule {
        let settings: Settings = serde_json::from_value(json!({
            "timezone": "UTC",
            "default": "running",
            "push": true,
            "windows": [
                {"name": "office", "days": "mon-fri", "from": "08:00", "to": "18:00", "capacity": {"llm": {"min": 2, "max": 9}}},
                {"name": "weekend", "days": "sat,sun", "from": "08:00", "to": "09:30", "capacity": {"llm": {"min": 1, "max": 3}}},
            ],
        }))
        .unwrap();
        Schedule::new(&settings, TimeZone::UTC, None).unwrap()
    }

    fn declarations(more: impl FnOnce(&mut Stack)) -> Declarations {
        let scope = Scope {
            environment: "test".into(),
            stack: "s".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, Default::default());
        stack.add("llm", ScalableTarget::variant("llm", "v", (1, 4)));
        more(&mut stack);
        stack.finish().unwrap()
    }

    fn pushed(schedule: &Schedule, reduce: bool) -> Vec<(String, String, u64, u64)> {
        let mut declarations = declarations(|_| {});
        Pushed { schedule: Some(schedule), reduce }.put_into(&mut declarations).unwrap();
        let actions = declarations.resources.iter().filter(|(address, one)| is_pushed(address, &one.inputs));
        let shown = actions.map(|(address, one)| {
            let number = |field: &str| one.inputs[field].as_u64().unwrap();
            assert_eq!(number("pushed"), 4);
            (
                address.name().to_owned(),
                one.inputs["schedule"].as_str().unwrap().to_owned(),
                number("min"),
                number("max"),
            )
        });
        shown.collect()
    }

    #[test]
    fn each_change_of_a_week_is_an_action() {
        let action = |name: &str, schedule: &str, min: u64, max: u64| (name.to_owned(), schedule.to_owned(), min, max);
        assert_eq!(
            pushed(&schedule(), false),
            [
                action("llm-schedule-0800", "cron(0 8 ? * MON-FRI *)", 2, 9),
                action("llm-schedule-0800-2", "cron(0 8 ? * SAT,SUN *)", 1, 3),
                action("llm-schedule-0930", "cron(30 9 ? * SAT,SUN *)", 1, 4),
                action("llm-schedule-1800", "cron(0 18 ? * MON-FRI *)", 1, 4),
            ]
        );
        let reduced = pushed(&schedule(), true);
        assert_eq!(
            reduced.iter().map(|(_, _, min, max)| (*min, *max)).collect::<Vec<_>>(),
            [(2, 2), (1, 1), (1, 1), (1, 1)]
        );
    }

    #[test]
    fn actions_of_a_schedule_take_the_place_of_earlier_ones_and_of_no_others() {
        let schedule = schedule();
        let by = |schedule| Pushed { schedule, reduce: false };
        let mut declared = declarations(|_| {});
        let before = declared.clone();
        by(Some(&schedule)).put_into(&mut declared).unwrap();
        let once = declared.clone();
        by(Some(&schedule)).put_into(&mut declared).unwrap();
        assert_eq!((declared.resources.len(), &declared), (5, &once));
        by(None).put_into(&mut declared).unwrap();
        assert_eq!(declared, before);

        let mut taken = declarations(|stack| {
            stack.add("llm-schedule-0800", ScheduledAction::new("endpoint/other/variant/v", "rate(1 day)", (1, 1)));
        });
        let problems = by(Some(&schedule)).put_into(&mut taken).unwrap_err();
        assert_eq!(problems[0].at, "autoscaling_scheduled_action.llm-schedule-0800");
        let mut suspended = declarations(|stack| {
            let mut target = ScalableTarget::variant("other", "v", (1, 4));
            target.suspended.scheduled = true;
            stack.add("other", target);
        });
        by(Some(&schedule)).put_into(&mut suspended).unwrap();
        let target = suspended.resources.get_mut(&"autoscaling_target.llm".parse().unwrap()).unwrap();
        target.inputs["suspended"]["scheduled"] = true.into();
        let problems = by(Some(&schedule)).put_into(&mut suspended).unwrap_err();
        assert!(problems[0].message.contains("suspends scheduled actions"), "{problems:?}");
    }
}
