//! Validated rules of a roll-out.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::recorded::Rollout;
use super::settings::{RollbackSettings, Settings};
use crate::resource::Address;
use crate::schedule::{Problem, elapsed};

/// The longest time that a step or a reason names.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// A day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Validated rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The resource that splits the traffic, if it is named.
    pub of: Option<Address>,
    /// The variant that is the new side, if it is named.
    pub to: Option<String>,
    /// The steps, rising.
    pub steps: Vec<Step>,
    /// The names of the alarms that let a step happen.
    pub gates: Vec<String>,
    /// The reasons to take all traffic back.
    pub rollback: Vec<Trigger>,
    /// The steps that wait for a person.
    pub approve: BTreeSet<u8>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The percentage.
    pub percent: u8,
    /// The time since the step before, or since the start, at least.
    pub wait: SignedDuration,
}

/// A reason to take all traffic back.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// An alarm is raised for so long.
    Alarm {
        /// Its name.
        name: String,
        /// The time.
        length: SignedDuration,
    },
    /// The stack costs more than this share of its budget for so many days.
    Cost {
        /// The share.
        share: f64,
        /// The days.
        days: u32,
    },
}

impl Rules {
    /// Validates the settings. Reports all problems, each with its path below the table.
    pub fn new(settings: &Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let of = settings.of.as_ref().and_then(|of| match of.parse::<Address>() {
            Ok(address) => Some(address),
            Err(error) => {
                problems.push(Problem::new(&["of"], error.to_string()));
                None
            }
        });
        let steps = steps(settings, &mut problems);
        names(&settings.gates, &mut problems);
        let mut rollback = Vec::new();
        for (index, setting) in settings.rollback.iter().enumerate() {
            match trigger(setting) {
                Ok(trigger) => rollback.push(trigger),
                Err((key, message)) => problems.push(Problem::new(&["rollback", &index.to_string(), key], message)),
            }
        }
        let approve: BTreeSet<u8> = settings.approve.iter().copied().collect();
        for (index, percent) in settings.approve.iter().enumerate() {
            if !settings.steps.iter().any(|step| step.percent == *percent) {
                let message = format!("no step goes to {percent} percent");
                problems.push(Problem::new(&["approve", &index.to_string()], message));
            }
        }
        if problems.is_empty()
            && settings.gates.is_empty()
            && settings.steps.iter().any(|step| !approve.contains(&step.percent))
        {
            let message =
                "without a gate, a step is proved by nothing: name alarms, or let every step wait for approval";
            problems.push(Problem::new(&["gates"], message));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { of, to: settings.to.clone(), steps, gates: settings.gates.clone(), rollback, approve })
    }

    /// Returns the names of all alarms, each once.
    pub fn alarms(&self) -> BTreeSet<&str> {
        let of_triggers = self.rollback.iter().filter_map(|trigger| match trigger {
            Trigger::Alarm { name, .. } => Some(name.as_str()),
            Trigger::Cost { .. } => None,
        });
        self.gates.iter().map(String::as_str).chain(of_triggers).collect()
    }

    /// Returns the numbers of days whose cost matters.
    pub fn days(&self) -> BTreeSet<u32> {
        let days = self.rollback.iter().filter_map(|trigger| match trigger {
            Trigger::Alarm { .. } => None,
            Trigger::Cost { days, .. } => Some(*days),
        });
        days.collect()
    }

    /// Returns the step that follows a percentage; `None` at the end.
    pub fn after(&self, percent: u8) -> Option<Step> {
        self.steps.iter().find(|step| step.percent > percent).copied()
    }

    /// Returns the instant at which a roll-out is done if every step to come is taken when it is due.
    pub fn end(&self, rollout: &Rollout) -> Timestamp {
        let to_come = self.steps.iter().filter(|step| step.percent > rollout.percent).map(|step| step.wait);
        let rest = to_come.chain([self.settling()]).fold(SignedDuration::ZERO, SignedDuration::saturating_add);
        rollout.since.checked_add(rest).unwrap_or(Timestamp::MAX)
    }

    /// Returns the time for which the last step has to hold before the roll-out is done: that between the last two.
    pub fn settling(&self) -> SignedDuration {
        self.steps.last().map_or(SignedDuration::ZERO, |step| step.wait)
    }
}

/// Returns the steps. Percentages and times have to rise, up to 100 percent.
fn steps(settings: &Settings, problems: &mut Vec<Problem>) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut last_percent, mut last_after) = (0, SignedDuration::ZERO);
    for (index, step) in settings.steps.iter().enumerate() {
        let mut refuse = |key: &str, message: String| {
            problems.push(Problem::new(&["steps", &index.to_string(), key], message));
        };
        match step.percent {
            0 | 101.. => refuse("percent", format!("{} is no percentage from 1 to 100", step.percent)),
            percent if percent <= last_percent => refuse(
                "percent",
                format!("{percent} does not rise above the {last_percent} of the step before: steps never fall"),
            ),
            percent => last_percent = percent,
        }
        match time(&step.after) {
            Err(message) => refuse("after", message),
            Ok(after) if after < last_after => {
                refuse("after", format!("`{}` is before the step before it", step.after));
            }
            Ok(after) => {
                steps.push(Step { percent: step.percent, wait: after - last_after });
                last_after = after;
            }
        }
    }
    match settings.steps.last() {
        None => problems.push(Problem::new(&["steps"], "there is no step; the last one goes to 100 percent")),
        Some(last) if last.percent < 100 => {
            let message = format!("the last step goes to {} percent; it has to go to 100", last.percent);
            problems.push(Problem::new(&["steps", &(settings.steps.len() - 1).to_string(), "percent"], message));
        }
        Some(_) => {}
    }
    steps
}

/// Checks that the names are given, each once.
fn names(names: &[String], problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let index = index.to_string();
        let path = ["gates", index.as_str()];
        if name.trim().is_empty() {
            problems.push(Problem::new(&path, "the name of an alarm is missing"));
        } else if !seen.insert(name) {
            problems.push(Problem::new(&path, format!("`{name}` is there twice")));
        }
    }
}

fn trigger(settings: &RollbackSettings) -> Result<Trigger, (&'static str, String)> {
    let length = time(&settings.length).map_err(|message| ("for", message))?;
    match (&settings.alarm, &settings.cost) {
        (Some(name), None) if name.trim().is_empty() => Err(("alarm", "the name of an alarm is missing".to_owned())),
        (Some(name), None) => Ok(Trigger::Alarm { name: name.clone(), length }),
        (None, Some(cost)) => {
            let share = cost.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
            let share = share.filter(|share| share.is_finite() && *share > 0.0);
            let share = share.ok_or_else(|| ("cost", format!("`{cost}` is no share of the budget: write 200%")))?;
            let is_whole = length.is_positive() && length.as_secs() % DAY.as_secs() == 0;
            let days = u32::try_from(length.as_secs() / DAY.as_secs()).ok().filter(|_| is_whole);
            let days = days.ok_or_else(|| {
                ("for", format!("`{}` is no number of whole days: costs are known by the day", settings.length))
            })?;
            Ok(Trigger::Cost { share: share / 100.0, days })
        }
        (Some(_), Some(_)) => Err(("cost", "a reason has either an `alarm` or a `cost`".to_owned())),
        (None, None) => Err(("alarm", "a reason needs an `alarm` or a `cost`".to_owned())),
    }
}

/// Reads a time that passes, such as `0d`, `36h` or `7d`.
fn time(text: &str) -> Result<SignedDuration, String> {
    let length = elapsed(text).filter(|length| !length.is_negative());
    let length = length.ok_or_else(|| format!("`{text}` is no time: write 0d, 36h or 7d"))?;
    if length > LONGEST { Err(format!("`{text}` is longer than a year")) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rules(settings: &Value) -> Result<Rules, Vec<String>> {
        let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
        Rules::new(&settings).map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn seed() -> Value {
        json!({
            "steps": [
                { "percent": 10, "after": "0d" }, { "percent": 25, "after": "3d" }, { "percent": 50, "after": "7d" },
                { "percent": 75, "after": "10d" }, { "percent": 100, "after": "14d" },
            ],
            "gates": ["accuracy", "hallucination"],
            "rollback": [{ "alarm": "accuracy-drop", "for": "24h" }, { "cost": "200%", "for": "7d" }],
            "approve": [100],
        })
    }

    #[test]
    fn steps_have_the_time_since_the_one_before() {
        let rules = rules(&seed()).unwrap();
        let days: Vec<_> = rules.steps.iter().map(|step| (step.percent, step.wait.as_hours() / 24)).collect();
        assert_eq!(days, [(10, 0), (25, 3), (50, 4), (75, 3), (100, 4)]);
        assert_eq!(rules.after(25).unwrap().percent, 50);
        assert_eq!(rules.after(100), None);
        assert_eq!(rules.alarms(), BTreeSet::from(["accuracy", "accuracy-drop", "hallucination"]));
        assert_eq!(rules.days(), BTreeSet::from([7]));
        assert_eq!(rules.rollback[1], Trigger::Cost { share: 2.0, days: 7 });
    }

    #[test]
    fn the_end_follows_from_the_step_that_was_taken_last() {
        let rules = rules(&seed()).unwrap();
        let settings = serde_json::from_value(seed()).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut rollout =
            Rollout::new("apigateway_stage.live".parse().unwrap(), 1, settings, "ada", at("2026-11-01T00:00:00Z"));
        // Fourteen days, and the last step holds for four more.
        assert_eq!(rules.end(&rollout), at("2026-11-19T00:00:00Z"));
        rollout.gets(50, 1, at("2026-11-10T00:00:00Z"));
        assert_eq!(rules.end(&rollout), at("2026-11-21T00:00:00Z"), "a step that was late moves the rest");
        rollout.gets(100, 1, at("2026-11-17T00:00:00Z"));
        assert_eq!(rules.end(&rollout), at("2026-11-21T00:00:00Z"));
    }

    #[test]
    fn invalid_roll_outs_are_refused_with_the_place() {
        let with = |key: &str, value: Value| {
            let mut settings = seed();
            settings[key] = value;
            settings
        };
        let step = |percent: u8, after: &str| json!({ "percent": percent, "after": after });
        let cases = [
            ("steps: there is no step", with("steps", json!([]))),
            ("steps.1.percent: 10 does not rise above the 25", with("steps", json!([step(25, "0d"), step(10, "1d")]))),
            ("steps.0.percent: 0 is no percentage", with("steps", json!([step(0, "0d"), step(100, "1d")]))),
            ("steps.0.percent: 101 is no percentage", with("steps", json!([step(101, "0d")]))),
            ("steps.1.after: `1d` is before the step", with("steps", json!([step(10, "2d"), step(100, "1d")]))),
            ("steps.0.after: `soon` is no time", with("steps", json!([step(100, "soon")]))),
            ("steps.0.after: `-1d` is no time", with("steps", json!([step(100, "-1d")]))),
            ("steps.0.after: `2y` is no time", with("steps", json!([step(100, "2y")]))),
            ("steps.0.after: `400d` is longer than a year", with("steps", json!([step(100, "400d")]))),
            ("steps.0.percent: the last step goes to 50", with("steps", json!([step(50, "0d")]))),
            ("gates.1: `a` is there twice", with("gates", json!(["a", "a"]))),
            ("gates.0: the name of an alarm is missing", with("gates", json!([" "]))),
            ("gates: without a gate", with("gates", json!([]))),
            ("rollback.0.alarm: a reason needs", with("rollback", json!([{ "for": "1h" }]))),
            (
                "rollback.0.cost: a reason has either",
                with("rollback", json!([{ "for": "1h", "alarm": "a", "cost": "200%" }])),
            ),
            ("rollback.0.cost: `200` is no share", with("rollback", json!([{ "for": "7d", "cost": "200" }]))),
            ("rollback.0.for: `36h` is no number of whole", with("rollback", json!([{ "for": "36h", "cost": "2%" }]))),
            ("approve.0: no step goes to 60", with("approve", json!([60]))),
            ("of: ", with("of", json!("stage"))),
        ];
        for (expected, settings) in cases {
            let problems = rules(&settings).unwrap_err();
            assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}: {problems:?}");
        }
    }

    #[test]
    fn steps_that_all_wait_for_a_person_need_no_gate() {
        let steps = json!([{ "percent": 50, "after": "0d" }, { "percent": 100, "after": "1d" }]);
        assert!(rules(&json!({ "steps": steps, "approve": [50, 100] })).is_ok());
    }
}
