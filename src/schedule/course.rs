//! The course of decisions: those to come, if nothing but time changes.

use jiff::Timestamp;

use super::decide::decide;
use super::decision::Decision;
use super::situation::Situation;

/// The stretches that are followed one by one. What changes more often goes on as the last of them.
const MOST: usize = 2000;

/// The decisions of a time to come, one after the other and without gaps, as ticks would make them if nothing but time changes.
/// Each is carried out before the next one: where no schedule decides, a stack stays as the last decision left it.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    situation: Situation<'a>,
    /// When the limit of the budget is lifted.
    lifted: Timestamp,
    end: Timestamp,
    left: usize,
}

/// A stretch of time with one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseStretch {
    /// The beginning.
    pub begin: Timestamp,
    /// The end.
    pub end: Timestamp,
    /// The decision.
    pub decision: Decision,
}

impl<'a> Course<'a> {
    /// Returns the decisions from the instant of a situation until an end. The end of the month, at `lifted`, lifts the limit of
    /// the budget.
    pub fn new(situation: Situation<'a>, lifted: Timestamp, end: Timestamp) -> Self {
        Self { situation, lifted, end, left: MOST }
    }
}

impl Iterator for Course<'_> {
    type Item = CourseStretch;

    fn next(&mut self) -> Option<CourseStretch> {
        let begin = self.situation.now;
        if begin >= self.end {
            return None;
        }
        self.situation.limit = self.situation.limit.filter(|_| begin < self.lifted);
        let decision = decide(&self.situation);
        self.left = self.left.saturating_sub(1);
        let lifted = self.situation.limit.map(|_| self.lifted);
        let until = decision.until.into_iter().chain(lifted).filter(|until| *until > begin && self.left > 0).min();
        let end = until.map_or(self.end, |until| until.min(self.end));
        (self.situation.now, self.situation.recorded) = (end, decision.target);
        Some(CourseStretch { begin, end, decision })
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, ToSpan as _};
    use serde_json::json;

    use super::super::decision::Cause;
    use super::super::settings::Settings;
    use super::super::situation::{Hold, Idleness, Limit, LimitAction, UnderWay};
    use super::super::validated::Schedule;
    use super::*;
    use crate::plan::Target;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hold(target: Target, until: &str) -> Hold {
        Hold { target, since: at("2026-11-20T00:00:00Z"), until: at(until), reason: "test".into(), by: "ada".into() }
    }

    fn situation(recorded: Target) -> Situation<'static> {
        let now = at("2026-11-23T06:00:00Z");
        let (idle, lead) = (Idleness::default(), SignedDuration::ZERO);
        Situation { schedule: None, hold: None, limit: None, rollout: None, idle, recorded, now, lead }
    }

    fn office() -> Schedule {
        let window = json!({"name": "office", "days": "mon-fri", "from": "08:00", "to": "18:00"});
        let settings: Settings = serde_json::from_value(json!({"timezone": "UTC", "windows": [window]})).unwrap();
        Schedule::new(&settings, TimeZone::UTC, None).unwrap()
    }

    fn shown(course: Course<'_>) -> Vec<(String, Target, Cause)> {
        let shown = |one: CourseStretch| {
            let begin = one.begin.to_zoned(TimeZone::UTC).strftime("%d %H:%M").to_string();
            (begin, one.decision.target, one.decision.cause)
        };
        course.map(shown).collect()
    }

    #[test]
    fn a_stack_without_a_schedule_stays_as_a_hold_has_left_it() {
        let hold = hold(Target::Running, "2026-11-23T12:00:00Z");
        let situation = Situation { hold: Some(&hold), ..situation(Target::Paused) };
        let end = at("2026-11-24T06:00:00Z");
        let expected = [
            ("23 06:00".to_owned(), Target::Running, Cause::Hold),
            ("23 12:00".to_owned(), Target::Running, Cause::Recorded),
        ];
        assert_eq!(shown(Course::new(situation, end, end)), expected);
    }

    #[test]
    fn stretches_follow_each_other_until_the_end() {
        let (schedule, hold) = (office(), hold(Target::Running, "2026-11-23T20:00:00Z"));
        let situation = Situation { schedule: Some(&schedule), hold: Some(&hold), ..situation(Target::Paused) };
        let end = at("2026-11-25T00:00:00Z");
        let stretches: Vec<_> = Course::new(situation, end, end).collect();
        assert!(stretches.windows(2).all(|pair| pair[0].end == pair[1].begin), "{stretches:#?}");
        assert_eq!((stretches[0].begin, stretches.last().unwrap().end), (situation.now, end));
        for stretch in &stretches {
            let now = stretch.begin;
            assert_eq!(stretch.decision, decide(&Situation { now, ..situation }), "a schedule needs no record");
        }
        assert_eq!(Course::new(Situation { now: end, ..situation }, end, end).next(), None);
    }

    #[test]
    fn the_end_of_the_month_lifts_the_limit_of_a_budget() {
        let schedule = office();
        let since = at("2026-11-23T05:00:00Z");
        let limit = Limit { action: LimitAction::Pause, since, reason: "budget".into() };
        let mut situation = Situation { schedule: Some(&schedule), limit: Some(&limit), ..situation(Target::Running) };
        situation.now = at("2026-11-30T06:00:00Z");
        let (lifted, end) = (at("2026-12-01T00:00:00Z"), at("2026-12-01T12:00:00Z"));
        let course = shown(Course::new(situation, lifted, end));
        assert!(course.iter().filter(|one| one.0.starts_with("30")).all(|one| one.1 == Target::Paused), "{course:?}");
        assert_eq!(course.last().map(|one| (one.0.as_str(), one.1)), Some(("01 08:00", Target::Running)));
    }

    #[test]
    fn a_roll_out_has_a_stack_run_through_the_nights_until_its_end() {
        let schedule = office();
        let rollout = UnderWay { what: "10 %".into(), until: Some(at("2026-11-25T03:00:00Z")) };
        let situation = Situation { schedule: Some(&schedule), rollout: Some(&rollout), ..situation(Target::Running) };
        let end = at("2026-11-25T12:00:00Z");
        let course = shown(Course::new(situation, end, end));
        let paused: Vec<_> = course.iter().filter(|one| one.1 == Target::Paused).map(|one| one.0.as_str()).collect();
        assert_eq!(paused, ["25 03:00"], "{course:?}");
    }

    #[test]
    fn what_changes_too_often_goes_on_as_the_last_stretch() {
        let schedule = office();
        let situation = Situation { schedule: Some(&schedule), ..situation(Target::Paused) };
        let end = situation.now + 200_000.hours();
        let stretches: Vec<_> = Course::new(situation, end, end).collect();
        assert_eq!((stretches.len(), stretches.last().unwrap().end), (MOST, end));
    }
}
