//! Following a log group: every event is shown once, also one that arrives late.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::read::LogEvent;

/// How much older than the latest event an event may be when it arrives. Several streams end in a group, and each has delays of its own.
const LATE: Duration = Duration::from_mins(2);

/// The place in a log group up to which events were shown.
#[derive(Debug)]
pub(in crate::cli) struct Follower {
    from: Timestamp,
    /// The latest event that was left out because there were too many. It and those before it are not shown.
    left_out: Option<Timestamp>,
    latest: Option<Timestamp>,
    seen: BTreeSet<(Timestamp, String)>,
}

impl Follower {
    /// Follows a group from an instant on.
    pub(in crate::cli) fn new(from: Timestamp) -> Self {
        Self { from, left_out: None, latest: None, seen: BTreeSet::new() }
    }

    /// Marks events as shown. With `are_all` false there are earlier ones that nobody wants.
    pub(in crate::cli) fn shown(&mut self, events: &[LogEvent], are_all: bool, now: Timestamp) {
        if !are_all {
            self.left_out = events.first().map(|event| event.at);
        }
        for event in events {
            self.mark(event, now);
        }
    }

    /// Returns the instant from which to read next.
    pub(in crate::cli) fn next(&self) -> Timestamp {
        let late = self.latest.and_then(|latest| latest.checked_sub(LATE).ok());
        late.map_or(self.from, |late| late.max(self.from))
    }

    /// Returns the events that were not shown yet, and marks them as shown.
    pub(in crate::cli) fn fresh(&mut self, events: Vec<LogEvent>, now: Timestamp) -> Vec<LogEvent> {
        let mut fresh = Vec::new();
        for event in events {
            let is_wanted = self.left_out.is_none_or(|left_out| event.at > left_out);
            if is_wanted && self.mark(&event, now) {
                fresh.push(event);
            }
        }
        let next = self.next();
        self.seen.retain(|(at, _)| *at >= next);
        fresh
    }

    /// Marks an event as shown, and returns whether it was not. An event of the future does not move the window.
    fn mark(&mut self, event: &LogEvent, now: Timestamp) -> bool {
        let at = event.at.min(now);
        self.latest = Some(self.latest.map_or(at, |latest| latest.max(at)));
        self.seen.insert((event.at, event.id.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn event(seconds: i64, id: &str) -> LogEvent {
        LogEvent { at: at(seconds), id: id.to_owned(), stream: "s".to_owned(), message: String::new() }
    }

    fn ids(events: &[LogEvent]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn every_event_is_fresh_once_and_a_late_one_too() {
        let mut follower = Follower::new(at(-3600));
        assert_eq!(follower.next(), at(-3600), "nothing was logged yet");
        follower.shown(&[event(0, "a")], true, at(10));
        assert_eq!(follower.next(), at(-120));
        // Two of one instant, and one of a slower stream.
        let read = vec![event(-30, "late"), event(0, "a"), event(0, "b")];
        assert_eq!(ids(&follower.fresh(read.clone(), at(12))), ["late", "b"]);
        assert_eq!(ids(&follower.fresh(read, at(14))), [""; 0]);
        assert_eq!(ids(&follower.fresh(vec![event(0, "b"), event(600, "c")], at(600))), ["c"]);
        assert_eq!(follower.next(), at(480));
        assert_eq!(follower.seen.len(), 1, "what is not read again is forgotten");
    }

    #[test]
    fn events_that_were_left_out_do_not_come_back() {
        let mut follower = Follower::new(at(-3600));
        follower.shown(&[event(5, "y"), event(6, "z")], false, at(10));
        let read = vec![event(4, "w"), event(5, "x"), event(5, "y"), event(6, "z"), event(6, "new")];
        assert_eq!(ids(&follower.fresh(read, at(12))), ["new"]);
    }

    #[test]
    fn an_event_of_the_future_hides_none_of_the_present() {
        let mut follower = Follower::new(at(0));
        assert_eq!(ids(&follower.fresh(vec![event(7200, "future")], at(10))), ["future"]);
        assert_eq!(follower.next(), at(0));
        assert_eq!(ids(&follower.fresh(vec![event(11, "now"), event(7200, "future")], at(12))), ["now"]);
    }
}
