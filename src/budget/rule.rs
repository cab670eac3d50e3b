//! A validated budget and its rules.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::settings::{RuleSettings, Settings};
use crate::schedule::Problem;

/// The largest budget that is believed, in US dollars.
const ABSURD: f64 = 1e8;
/// Thresholds that differ by less are the same.
const CENT: f64 = 0.01;
/// The longest grace time.
const LONGEST_GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The grace time of a pause that names none.
const GRACE_OF_A_PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// A validated budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// The budget of a calendar month in US dollars.
    pub monthly: f64,
    /// The budget with its buffer, in US dollars.
    pub with_buffer: f64,
    /// The spending in US dollars above which a day counts as a spike.
    pub daily: Option<f64>,
    /// Whether the ledger is reconciled with Cost Explorer, if the file says so or denies it.
    pub reconcile: Option<bool>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
}

/// A validated rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The share as it is written: `80%` or `buffer`.
    pub at: String,
    /// The threshold in US dollars.
    pub threshold: f64,
    /// The spending that is compared.
    pub of: Basis,
    /// The action.
    pub action: Action,
    /// The time between the announcement and the action.
    pub grace: SignedDuration,
}

/// The spending that a rule compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The spending of the month so far.
    Actual,
    /// The spending of the whole month, by the schedule to come.
    Forecast,
}

/// The action of a rule, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is reported.
    Notify,
    /// An apply that raises spending is refused.
    Block,
    /// Capacities go to their minimum.
    Reduce,
    /// The stack is paused.
    Pause,
}

impl Budget {
    /// Validates the settings. Reports all problems, each with its path below the table.
    pub fn new(settings: &Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let monthly = settings.monthly;
        problems.extend(dollars_problem(monthly, "a month").map(|message| Problem::new(&["monthly"], message)));
        if let Some(daily) = settings.daily {
            let above = || {
                let message =
                    format!("a day of ${daily} is more than the month's ${monthly}: no day could count as a spike");
                (monthly > 0.0 && daily > monthly).then_some(message)
            };
            let message = dollars_problem(daily, "a day").or_else(above);
            problems.extend(message.map(|message| Problem::new(&["daily"], message)));
        }
        let buffer = settings.buffer.as_deref().map_or(Ok(0.0), |text| share(text, 1.0)).unwrap_or_else(|message| {
            problems.push(Problem::new(&["buffer"], message));
            0.0
        });
        let with_buffer = monthly * (1.0 + buffer);
        let mut rules = Vec::new();
        for (index, rule) in settings.rules.iter().enumerate() {
            match Rule::new(rule, settings, with_buffer) {
                Ok(rule) => rules.push(rule),
                Err(found) => {
                    let at = |(key, message)| Problem::new(&["rules", &index.to_string(), key], message);
                    problems.extend(found.into_iter().map(at));
                }
            }
        }
        if problems.is_empty() {
            problems = doubles(&rules);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        if settings.rules.is_empty() {
            rules = default_rules(monthly);
        }
        Ok(Self { monthly, with_buffer, daily: settings.daily, reconcile: settings.reconcile, rules })
    }
}

impl Rule {
    fn new(settings: &RuleSettings, budget: &Settings, with_buffer: f64) -> Result<Self, Vec<(&'static str, String)>> {
        let mut problems = Vec::new();
        let threshold = match settings.at.as_str() {
            "buffer" if budget.buffer.is_some() => Ok(with_buffer),
            "buffer" => Err("this budget has no `buffer`: set one, or give a share such as `100%`".to_owned()),
            percent => share(percent, 10.0).map(|share| budget.monthly * share),
        };
        let threshold = threshold.map_err(|message| problems.push(("at", message)));
        let of = match settings.of.as_deref() {
            None | Some("actual") => Ok(Basis::Actual),
            Some("forecast") => Ok(Basis::Forecast),
            Some(other) => Err(format!("`{other}` is neither `actual` nor `forecast`")),
        };
        let of = of.map_err(|message| problems.push(("of", message)));
        let action = match settings.action.as_str() {
            "notify" => Ok(Action::Notify),
            "block" => Ok(Action::Block),
            "reduce" => Ok(Action::Reduce),
            "pause" => Ok(Action::Pause),
            other => Err(format!("`{other}` is none of `notify`, `block`, `reduce`, `pause`")),
        };
        let action = action.map_err(|message| problems.push(("do", message)));
        let grace = action.and_then(|action| {
            grace(settings.grace.as_deref(), action).map_err(|message| problems.push(("grace", message)))
        });
        match (threshold, of, action, grace) {
            (Ok(threshold), Ok(of), Ok(action), Ok(grace)) => {
                Ok(Self { at: settings.at.clone(), threshold, of, action, grace })
            }
            _ => Err(problems),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.of {
            Basis::Actual => "actual",
            Basis::Forecast => "forecast",
        };
        match self.at.as_str() {
            "buffer" => write!(f, "{} at the budget with its buffer, {of}", self.action),
            share => write!(f, "{} at {share} of the budget, {of}", self.action),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Notify => "notify",
            Self::Block => "block",
            Self::Reduce => "reduce",
            Self::Pause => "pause",
        })
    }
}

/// Returns a problem for each rule that does the same at the same spending as another one: the record of one would be taken for
/// that of the other.
fn doubles(rules: &[Rule]) -> Vec<Problem> {
    let is_same = |one: &Rule, other: &Rule| {
        (one.action, one.of) == (other.action, other.of) && (one.threshold - other.threshold).abs() < CENT / 2.0
    };
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let twin = rules.iter().enumerate().find(|(at, other)| *at != index && is_same(rule, other));
        if let Some((twin, _)) = twin {
            let message = format!("`{rule}` is the same rule as rules.{twin}: keep one of the two");
            problems.push(Problem::new(&["rules", &index.to_string()], message));
        }
    }
    problems
}

fn default_rules(monthly: f64) -> Vec<Rule> {
    let rule = |at: &str, share: f64, of| Rule {
        at: at.to_owned(),
        threshold: monthly * share,
        of,
        action: Action::Notify,
        grace: SignedDuration::ZERO,
    };
    [Basis::Actual, Basis::Forecast].into_iter().flat_map(|of| [rule("80%", 0.8, of), rule("100%", 1.0, of)]).collect()
}

fn dollars_problem(usd: f64, of: &str) -> Option<String> {
    if !usd.is_finite() || usd <= 0.0 {
        Some(format!("{usd} is no budget for {of}: give US dollars above 0"))
    } else if usd > ABSURD {
        Some(format!("${usd} for {of} is more than is believed (${ABSURD}): give US dollars, not cents"))
    } else {
        None
    }
}

/// Returns the share that a percentage states.
fn share(text: &str, most: f64) -> Result<f64, String> {
    let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let share = percent.ok_or_else(|| format!("`{text}` is no share: write it as `80%`"))? / 100.0;
    if !share.is_finite() || share <= 0.0 || share > most {
        return Err(format!("{text} is out of range: above 0%, at most {}%", most * 100.0));
    }
    Ok(share)
}

fn grace(text: Option<&str>, action: Action) -> Result<SignedDuration, String> {
    let Some(text) = text else {
        return Ok(if action == Action::Pause { GRACE_OF_A_PAUSE } else { SignedDuration::ZERO });
    };
    if !matches!(action, Action::Reduce | Action::Pause) {
        return Err(format!("`{action}` takes effect at once: leave `grace` out"));
    }
    let grace: SignedDuration =
        text.parse().map_err(|_| format!("`{text}` is no duration: write it as `30m` or `2h`"))?;
    if grace.is_negative() || grace > LONGEST_GRACE {
        return Err(format!("{text} is out of range: 0m to 168h"));
    }
    Ok(grace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: serde_json::Value) -> Settings {
        serde_json::from_value(toml).unwrap()
    }

    #[test]
    fn shares_become_thresholds_in_dollars() {
        let budget = Budget::new(&settings(serde_json::json!({
            "monthly": 6190, "buffer": "20%", "daily": 500,
            "rules": [
                { "at": "80%", "of": "forecast", "do": "notify" },
                { "at": "100%", "do": "reduce" },
                { "at": "buffer", "do": "pause", "grace": "1h" },
            ],
        })))
        .unwrap();
        let found: Vec<_> = budget.rules.iter().map(|rule| (rule.to_string(), rule.threshold.round())).collect();
        assert_eq!(
            found,
            [
                ("notify at 80% of the budget, forecast".to_owned(), 4952.0),
                ("reduce at 100% of the budget, actual".to_owned(), 6190.0),
                ("pause at the budget with its buffer, actual".to_owned(), 7428.0),
            ]
        );
        assert_eq!(budget.rules[2].grace, SignedDuration::from_hours(1));
    }

    #[test]
    fn every_bad_value_is_reported_with_its_path() {
        let rule = |rule| serde_json::json!({ "monthly": 100, "rules": [rule] });
        let cases = [
            (serde_json::json!({ "monthly": -5 }), "monthly"),
            (serde_json::json!({ "monthly": 0 }), "monthly"),
            (serde_json::json!({ "monthly": 1e12 }), "monthly"),
            (serde_json::json!({ "monthly": 100, "daily": 101 }), "daily"),
            (serde_json::json!({ "monthly": 100, "daily": -1 }), "daily"),
            (serde_json::json!({ "monthly": 100, "buffer": "20" }), "buffer"),
            (serde_json::json!({ "monthly": 100, "buffer": "-20%" }), "buffer"),
            (rule(serde_json::json!({ "at": "80", "do": "notify" })), "rules.0.at"),
            (rule(serde_json::json!({ "at": "buffer", "do": "notify" })), "rules.0.at"),
            (rule(serde_json::json!({ "at": "9%", "of": "now", "do": "notify" })), "rules.0.of"),
            (rule(serde_json::json!({ "at": "9%", "do": "stop" })), "rules.0.do"),
            (rule(serde_json::json!({ "at": "9%", "do": "pause", "grace": "x" })), "rules.0.grace"),
            (rule(serde_json::json!({ "at": "9%", "do": "block", "grace": "1h" })), "rules.0.grace"),
        ];
        for (bad, path) in cases {
            let problems = Budget::new(&settings(bad.clone())).unwrap_err();
            let paths: Vec<String> = problems.iter().map(|problem| problem.path.join(".")).collect();
            assert_eq!(paths, [path], "{bad}");
        }
    }

    #[test]
    fn two_rules_that_do_the_same_at_the_same_spending_are_refused() {
        let budget =
            |rules| Budget::new(&settings(serde_json::json!({ "monthly": 100, "buffer": "20%", "rules": rules })));
        let paths = |rules| {
            let problems: Vec<Problem> = budget(rules).err().unwrap_or_default();
            problems.iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>()
        };
        let twins = serde_json::json!([
            { "at": "80%", "do": "notify" },
            { "at": "buffer", "do": "pause" },
            { "at": " 80.0%", "of": "actual", "do": "notify" },
            { "at": "120%", "do": "pause", "grace": "2h" },
        ]);
        assert_eq!(paths(twins), ["rules.0", "rules.1", "rules.2", "rules.3"]);
        let different = serde_json::json!([
            { "at": "80%", "do": "notify" },
            { "at": "80%", "of": "forecast", "do": "notify" },
            { "at": "80%", "do": "pause" },
            { "at": "80.1%", "do": "notify" },
            { "at": "90%", "do": "notify" },
        ]);
        assert_eq!(paths(different), Vec::<String>::new());
    }

    #[test]
    fn a_budget_without_rules_reports() {
        let budget = Budget::new(&settings(serde_json::json!({ "monthly": 100 }))).unwrap();
        assert_eq!(budget.rules.len(), 4);
        assert!(budget.rules.iter().all(|rule| rule.action == Action::Notify));
    }
}
