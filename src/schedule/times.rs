//! The intervals in which a window is open.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::calendar::Calendar;
use super::civil::{Pass, days_later, instant, minutes_into, moved};
use super::cron::Cron;
use super::days::Days;
use super::occurrence::{self, Event};

/// The most days that are searched for a beginning: more than a year of holidays is no calendar.
const DAYS: i64 = 400;

const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

/// When a window is open.
#[derive(Clone, Debug)]
pub(super) enum Times {
    Daily(Daily),
    Cron(Box<Pair>),
}

/// From one time of day to another, on the days on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Daily {
    pub(super) days: Days,
    /// Minutes after midnight.
    pub(super) from: u16,
    /// Minutes after the same midnight, so at least 1440 if it ends on the next day.
    pub(super) to: u16,
}

/// From one cron expression to another.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) opens: Cron,
    pub(super) closes: Cron,
}

impl Times {
    /// Returns whether the intervals are the same in every week, apart from days on which clocks change.
    pub(super) fn is_weekly(&self) -> bool {
        match self {
            Self::Daily(_) => true,
            Self::Cron(pair) => pair.opens.is_weekly() && pair.closes.is_weekly(),
        }
    }

    /// Returns the end of the interval that an instant is in; `None` if the window is closed then.
    pub(super) fn end_at(&self, calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Daily(daily) => daily.at(calendar, now).map(|(_, end)| end),
            Self::Cron(pair) => pair.end(calendar, now),
        }
    }

    /// Returns the beginning of the interval that an instant is in.
    pub(super) fn begin_at(&self, calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Daily(daily) => daily.at(calendar, now).map(|(begin, _)| begin),
            Self::Cron(pair) => pair.begin(calendar, now),
        }
    }

    /// Returns the day on which the window would begin, if nothing of it is left because clocks go forward at this instant.
    pub(super) fn emptied_at(&self, calendar: &Calendar, change: Timestamp) -> Option<Date> {
        match self {
            Self::Daily(daily) => {
                let today = calendar.zone.to_datetime(change).date();
                let days = [-1, 0].map(|offset| days_later(today, offset));
                days.into_iter().find(|day| daily.begins_on(calendar, *day) && daily.on(calendar, *day).is_none())
            }
            Self::Cron(pair) => {
                let open = occurrence::next(&pair.opens, &calendar.zone, moved(change, -NANOSECOND), Pass::First);
                let open = open.filter(|open| open.at == change && !calendar.is_holiday(open.local.date()))?;
                pair.opening(calendar, change).is_none().then_some(open.local.date())
            }
        }
    }

    /// Returns the first beginning after an instant.
    pub(super) fn next_begin(&self, calendar: &Calendar, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Daily(daily) => daily.next_begin(calendar, after),
            Self::Cron(pair) => pair.next_begin(calendar, after),
        }
    }
}

impl Daily {
    /// Returns the interval that begins on a day; `None` if there is none, or if nothing of it is left in a gap.
    pub(super) fn on(&self, calendar: &Calendar, date: Date) -> Option<(Timestamp, Timestamp)> {
        let begin = self.begin_on(calendar, date)?;
        let end = self.end_on(calendar, date);
        (begin < end).then_some((begin, end))
    }

    fn begin_on(&self, calendar: &Calendar, date: Date) -> Option<Timestamp> {
        let begins = self.begins_on(calendar, date);
        begins.then(|| instant(&calendar.zone, minutes_into(date, self.from), Pass::First))
    }

    fn end_on(&self, calendar: &Calendar, date: Date) -> Timestamp {
        instant(&calendar.zone, minutes_into(date, self.to), Pass::Last)
    }

    pub(super) fn begins_on(&self, calendar: &Calendar, date: Date) -> bool {
        self.days.contains(date.weekday()) && !calendar.is_holiday(date)
    }

    /// Returns the interval that an instant is in. Of two that overlap, in a repeated hour, it is the later one.
    fn at(&self, calendar: &Calendar, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let today = calendar.zone.to_datetime(now).date();
        let days = [1, 0, -1].map(|offset| days_later(today, offset));
        days.into_iter().find_map(|day| {
            let begin = self.begin_on(calendar, day).filter(|begin| *begin <= now)?;
            let end = self.end_on(calendar, day);
            (now < end).then_some((begin, end))
        })
    }

    fn next_begin(&self, calendar: &Calendar, after: Timestamp) -> Option<Timestamp> {
        let mut date = days_later(calendar.zone.to_datetime(after).date(), -1);
        for _ in 0..DAYS {
            match self.begin_on(calendar, date) {
                // Of one that ends at once, in a gap, nothing is left.
                Some(begin) if begin > after && begin < self.end_on(calendar, date) => return Some(begin),
                _ => date = days_later(date, 1),
            }
        }
        None
    }
}

impl Pair {
    /// Returns the last opening at or before an instant, if no end followed it.
    fn opening(&self, calendar: &Calendar, now: Timestamp) -> Option<Event> {
        let mut open = occurrence::previous(&self.opens, &calendar.zone, now, Pass::First)?;
        while calendar.is_holiday(open.local.date()) {
            open = occurrence::previous(&self.opens, &calendar.zone, moved(open.at, -NANOSECOND), Pass::First)?;
        }
        let closed = occurrence::previous(&self.closes, &calendar.zone, now, Pass::Last);
        closed.is_none_or(|closed| !self.ends(closed, open)).then_some(open)
    }

    /// Returns whether an end is that of an opening, not of the interval before. In a repeated hour a fixed end happens in the
    /// last pass and a fixed opening in the first, so that their instants do not tell.
    fn ends(&self, closed: Event, open: Event) -> bool {
        let fixed = !self.opens.has_wildcard && !self.closes.has_wildcard;
        if fixed { closed.local > open.local } else { closed > open }
    }

    fn end(&self, calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
        let open = self.opening(calendar, now)?;
        let mut after = now;
        // Without a further end the window stays open for good.
        while let Some(closed) = occurrence::next(&self.closes, &calendar.zone, after, Pass::Last) {
            if self.ends(closed, open) {
                return Some(closed.at);
            }
            after = closed.at;
        }
        Some(Timestamp::MAX)
    }

    fn begin(&self, calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
        let opening = self.opening(calendar, now)?;
        let Some(closed) = occurrence::previous(&self.closes, &calendar.zone, opening.at, Pass::Last) else {
            return Some(opening.at);
        };
        let mut after = moved(closed.at, -NANOSECOND);
        while let Some(open) = occurrence::next(&self.opens, &calendar.zone, after, Pass::First) {
            if !self.ends(closed, open) && !calendar.is_holiday(open.local.date()) {
                return Some(open.at.min(opening.at));
            }
            after = open.at;
        }
        Some(opening.at)
    }

    fn next_begin(&self, calendar: &Calendar, mut after: Timestamp) -> Option<Timestamp> {
        for _ in 0..DAYS {
            let open = occurrence::next(&self.opens, &calendar.zone, after, Pass::First)?;
            if !calendar.is_holiday(open.local.date()) {
                let closed = occurrence::previous(&self.closes, &calendar.zone, open.at, Pass::Last);
                // One that ends at once, in a gap, is none, unless another one that was skipped too follows.
                let lasts = closed.is_none_or(|closed| !self.ends(closed, open));
                if lasts || self.opening(calendar, open.at).is_some() {
                    return Some(open.at);
                }
            }
            after = open.at;
        }
        None
    }
}
