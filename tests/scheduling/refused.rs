//! Settings that are refused, each with its path and its correction.

use serde_json::{Value, json};

use crate::fixture::validated;

fn problems(settings: Value) -> Vec<String> {
    let mut whole = json!({"timezone": "UTC"});
    whole.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    validated(whole).unwrap_err().iter().map(ToString::to_string).collect()
}

fn of_window(fields: Value) -> Vec<String> {
    let mut window = json!({"name": "w", "from": "08:00", "to": "18:00"});
    for (key, value) in fields.as_object().unwrap() {
        if value.is_null() {
            window.as_object_mut().unwrap().remove(key);
        } else {
            window[key] = value.clone();
        }
    }
    problems(json!({"windows": [window]}))
}

#[test]
fn each_mistake_in_a_window_is_reported() {
    let cron = |opens: &str| json!({"from": null, "to": null, "opens": opens, "closes": "0 9 * * *"});
    for (fields, expected) in [
        (json!({"name": " "}), "windows.0.name: a window needs a name"),
        (json!({"target": "runing"}), "windows.0.target: there is no target `runing` (known: running, paused)"),
        (json!({"target": "destroyed"}), "windows.0.target: a schedule destroys nothing"),
        (json!({"days": "mon-fry"}), "windows.0.days: there is no day `fry` (known: mon, tue"),
        (json!({"from": "8am"}), "windows.0.from: `8am` is no time of day; write such as `08:00`"),
        (json!({"to": "24:30"}), "windows.0.to: `24:30` is no time of day"),
        (json!({"from": "24:00"}), "windows.0.from: a window begins at `00:00` of the next day"),
        (
            json!({"to": null}),
            "windows.0: a window has either `from` and `to`, or `opens` and `closes`; this one has `from`",
        ),
        (json!({"opens": "0 8 * * *"}), "this one has `from`, `to`, `opens`"),
        (cron("0 9 13 * FRI"), "windows.0.opens: `0 9 13 * FRI` sets both the day of the month and the weekday"),
        (cron("0 0 30 2 *"), "windows.0.opens: `0 0 30 2 *` never matches: no year has such a day"),
        (cron("0 25 * * *"), "windows.0.opens: `0 25 * * *` is no cron expression"),
        (cron("soon"), "windows.0.opens: `soon` is no cron expression; write five fields"),
        (json!({"capacity": {"api": {"min": 3, "max": 2}}}), "windows.0.capacity.api: `min` is 3 and `max` is 2"),
        (
            json!({"capacity": {"api": {"min": 0, "max": 0}}}),
            "windows.0.capacity.api: `max` is 0, which is no capacity",
        ),
        (json!({"target": "paused", "ready": true}), "windows.0.ready: a paused stack has no `ready`"),
        (
            json!({"target": "paused", "capacity": {"api": {"min": 1, "max": 2}}}),
            "windows.0.capacity: a paused stack has no",
        ),
        (json!({"idle": "soon"}), "windows.0.idle: `soon` is no duration; write such as `45m`"),
        (json!({"idle": "30s"}), "windows.0.idle: `30s` is out of range: at least 5m"),
    ] {
        let found = of_window(fields.clone());
        assert!(found.len() == 1 && found[0].contains(expected), "{fields}: {found:?}");
    }
}

#[test]
fn each_mistake_outside_of_windows_is_reported() {
    let window = json!({"name": "w", "from": "08:00", "to": "18:00"});
    for (settings, expected) in [
        (json!({"default": "off"}), "default: there is no target `off` (known: running, paused)"),
        (json!({"holidays": ["2026-02-30"]}), "holidays.0: `2026-02-30` is no day; write such as `2026-12-25`"),
        (json!({"holidays": ["2026-12-25", "christmas"]}), "holidays.1: `christmas` is no day"),
        (json!({"idle": "-5m"}), "idle: `-5m` is no duration"),
        (json!({"push": true, "default": "running", "windows": [window]}), "push: no window has a `capacity`"),
        (json!({"windows": [window, window]}), "windows.1.name: there are two windows `w`"),
        (
            json!({"expect": [{"at": "noon", "target": "paused"}]}),
            "expect.0.at: `noon` is no instant; write a local time",
        ),
        (json!({"expect": [{"at": "2026-12-25", "target": "paused"}]}), "expect.0.at: `2026-12-25` is no instant"),
        (json!({"expect": [{"at": "2026-12-25T10:00", "target": "on"}]}), "expect.0.target: there is no target `on`"),
    ] {
        let found = problems(settings.clone());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{settings}: {found:?}");
    }
    let zone = json!({"timezone": "America/New_York", "expect": [
        {"at": "2026-11-01T01:30", "target": "paused"},
        {"at": "2026-03-08T02:30", "target": "paused"},
    ]});
    let found = problems(zone);
    assert!(found[0].contains("clocks show 2026-11-01T01:30 twice; write an offset: 2026-11-01T01:30-04"), "{found:?}");
    assert!(found[1].contains("clocks skip 2026-03-08T02:30"), "{found:?}");
}

#[test]
fn windows_without_an_order_that_contradict_each_other_are_refused() {
    let capacity = |min: u32| json!({"api": {"min": min, "max": 9}});
    let window = |name: &str, from: &str, to: &str, rest: Value| {
        let mut window = json!({"name": name, "from": from, "to": to});
        window.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        window
    };
    let day = window("day", "08:00", "18:00", json!({"capacity": capacity(2)}));
    let cron =
        |opens: &str, closes: &str| json!({"name": "run", "opens": opens, "closes": closes, "capacity": capacity(4)});
    let conflicts = [
        (window("peak", "12:00", "14:00", json!({"capacity": capacity(4)})), "on Monday at 12:00"),
        (window("freeze", "17:59", "18:30", json!({"target": "paused"})), "on Monday at 17:59"),
        (window("night", "23:00", "08:01", json!({"target": "paused", "days": "sat"})), "on Sunday at 08:00"),
        (cron("0 9 1 1 *", "0 10 1 1 *"), "on Monday 2024-01-01 at 09:00"),
        (cron("30 17 29 2 *", "0 20 29 2 *"), "on Thursday 2024-02-29 at 17:30"),
    ];
    for (other, expected) in conflicts {
        let found = problems(json!({"windows": [day, other]}));
        assert!(
            found.len() == 1 && found[0].contains(expected) && found[0].contains("`priority`"),
            "{other}: {found:?}"
        );
        let mut ordered = other.clone();
        ordered["priority"] = 1.into();
        assert!(validated(json!({"timezone": "UTC", "windows": [day, ordered]})).is_ok(), "{ordered}");
    }
    let agreeing = [
        window("evening", "18:00", "20:00", json!({"target": "paused"})),
        window("more", "12:00", "14:00", json!({})),
        window("others", "12:00", "14:00", json!({"capacity": {"web": {"min": 1, "max": 2}}})),
        cron("0 18 1 1 *", "0 20 1 1 *"),
    ];
    for other in agreeing {
        assert!(validated(json!({"timezone": "UTC", "windows": [day, other]})).is_ok(), "{other}");
    }
}
