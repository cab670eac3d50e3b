//! The instants at which a stack needs a look, though nothing is to be done now.

use jiff::Timestamp;

use super::idle::announced;
use super::look::Look;
use super::month::month;
use super::say::BEFORE_END;

impl Look {
    /// Returns the next instant at which something may be to do or to say: the next decision, the end of a hold and its
    /// announcement, the end of the grace time of a budget's rule, the end of the month that lifts it, a pause for idleness and its announcement.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let hold = self.document.hold.as_ref().filter(|hold| hold.is_active(now)).map(|hold| hold.until);
        let hold_ending = hold.and_then(|until| until.checked_sub(BEFORE_END).ok());
        let grace_ends = self.guarded.latches.iter().map(|latch| latch.acts);
        let lifted = self.guarded.latches.iter().map(|latch| month(latch.since).1);
        let idle = self.idle.since.zip(self.idle_limit);
        let idle_due = idle.and_then(|(since, limit)| since.checked_add(limit).ok());
        let idle_said = idle.map(|(since, limit)| announced(since, limit));
        let all = [self.decision.until, hold, hold_ending, idle_due, idle_said];
        all.into_iter().flatten().chain(grace_ends).chain(lifted).filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::control::look::Work;
    use ebbtide::plan::Target;
    use ebbtide::record::StateDocument;
    use ebbtide::resource::Scope;
    use ebbtide::schedule::{BudgetOf, Capacity, Cause, Decision, Hold, Idleness, Latch};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn look() -> Look {
        let scope =
            Scope { environment: "e".into(), stack: "s".into(), region: "r".into(), account: "123456789012".into() };
        Look {
            stack: "s".into(),
            document: StateDocument::empty(scope, at(0), "lineage".into(), "key".into()),
            decision: Decision {
                target: Target::Running,
                capacity: Capacity::new(),
                reduce: false,
                cause: Cause::Outside,
                reason: String::new(),
                until: Some(at(500)),
                tzdb: None,
            },
            capacity: Default::default(),
            lead: SignedDuration::ZERO,
            idle: Idleness::default(),
            idle_limit: None,
            work: Work::None,
            mistake: None,
            guarded: Default::default(),
            pushes: true,
            missed: None,
            rolling: Default::default(),
        }
    }

    #[test]
    fn the_earliest_of_what_is_to_come_is_due() {
        let mut look = look();
        assert_eq!(look.due(at(1)), Some(at(500)), "the transition");
        look.idle = Idleness { since: Some(at(0)) };
        look.idle_limit = Some(SignedDuration::from_mins(400));
        assert_eq!(look.due(at(1)), Some(at(385)), "the announcement of a pause for idleness");
        assert_eq!(look.due(at(386)), Some(at(400)), "the pause for idleness");
        let (target, reason, by) = (Target::Running, String::new(), String::new());
        look.document.hold = Some(Hold { target, since: at(0), until: at(300), reason, by });
        assert_eq!(look.due(at(1)), Some(at(285)), "the announcement of the end of a hold");
        assert_eq!(look.due(at(286)), Some(at(300)), "the end of the hold");
        let rule = String::new();
        let latch = Latch { of: BudgetOf::Stack, rule, threshold: 1.0, since: at(0), acts: at(200), spent: 1.0 };
        look.guarded.latches.push(latch);
        assert_eq!(look.due(at(1)), Some(at(200)), "the end of a grace time");
        assert_eq!(look.due(at(201)), Some(at(285)), "what is over is not due");
        look.decision.until = None;
        assert_eq!(look.due(at(600)), Some(month(at(0)).1), "the end of the month");
        assert_eq!(look.due(month(at(0)).1), None);
    }

    #[test]
    fn the_end_of_the_month_lifts_the_limits_of_budgets() {
        let mut look = look();
        let since: Timestamp = "2026-12-30T15:00:00Z".parse().unwrap();
        let (rule, of) = (String::new(), BudgetOf::Environment);
        look.guarded.latches.push(Latch { of, rule, threshold: 1.0, since, acts: since, spent: 1.0 });
        look.decision.until = Some("2027-01-04T07:00:00Z".parse().unwrap());
        let lifted = Some("2027-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(look.due(since + SignedDuration::from_mins(1)), lifted);
        assert_eq!(look.due("2027-01-01T00:00:01Z".parse().unwrap()), look.decision.until);
    }
}
