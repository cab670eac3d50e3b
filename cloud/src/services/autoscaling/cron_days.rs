//! The days of a cron expression, with its letters.
//!
//! "The L wildcard in the Day-of-month or Day-of-week fields specifies the last day of the month or week." "The W wildcard in
//! the Day-of-month field specifies a weekday. In the Day-of-month field, 3W specifies the weekday closest to the third day of
//! the month." "The # wildcard in the Day-of-week field specifies a certain instance of the specified day of the week within a
//! month. For example, 3#2 would be the second Tuesday of the month" (Amazon EventBridge User Guide, "Cron expressions
//! reference", to which the guide of Application Auto Scaling refers).

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::cron_field::{WEEKDAYS, values};

/// The days of an expression: each item of one of its two fields matches some.
pub(super) struct Days(Vec<Item>);

enum Item {
    OfMonth(BTreeSet<u32>),
    /// 1 is Sunday.
    OfWeek(BTreeSet<u32>),
    LastOfMonth,
    LastWeekdayOfMonth,
    /// The weekday from Monday to Friday that is closest to a day, in the same month.
    Closest(u32),
    /// Such as the third Friday.
    Nth(u32, u32),
    /// Such as the last Friday.
    Last(u32),
}

impl Days {
    /// Reads the fields of the day of the month and of the weekday. One of them is `?`.
    pub(super) fn read(days: &str, weekdays: &str) -> Option<Self> {
        let items: Option<Vec<Item>> = match (days, weekdays) {
            (_, "?") => days.split(',').map(day).collect(),
            ("?", _) => weekdays.split(',').map(weekday).collect(),
            _ => None,
        };
        items.map(Self)
    }

    /// Returns whether a date is one of these days.
    pub(super) fn contain(&self, date: Date) -> bool {
        self.0.iter().any(|item| item.contains(date))
    }
}

fn day(item: &str) -> Option<Item> {
    match item {
        "L" => return Some(Item::LastOfMonth),
        "LW" => return Some(Item::LastWeekdayOfMonth),
        _ => {}
    }
    match item.strip_suffix('W') {
        Some(day) => day.parse().ok().map(Item::Closest),
        None => values(item, (1, 31), &[], 0).map(Item::OfMonth),
    }
}

fn weekday(item: &str) -> Option<Item> {
    let one = |text: &str| values(text, (1, 7), WEEKDAYS, 1)?.first().copied();
    if item == "L" {
        return Some(Item::OfWeek(BTreeSet::from([7])));
    }
    if let Some((day, nth)) = item.split_once('#') {
        return Some(Item::Nth(one(day)?, nth.parse().ok()?));
    }
    match item.strip_suffix('L') {
        Some(day) => one(day).map(Item::Last),
        None => values(item, (1, 7), WEEKDAYS, 1).map(Item::OfWeek),
    }
}

impl Item {
    fn contains(&self, date: Date) -> bool {
        let number = |value: i8| u32::try_from(value).unwrap_or_default();
        let (day, last) = (number(date.day()), number(date.days_in_month()));
        let weekday = number(date.weekday().to_sunday_one_offset());
        match self {
            Self::OfMonth(days) => days.contains(&day),
            Self::OfWeek(days) => days.contains(&weekday),
            Self::LastOfMonth => day == last,
            Self::LastWeekdayOfMonth => closest(date.last_of_month()) == date,
            Self::Closest(wanted) => {
                let wanted = i8::try_from(*wanted).ok().filter(|wanted| *wanted <= date.days_in_month());
                wanted.and_then(|day| date.with().day(day).build().ok()).is_some_and(|wanted| closest(wanted) == date)
            }
            Self::Nth(wanted, nth) => weekday == *wanted && day.div_ceil(7) == *nth,
            Self::Last(wanted) => weekday == *wanted && day + 7 > last,
        }
    }
}

/// Returns the weekday from Monday to Friday that is closest to a date and in its month.
fn closest(date: Date) -> Date {
    let day = date.day();
    let moved = match date.weekday() {
        Weekday::Saturday if day == 1 => day + 2,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == date.days_in_month() => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    };
    date.with().day(moved).build().unwrap_or(date)
}
