//! The settings of a schedule, as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::bounds::Capacity;

/// When a stack runs, and with which capacity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table")]
#[schemars(rename = "ScheduleSettings")]
pub struct Settings {
    /// The time zone, as the IANA database names it, such as `Europe/Berlin`.
    pub timezone: String,
    /// The target outside of every window: `paused` by default.
    #[serde(default = "paused")]
    #[schemars(extend("enum" = ["running", "paused"]))]
    pub default: String,
    /// Whole local days on which no window opens, such as `2026-12-25`. A window that is open already closes as usual.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// The windows.
    #[serde(default)]
    pub windows: Vec<WindowSettings>,
    /// Pauses the stack when nothing called it for so long while it runs, such as `45m`.
    pub idle: Option<String>,
    /// Hands the capacities to AWS as scheduled actions, so that they change without `ebb`.
    #[serde(default)]
    pub push: bool,
    /// What has to hold: `ebb schedule check` verifies it.
    #[serde(default)]
    pub expect: Vec<ExpectSettings>,
}

/// A window: from when to when, and what holds in it. It has `from` and `to`, or `opens` and `closes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct WindowSettings {
    /// The name; no other window of the schedule has it.
    pub name: String,
    /// The target in the window: `running` by default.
    #[serde(default = "running")]
    #[schemars(extend("enum" = ["running", "paused"]))]
    pub target: String,
    /// The days on which the window begins, such as `mon-fri`, `fri-mon` or `tue,thu`; every day by default.
    pub days: Option<String>,
    /// The local time of the beginning, such as `08:00`.
    pub from: Option<String>,
    /// The local time of the end, such as `18:00` or `24:00`. At or before `from`, it is a time of the next day.
    pub to: Option<String>,
    /// The beginning as a cron expression, such as `0 2 * * tue-sat`.
    pub opens: Option<String>,
    /// The end as a cron expression.
    pub closes: Option<String>,
    /// The bounds of endpoints while the window is open, by name. Others have those that they declare.
    #[serde(default)]
    pub capacity: Capacity,
    /// Is ready at the beginning: the stack starts earlier, by the time that it needs to come up.
    #[serde(default)]
    pub ready: bool,
    /// The order among windows that are open at the same time: the highest decides alone; 0 by default.
    #[serde(default)]
    pub priority: i32,
    /// Pauses the stack when nothing called it for so long in this window, such as `45m`.
    pub idle: Option<String>,
}

/// What has to hold at an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct ExpectSettings {
    /// The instant: local, such as `2026-12-25T10:00`, or with an offset, such as `2026-12-25T10:00:00Z`.
    pub at: String,
    /// The target that holds then.
    #[schemars(extend("enum" = ["running", "paused"]))]
    pub target: String,
    /// The bounds of endpoints that hold then. Without it they are not compared.
    pub capacity: Option<Capacity>,
}

fn paused() -> String {
    "paused".to_owned()
}

fn running() -> String {
    "running".to_owned()
}
