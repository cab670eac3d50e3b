//! The record of a roll-out.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::resource::Address;

/// The time after the end for which AWS is still looked at: a step that was in flight may arrive.
const WATCHED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A roll-out as it is recorded. No apply changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// The resource that splits the traffic.
    pub of: Address,
    /// The variant that is the new side, if an endpoint splits the traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The alarms that were named at the start.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub alarms: BTreeSet<Address>,
    /// The generation of that resource for which the share was set.
    pub generation: u32,
    /// The instant of the start.
    pub started: Timestamp,
    /// The person or machine that started it: `user@host`.
    pub by: String,
    /// The percentage of traffic that the new side gets.
    pub percent: u8,
    /// The instant since which it gets that.
    pub since: Timestamp,
    /// The percentage of a step that was begun, and whose end is not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<u8>,
    /// The phase.
    pub phase: Phase,
    /// The percentages of the steps that a person approved.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub approved: BTreeSet<u8>,
    /// The settings at the start. They hold where the environment's file has none any more.
    pub settings: Settings,
    /// Everything that was done, the earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<Deed>,
}

/// Something that was done in a roll-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The instant.
    pub at: Timestamp,
    /// The person or machine: `user@host`.
    pub by: String,
    /// The deed, in words.
    pub what: String,
}

/// The phases of a roll-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Steps are taken.
    UnderWay,
    /// No step is taken until a person says so.
    Held {
        /// The person or machine.
        by: String,
        /// The instant.
        at: Timestamp,
        /// The reason.
        reason: String,
    },
    /// All traffic was taken back.
    RolledBack {
        /// The person or machine.
        by: String,
        /// The instant.
        at: Timestamp,
        /// The reason.
        reason: String,
    },
    /// The last step has held.
    Done {
        /// The instant.
        at: Timestamp,
    },
}

impl Rollout {
    /// Creates a roll-out that starts now, without any traffic for the new side, and without alarms.
    pub fn new(of: Address, generation: u32, settings: Settings, by: impl Into<String>, now: Timestamp) -> Self {
        Self {
            of,
            to: settings.to.clone(),
            alarms: BTreeSet::new(),
            generation,
            started: now,
            by: by.into(),
            percent: 0,
            since: now,
            moving: None,
            phase: Phase::UnderWay,
            approved: BTreeSet::new(),
            settings,
            log: Vec::new(),
        }
    }

    /// Returns whether both sides may be needed: neither is paused, replaced or deleted.
    pub fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::UnderWay | Phase::Held { .. })
    }

    /// Notes that the new side gets a percentage since now.
    pub fn gets(&mut self, percent: u8, generation: u32, now: Timestamp) {
        if self.percent != percent {
            self.since = now;
        }
        (self.percent, self.generation, self.moving) = (percent, generation, None);
    }

    /// Returns whether AWS is looked at: while the roll-out is under way, for an hour after its end, and where the resource that
    /// splits the traffic was created again.
    pub fn is_watched(&self, generation: u32, now: Timestamp) -> bool {
        let ended = match self.phase {
            Phase::UnderWay | Phase::Held { .. } => return true,
            Phase::RolledBack { at, .. } | Phase::Done { at } => at,
        };
        generation != self.generation || now.duration_since(ended) < WATCHED_AFTER
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnderWay => f.write_str("under way"),
            Self::Held { by, at, reason } => write!(f, "held by {by} at {at:.0}: {reason}"),
            Self::RolledBack { by, at, reason } => write!(f, "rolled back by {by} at {at:.0}: {reason}"),
            Self::Done { at } => write!(f, "done at {at:.0}"),
        }
    }
}

impl fmt::Display for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, percent, since, .. } = self;
        let side = self.to.as_ref().map_or_else(|| "the canary".to_owned(), |to| format!("variant {to}"));
        write!(f, "{of}: {percent} % to {side} since {since:.0}")?;
        if self.phase == Phase::UnderWay { Ok(()) } else { write!(f, "; {}", self.phase) }
    }
}
