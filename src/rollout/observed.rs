//! The facts of AWS that a roll-out depends on.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The states of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmState {
    /// Its condition does not hold.
    Ok,
    /// Its condition holds.
    Alarm,
    /// There are not enough data.
    InsufficientData,
}

/// An alarm as it is seen in AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAlarm {
    /// The state.
    pub state: AlarmState,
    /// The instant since which it has that state.
    pub since: Timestamp,
    /// Whether missing data count as good, or change nothing: then OK does not mean that there are data.
    pub lenient: bool,
}

/// Returns a share of traffic in whole percent.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage, cut to 0 to 100")]
pub fn whole_percent(share: f64) -> u8 {
    share.round().clamp(0.0, 100.0) as u8
}

/// The facts that a roll-out depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The percentage that the new side gets in AWS; `None` if nothing splits the traffic.
    pub percent: Option<f64>,
    /// The generation of the resource that splits it.
    pub generation: u32,
    /// The alarms by name. A missing one does not exist.
    pub alarms: BTreeMap<String, SeenAlarm>,
    /// The cost as a share of the budget, at least, by the number of whole days up to now. A number without an entry is not known,
    /// or longer than the roll-out.
    pub costs: BTreeMap<u32, f64>,
    /// Why the budget does not hold, if it does not.
    pub over_budget: Option<String>,
}
