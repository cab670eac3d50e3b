//! The report on a month: the baseline, the savings, and the break-even of a pause.

use ebbtide::aws::s3::{Bucket, LifecycleRule, StorageClass, Transition};
use ebbtide::cost::{Book, Difference, Prices, Pricing, Report, Standing, Strategy, UsageSettings};
use ebbtide::plan::Target;
use ebbtide::schedule::Schedule;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use crate::scheduled::{from, office, schedule};
use crate::sums::{kinds, simple_book, stack};

const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);

fn report(schedule: Option<&Schedule>, target: Target, book: &Book, usage: &UsageSettings) -> Report {
    let pricing = Pricing { hours: 720.0, usage: &[usage], ..Pricing::new(book, "eu-west-1") };
    let standing = Standing::declared(&stack("ml.g5.xlarge", 2));
    Report::new(&standing, &kinds(), (schedule, target), (from(), HALF_AN_HOUR), &pricing)
}

fn close(one: f64, two: f64) -> bool {
    (one - two).abs() < 1e-6
}

/// Checks that the baseline without the savings is what it costs as it is, at both bounds.
fn adds_up(report: &Report) {
    let saved = report.saved();
    let (low, high) = (report.as_it_is.low.known(), report.as_it_is.high.known());
    assert!(close(report.baseline.known() - saved.high.known, low), "{report:#?}");
    assert!(close(report.baseline.known() - saved.low.known, high), "{report:#?}");
    assert!(low <= high + 1e-9);
    let components = |of: fn(&ebbtide::cost::ComponentReport) -> f64| report.components.iter().map(of).sum::<f64>();
    assert!(close(components(|one| one.baseline.known()), report.baseline.known()));
    assert!(close(components(|one| one.as_it_is.low.known()), low));
    assert!(close(components(|one| one.as_it_is.high.known()), high));
    assert!(close(components(|one| one.paused.known()), report.paused.total.monthly.known()));
}

fn saved(report: &Report, strategy: Strategy) -> (f64, f64) {
    let found = report.savings.iter().find(|saving| saving.strategy == strategy).unwrap();
    (found.monthly.low.known, found.monthly.high.known)
}

#[test]
fn each_strategy_saves_its_part_and_the_parts_add_up() {
    let (book, usage) = (simple_book(), UsageSettings::default());
    let report = report(Some(&office()), Target::Running, &book, &usage);
    adds_up(&report);
    // Always on with four instances, as scaling allows.
    assert!(close(report.baseline.known(), (4.0 * 1.5 + 0.055) * 720.0 + 0.4), "{report:#?}");
    assert!(close(report.declared.known(), (2.0 * 1.5 + 0.055) * 720.0 + 0.4), "two are declared");
    let hours = 720.0 * 52.5 / 168.0;
    let (pause, _) = saved(&report, Strategy::Pause);
    assert!(close(pause, (4.0 * 1.5 + 0.055) * (720.0 - hours)));
    // The window allows three, and scaling may leave two.
    assert!(close(saved(&report, Strategy::Schedule).0, 1.5 * hours));
    assert_eq!(saved(&report, Strategy::Scaling).0, 0.0);
    assert!(close(saved(&report, Strategy::Scaling).1, 1.5 * hours));
    assert_eq!(saved(&report, Strategy::StorageLifecycle), (0.0, 0.0));
    assert_eq!(report.always, None);
}

#[test]
fn without_a_schedule_the_recorded_target_holds_all_the_time() {
    let (book, usage) = (simple_book(), UsageSettings::default());
    let paused = report(None, Target::Paused, &book, &usage);
    adds_up(&paused);
    assert!(close(paused.as_it_is.high.known(), 0.4), "{paused:#?}");
    let running = report(None, Target::Running, &book, &usage);
    adds_up(&running);
    assert_eq!((saved(&running, Strategy::Pause), running.always), ((0.0, 0.0), Some(Target::Running)));
    assert!(close(saved(&running, Strategy::Scaling).1, 3.0 * 1.5 * 720.0));
}

#[test]
fn a_pause_pays_after_the_resume_and_the_begun_hours() {
    let (book, usage) = (simple_book(), UsageSettings::default());
    let even = report(None, Target::Running, &book, &usage).break_even;
    // One instance, a gateway and its address; the gateway bills whole hours.
    assert!(close(even.saved_hourly.known, 1.555), "{even:#?}");
    assert_eq!(even.begun_hours, Difference::exactly(0.05));
    assert!(close(even.hours.unwrap(), 0.5 + 0.05 / 1.555), "{even:#?}");
    let free = Book::of([]);
    let unknown = report(None, Target::Running, &free, &usage);
    assert!(unknown.break_even.hours.is_none() && unknown.baseline.at_least, "{unknown:#?}");
}

#[test]
fn a_lifecycle_saves_the_difference_to_standard_storage() {
    let mut declared = ebbtide::stack::Stack::new(crate::sums::scope(), Default::default());
    let rule = LifecycleRule {
        transitions: vec![Transition { days: 90, storage_class: StorageClass::Glacier }],
        ..LifecycleRule::new("old")
    };
    declared.add("models", Bucket { lifecycle: vec![rule], ..Bucket::new() });
    let standing = Standing::declared(&declared.finish().unwrap());
    let usage: UsageSettings = serde_json::from_value(json!({"s3_bucket": {"models": {
        "storage_gb": 100.0, "glacier_flexible_storage_gb": 1000.0, "glacier_flexible_transitions": 1000.0,
    }}}))
    .unwrap();
    let entry = |item: &str, usd: f64| {
        format!(
            "[items.\"{item}\"]\nunit = \"x\"\nusd = {usd}\nsource = \"x\"\ndate = \"2026-10-13\"\nconfidence = \"official\"\n"
        )
    };
    let text = format!(
        "region = \"eu-west-1\"\n{}{}{}",
        entry("s3.standard.storage", 0.02),
        entry("s3.glacier_flexible.storage", 0.004),
        entry("s3.glacier_flexible.transition", 0.00003)
    );
    let book = Book::of([Prices::parse("test", "eu-west-1", &text).unwrap()]);
    let pricing = Pricing { usage: &[&usage], ..Pricing::new(&book, "eu-west-1") };
    let report = Report::new(&standing, &kinds(), (None, Target::Running), (from(), SignedDuration::ZERO), &pricing);
    adds_up(&report);
    assert!(close(report.baseline.known(), 1100.0 * 0.02), "{report:#?}");
    let (saved, _) = saved(&report, Strategy::StorageLifecycle);
    assert!(close(saved, 1000.0 * (0.02 - 0.004) - 0.03), "{report:#?}");
    assert_eq!(report.break_even.hours, None, "a pause saves nothing");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn savings_add_up_whatever_the_windows(
        windows in proptest::collection::vec((0_u32..24, 1_u32..24, 1_u32..6, 0_u32..6, any::<bool>()), 0..3),
        storage in 0_u32..1000,
    ) {
        let window = |(index, (from, length, min, more, ready)): (usize, &(u32, u32, u32, u32, bool))| json!({
            "name": format!("w{index}"), "from": format!("{from:02}:00"), "to": format!("{:02}:00", (from + length) % 24),
            "target": "running", "priority": index, "ready": ready, "capacity": {"llm": {"min": min, "max": min + more}},
        });
        let schedule = schedule(windows.iter().enumerate().map(window).collect());
        let usage: UsageSettings =
            serde_json::from_value(json!({"s3_bucket": {"models": {"storage_gb": f64::from(storage)}}})).unwrap();
        adds_up(&report(Some(&schedule), Target::Running, &simple_book(), &usage));
    }
}
