//! Warnings about settings that are valid, and probably not meant.

use ebbtide::schedule::lint;
use serde_json::{Value, json};

use crate::fixture::{at, schedule};

fn warnings(zone: &str, windows: Value) -> Vec<String> {
    lint(&schedule(zone, windows), at("2026-11-22T00:00:00Z"))
}

#[test]
fn a_window_of_which_a_gap_leaves_nothing_is_warned_of() {
    let daily = json!([{"name": "nightly", "from": "02:00", "to": "03:00"}]);
    let cron = json!([{"name": "nightly", "opens": "0 2 * * *", "closes": "0 3 * * *"}]);
    for windows in [daily, cron] {
        let found = warnings("America/New_York", windows);
        assert_eq!(found, ["`nightly` does not open on 2027-03-14: clocks go forward to 03:00, over all of it"]);
    }
    let weekdays = json!([{"name": "nightly", "days": "mon-fri", "from": "02:00", "to": "03:00"}]);
    assert!(warnings("America/New_York", weekdays).is_empty());
}

#[test]
fn a_window_that_never_decides_is_warned_of() {
    let windows = json!([
        {"name": "lunch", "from": "12:00", "to": "13:00", "target": "paused"},
        {"name": "day", "from": "08:00", "to": "18:00", "priority": 1},
    ]);
    let found = warnings("UTC", windows);
    assert_eq!(found, ["`lunch` never decides: windows of a higher priority are open whenever it is"]);
}

#[test]
fn a_pause_of_minutes_is_warned_of() {
    let windows = json!([
        {"name": "morning", "from": "08:00", "to": "12:00"},
        {"name": "afternoon", "from": "12:10", "to": "18:00"},
    ]);
    let found = warnings("UTC", windows);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("the stack is paused for 10 minutes between `morning` and `afternoon`"), "{found:?}");
}

#[test]
fn sound_schedules_have_no_warnings() {
    let windows = json!([
        {"name": "office hours", "days": "mon-fri", "from": "08:00", "to": "18:00", "ready": true},
        {"name": "nightly batch", "opens": "0 2 * * tue-sat", "closes": "30 4 * * tue-sat"},
        {"name": "leap day", "opens": "0 0 29 2 *", "closes": "0 1 29 2 *"},
    ]);
    assert_eq!(warnings("America/New_York", windows), Vec::<String>::new());
}
