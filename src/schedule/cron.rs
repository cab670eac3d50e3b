//! Cron expressions, as sets of local times. croner reads them and decides which days match.

use croner::parser::{CronParser, Seconds, Year};
use croner::{CronPattern, Weekday};
use jiff::civil::{self, Date, DateTime};

use super::civil::minutes_into;
use super::cron_days::without_ranges;

/// The form of a cron expression, for messages.
const FORM: &str = "five fields: minute, hour, day of month, month, weekday, such as `0 8 * * mon-fri`";

/// The longest time without a match: the fifth Friday of February comes every 28 years, or 40 around a year such as 2100.
const YEARS: i16 = 41;

/// The days of an expression. Bits find the next one without a look at each.
#[derive(Clone, Copy, Debug)]
enum Days {
    /// Days of the month, as bits from 1 on.
    OfMonth(u32),
    /// Days of the week, as bits from Sunday on.
    OfWeek(u8),
    /// Days that depend on the month, such as its last one: croner decides.
    Other,
}

/// A cron expression.
#[derive(Clone, Debug)]
pub(super) struct Cron {
    minutes: u64,
    hours: u32,
    months: u16,
    days: Days,
    pattern: CronPattern,
    /// Whether it has a wildcard in the minute or the hour, so that it follows elapsed time. All others are fixed times.
    pub(super) has_wildcard: bool,
}

impl Cron {
    /// Reads an expression, and refuses one that is ambiguous or never matches.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(format!("`{text}` is no cron expression; write {FORM}"));
        };
        let is_set = |field: &str| !matches!(field, "*" | "?");
        if is_set(day) && is_set(weekday) {
            return Err(format!(
                "`{text}` sets both the day of the month and the weekday, which some take as \"and\" and others as \"or\"; \
                 write `*` for one of them"
            ));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let weekday = without_ranges(weekday);
        let parsed = parser.parse(&[minute, hour, day, month, &weekday].join(" "));
        let parsed = parsed.map_err(|error| format!("`{text}` is no cron expression: {error} Write {FORM}"))?;
        let pattern = parsed.pattern;
        let bits = |values: Vec<u16>| values.into_iter().fold(0_u64, |bits, value| bits | 1 << value);
        let cron = Self {
            minutes: bits(pattern.minutes.values()),
            hours: u32::try_from(bits(pattern.hours.values())).unwrap_or_default(),
            months: u16::try_from(bits(pattern.months.values())).unwrap_or_default(),
            days: match (day.contains(['L', 'W', 'l', 'w']), weekday.contains(['#', 'L', 'l'])) {
                (false, _) if !is_set(&weekday) => {
                    Days::OfMonth(u32::try_from(bits(pattern.days.values())).unwrap_or_default())
                }
                (_, false) if !is_set(day) => {
                    Days::OfWeek(u8::try_from(bits(pattern.days_of_week.values())).unwrap_or_default())
                }
                _ => Days::Other,
            },
            has_wildcard: minute.contains('*') || hour.contains('*'),
            pattern,
        };
        match cron.next(civil::date(2000, 1, 1).at(0, 0, 0, 0)) {
            Some(_) => Ok(cron),
            None => Err(format!("`{text}` never matches: no year has such a day")),
        }
    }

    /// Returns whether it matches at the same fixed times of every week.
    pub(super) fn is_weekly(&self) -> bool {
        const ALL_MONTHS: u16 = 0x1ffe;
        const ALL_DAYS: u32 = 0xffff_fffe;
        let days = match self.days {
            Days::OfWeek(_) => true,
            Days::OfMonth(days) => days == ALL_DAYS,
            Days::Other => false,
        };
        days && self.months == ALL_MONTHS && !self.has_wildcard
    }

    /// Returns the first local time at or after another one that matches.
    pub(super) fn next(&self, from: DateTime) -> Option<DateTime> {
        let (mut year, mut month, mut day) = (from.year(), from.month(), from.day());
        let end = year.saturating_add(YEARS);
        while year <= end {
            if self.months >> month & 1 == 1
                && let Some(date) = self.day_from(year, month, day)
            {
                let earliest = if date == from.date() { minute_of(from) } else { 0 };
                match self.minute_from(earliest) {
                    Some(minute) => return Some(minutes_into(date, minute)),
                    // The day is over.
                    None => day = date.day() + 1,
                }
            } else {
                (year, month, day) = if month == 12 { (year + 1, 1, 1) } else { (year, month + 1, 1) };
            }
        }
        None
    }

    /// Returns the last local time at or before another one that matches.
    pub(super) fn previous(&self, until: DateTime) -> Option<DateTime> {
        let (mut year, mut month, mut day) = (until.year(), until.month(), until.day());
        let end = year.saturating_sub(YEARS);
        while year >= end {
            if self.months >> month & 1 == 1
                && let Some(date) = self.day_until(year, month, day)
            {
                let latest = if date == until.date() { minute_of(until) } else { 1439 };
                match self.minute_until(latest) {
                    Some(minute) => return Some(minutes_into(date, minute)),
                    // The day had not begun.
                    None => day = date.day() - 1,
                }
            } else {
                (year, month, day) = if month == 1 { (year - 1, 12, 31) } else { (year, month - 1, 31) };
            }
        }
        None
    }

    /// Returns the first day of a month at or after this one that matches.
    fn day_from(&self, year: i16, month: i8, day: i8) -> Option<Date> {
        if let Days::OfMonth(days) = self.days {
            let left = u64::from(days) >> day << day;
            let found = i8::try_from(low(left)).ok().filter(|_| left != 0)?;
            return Date::new(year, month, found).ok();
        }
        let mut date = Date::new(year, month, day).ok()?;
        while date.month() == month {
            if self.has_day(date) {
                return Some(date);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// Returns the last day of a month at or before this one that matches.
    fn day_until(&self, year: i16, month: i8, day: i8) -> Option<Date> {
        let last = Date::new(year, month, 1).ok()?.days_in_month();
        let day = day.min(last);
        if let Days::OfMonth(days) = self.days {
            let left = u64::from(days) & ((2 << day) - 1);
            let found = i8::try_from(high(left)).ok().filter(|_| left != 0)?;
            return Date::new(year, month, found).ok();
        }
        let mut date = Date::new(year, month, day).ok()?;
        while date.month() == month {
            if self.has_day(date) {
                return Some(date);
            }
            date = date.yesterday().ok()?;
        }
        None
    }

    fn has_day(&self, date: Date) -> bool {
        if let Days::OfWeek(days) = self.days {
            return days >> date.weekday().to_sunday_zero_offset() & 1 == 1;
        }
        let unsigned = |number: i8| u32::try_from(number).unwrap_or_default();
        let (year, month, day) = (i32::from(date.year()), unsigned(date.month()), unsigned(date.day()));
        // It fails for days that no month has.
        self.pattern.day_match(year, month, day, weekday_of(date)).unwrap_or(false)
    }

    /// Returns the first minute of the day at or after this one that matches.
    fn minute_from(&self, from: u16) -> Option<u16> {
        let (hour, minute) = (from / 60, from % 60);
        if self.hours >> hour & 1 == 1 {
            let left = self.minutes >> minute << minute;
            if left != 0 {
                return Some(hour * 60 + low(left));
            }
        }
        let later = u64::from(self.hours) >> (hour + 1) << (hour + 1);
        (later != 0).then(|| low(later) * 60 + low(self.minutes))
    }

    /// Returns the last minute of the day at or before this one that matches.
    fn minute_until(&self, until: u16) -> Option<u16> {
        let (hour, minute) = (until / 60, until % 60);
        if self.hours >> hour & 1 == 1 {
            let left = self.minutes & ((2 << minute) - 1);
            if left != 0 {
                return Some(hour * 60 + high(left));
            }
        }
        let earlier = u64::from(self.hours) & ((1 << hour) - 1);
        (earlier != 0).then(|| high(earlier) * 60 + high(self.minutes))
    }
}

/// Returns the lowest bit of a set that has one.
fn low(bits: u64) -> u16 {
    u16::try_from(bits.trailing_zeros()).unwrap_or_default()
}

/// Returns the highest bit of a set that has one.
fn high(bits: u64) -> u16 {
    u16::try_from(63_u32.saturating_sub(bits.leading_zeros())).unwrap_or_default()
}

fn minute_of(local: DateTime) -> u16 {
    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default()
}

fn weekday_of(date: Date) -> Weekday {
    match date.weekday() {
        civil::Weekday::Sunday => Weekday::Sunday,
        civil::Weekday::Monday => Weekday::Monday,
        civil::Weekday::Tuesday => Weekday::Tuesday,
        civil::Weekday::Wednesday => Weekday::Wednesday,
        civil::Weekday::Thursday => Weekday::Thursday,
        civil::Weekday::Friday => Weekday::Friday,
        civil::Weekday::Saturday => Weekday::Saturday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn local_times_are_found_in_both_directions() {
        for (text, from, next, previous) in [
            ("30 2 * * *", "2026-03-08T02:30", "2026-03-08T02:30", "2026-03-08T02:30"),
            ("30 2 * * *", "2026-03-08T02:31", "2026-03-09T02:30", "2026-03-08T02:30"),
            ("*/20 9-10 * * *", "2026-03-08T10:41", "2026-03-09T09:00", "2026-03-08T10:40"),
            ("0 0 29 2 *", "2026-03-08T00:00", "2028-02-29T00:00", "2024-02-29T00:00"),
            ("59 23 31 12 *", "2026-12-31T23:59", "2026-12-31T23:59", "2026-12-31T23:59"),
            ("0 6 * * FRI-MON", "2026-11-17T00:00", "2026-11-20T06:00", "2026-11-16T06:00"),
            ("0 6 L * *", "2026-02-01T00:00", "2026-02-28T06:00", "2026-01-31T06:00"),
            ("0 6 ? * FRI#2", "2026-11-01T00:00", "2026-11-13T06:00", "2026-10-09T06:00"),
            ("0 0 * 2 FRI#5", "2026-01-01T00:00", "2036-02-29T00:00", "2008-02-29T00:00"),
        ] {
            let cron = Cron::parse(text).unwrap();
            assert_eq!(cron.next(at(from)), Some(at(next)), "{text} from {from}");
            assert_eq!(cron.previous(at(from)), Some(at(previous)), "{text} until {from}");
        }
    }

    #[test]
    fn expressions_that_are_invalid_ambiguous_or_never_match_are_refused() {
        for (text, reason) in [
            ("0 0 30 2 *", "never matches"),
            ("0 0 31 4,6 *", "never matches"),
            ("0 9 13 * FRI", "both the day of the month and the weekday"),
            ("60 2 * * *", "no cron expression: "),
            ("0 0 9 * * *", "five fields"),
            ("0 9 * *", "five fields"),
            ("@daily", "five fields"),
            ("0 9 * * mon-fry", "no cron expression: "),
            ("", "five fields"),
        ] {
            let message = Cron::parse(text).unwrap_err();
            assert!(message.contains(reason), "{text}: {message}");
        }
    }
}
