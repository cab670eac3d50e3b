//! Days that cost more than such days do.
//!
//! A day is compared with the same weekday of the weeks before, since office hours make weekdays differ. The measure is
//! robust: the median, and the median absolute deviation (MAD) scaled by 1.4826, which estimates the standard deviation of
//! normally distributed days (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993, who propose 3.5 as limit).
//! One odd day in the history changes neither.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::spend::Spend;

/// The number of earlier days of the same weekday below which nothing is said.
const ENOUGH: usize = 4;
/// The number of earlier days of the same weekday that count: those of a quarter.
const MOST: usize = 13;
/// The limit of the modified z-score.
const LIMIT: f64 = 3.5;
/// The scale of the median absolute deviation.
const SCALE: f64 = 1.4826;
/// The share of the median that a day must exceed it by: days that are all alike have no deviation.
const LEAST_SHARE: f64 = 0.2;
/// The dollars that a day must exceed the median by.
const LEAST_DOLLARS: f64 = 1.0;

/// The spending of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// The day (UTC).
    pub date: Date,
    /// Its spending.
    pub spent: Spend,
}

/// A day that cost more than it should.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spike {
    /// The day.
    pub date: Date,
    /// The least that it cost, in US dollars.
    pub spent: f64,
    /// The limit that it exceeds, in US dollars.
    pub limit: f64,
    /// The origin of the limit.
    pub cause: SpikeCause,
}

/// The origin of a limit that a day exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpikeCause {
    /// `daily` of the budget.
    Daily,
    /// Earlier days of the same weekday.
    Weekday,
}

/// Returns whether a day, which need not be over, is a spike: above `daily`, or far above earlier days of its weekday.
/// Spending within bounds counts with its lower bound for the day, and with the middle for the history.
pub fn spike(day: Day, history: &[Day], daily: Option<f64>) -> Option<Spike> {
    let spent = day.spent.low;
    let found = |limit: f64, cause| (spent > limit).then_some(Spike { date: day.date, spent, limit, cause });
    daily
        .and_then(|limit| found(limit, SpikeCause::Daily))
        .or_else(|| weekday_limit(day.date, history).and_then(|limit| found(limit, SpikeCause::Weekday)))
}

/// Returns the limit that follows from earlier days of the same weekday, if there are enough.
fn weekday_limit(date: Date, history: &[Day]) -> Option<f64> {
    let mut alike: Vec<&Day> =
        history.iter().filter(|day| day.date < date && day.date.weekday() == date.weekday()).collect();
    alike.sort_by_key(|day| std::cmp::Reverse(day.date));
    alike.truncate(MOST);
    if alike.len() < ENOUGH {
        return None;
    }
    let spent: Vec<f64> = alike.iter().map(|day| day.spent.middle()).collect();
    let deviations = |center: f64| spent.iter().map(|value| (value - center).abs()).collect();
    let center = median(spent.clone());
    let deviation = SCALE * median(deviations(center));
    Some(center + (LIMIT * deviation).max(LEAST_SHARE * center).max(LEAST_DOLLARS))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;

    use super::*;

    /// Mondays before 7 September 2026 with this spending, the last one a week before.
    fn mondays(spent: &[f64]) -> Vec<Day> {
        let weeks = i64::try_from(spent.len()).unwrap();
        let at = |week: i64| date(2026, 8, 31).saturating_add((7 * week).days());
        spent.iter().zip(1 - weeks..).map(|(usd, week)| Day { date: at(week), spent: Spend::exactly(*usd) }).collect()
    }

    fn on_monday(usd: f64, history: &[f64], daily: Option<f64>) -> Option<Spike> {
        spike(Day { date: date(2026, 9, 7), spent: Spend::exactly(usd) }, &mondays(history), daily)
    }

    #[test]
    fn a_day_far_above_its_weekday_is_a_spike() {
        let history = [200.0, 204.0, 198.0, 202.0, 200.0];
        assert_eq!(on_monday(235.0, &history, None), None);
        let found = on_monday(245.0, &history, None).unwrap();
        assert_eq!((found.cause, found.limit), (SpikeCause::Weekday, 240.0));
    }

    #[test]
    fn one_odd_day_in_the_history_changes_nothing() {
        let history = [200.0, 204.0, 5000.0, 198.0, 202.0, 200.0];
        assert!(on_monday(260.0, &history, None).is_some());
    }

    #[test]
    fn nothing_is_said_until_there_is_enough_history() {
        assert_eq!(on_monday(10_000.0, &[10.0, 10.0, 10.0], None), None);
        assert!(on_monday(10_000.0, &[10.0, 10.0, 10.0, 10.0], None).is_some());
        // Tuesdays do not count.
        let tuesdays: Vec<Day> =
            mondays(&[10.0; 8]).into_iter().map(|day| Day { date: day.date.saturating_add(1.day()), ..day }).collect();
        assert_eq!(spike(Day { date: date(2026, 9, 7), spent: Spend::exactly(1e4) }, &tuesdays, None), None);
    }

    #[test]
    fn the_daily_limit_needs_no_history() {
        let found = on_monday(501.0, &[], Some(500.0)).unwrap();
        assert_eq!((found.cause, found.limit), (SpikeCause::Daily, 500.0));
        assert_eq!(on_monday(499.0, &[], Some(500.0)), None);
        // An uncertain day counts with its lower bound.
        let day = Day { date: date(2026, 9, 7), spent: Spend::between(400.0, 600.0) };
        assert_eq!(spike(day, &[], Some(500.0)), None);
    }
}
