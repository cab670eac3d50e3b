//! The month of a stack that follows its schedule.

use ebbtide::cost::{Estimate, Levels, Pricing, Scheduled, Standing, UsageSettings};
use ebbtide::schedule::{Schedule, Settings};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::sums::{kinds, simple_book, stack};

/// Office hours of 50 h a week, with bounds of its own, or other windows.
pub fn schedule(windows: serde_json::Value) -> Schedule {
    let settings: Settings = serde_json::from_value(json!({"timezone": "UTC", "windows": windows})).unwrap();
    Schedule::new(&settings, TimeZone::UTC, None).unwrap()
}

pub fn office() -> Schedule {
    schedule(json!([{
        "name": "office", "days": "mon-fri", "from": "08:00", "to": "18:00", "target": "running", "ready": true,
        "capacity": {"llm": {"min": 2, "max": 3}},
    }]))
}

pub fn from() -> Timestamp {
    "2026-11-25T00:00:00Z".parse().unwrap()
}

fn close(one: f64, two: f64) -> bool {
    (one - two).abs() < 1e-6
}

#[test]
fn hours_come_from_windows_and_capacities_from_their_bounds() {
    let (book, kinds) = (simple_book(), kinds());
    let usage: UsageSettings =
        serde_json::from_value(json!({"s3_bucket": {"models": {"storage_gb": 500.0, "get_requests": 1000.0}}}))
            .unwrap();
    let pricing = Pricing { hours: 720.0, usage: &[&usage], ..Pricing::new(&book, "eu-west-1") };
    let standing = Standing::declared(&stack("ml.g5.xlarge", 2));
    let levels = Levels::new(&standing, &kinds);
    let scheduled = Scheduled::new(&levels, &office(), (from(), SignedDuration::from_mins(30)), &pricing);
    // Half an hour earlier on each of five days.
    let hours = 720.0 * 52.5 / 168.0;
    assert!(close(scheduled.hours_running, hours), "{scheduled:#?}");
    assert!(close(scheduled.hours_paused, 720.0 - hours));
    assert!(close(scheduled.resumes, 5.0 * 720.0 / 168.0));
    assert!(close(scheduled.hours_coming_up, 2.5 * 720.0 / 168.0));
    // The secret and the use of the month are the same in every hour.
    let rest = 0.055 * hours + 0.4 + 500.0 * 0.02 + 1000.0 * 0.001;
    assert!(close(scheduled.least.total.monthly.usd.unwrap(), 2.0 * 1.5 * hours + rest), "{scheduled:#?}");
    assert!(close(scheduled.most.total.monthly.usd.unwrap(), 3.0 * 1.5 * hours + rest));

    let estimate = Estimate::new(&standing, &kinds, &pricing).with_schedule(scheduled.clone());
    let lines = |high: bool| -> f64 {
        let ranges = estimate.lines.iter().map(|one| one.monthly_scheduled.unwrap());
        ranges.map(|range| if high { range.high } else { range.low }.known()).sum()
    };
    assert!(close(lines(false), scheduled.least.total.monthly.known()), "lines add up");
    assert!(close(lines(true), scheduled.most.total.monthly.known()));
}

#[test]
fn without_windows_a_stack_is_as_its_default_all_the_time() {
    let (book, kinds) = (simple_book(), kinds());
    let pricing = Pricing::new(&book, "eu-west-1");
    let standing = Standing::declared(&stack("ml.g5.xlarge", 2));
    let levels = Levels::new(&standing, &kinds);
    let estimate = Estimate::new(&standing, &kinds, &pricing);
    let paused = Scheduled::new(&levels, &schedule(json!([])), (from(), SignedDuration::ZERO), &pricing);
    assert_eq!((paused.resumes, paused.hours_running, paused.hours_coming_up), (0.0, 0.0, 0.0));
    assert!(close(paused.most.total.monthly.known(), estimate.paused.total.monthly.known()), "{paused:#?}");
    let always = schedule(json!([{"name": "always", "from": "00:00", "to": "00:00", "target": "running"}]));
    let always = Scheduled::new(&levels, &always, (from(), SignedDuration::from_mins(30)), &pricing);
    assert!(close(always.hours_running, 730.0) && always.resumes == 0.0, "{always:#?}");
    assert!(close(always.least.total.monthly.known(), estimate.least.monthly.known()));
    assert!(close(always.most.total.monthly.known(), estimate.most.monthly.known()));
}

#[test]
fn an_unknown_price_makes_the_scheduled_month_a_least_amount() {
    let (book, kinds) = (simple_book(), kinds());
    let pricing = Pricing::new(&book, "eu-west-1");
    let standing = Standing::declared(&stack("ml.p5.48xlarge", 1));
    let scheduled =
        Scheduled::new(&Levels::new(&standing, &kinds), &office(), (from(), SignedDuration::ZERO), &pricing);
    assert!(scheduled.monthly().low.at_least && scheduled.monthly().high.at_least);
    assert!(scheduled.monthly().to_string().starts_with("at least $"), "{}", scheduled.monthly());
}
