//! Notifications: each is sent once, and a receiver that hangs holds up nothing.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::listening::{Serve, bodies, receiver};
use crate::project::{LOCAL, text};
use crate::runner::Test;
use crate::unattended::{applied, hold, json, target};

pub const TESTS: &[Test] = &[
    ("a_notification_is_sent_once_and_a_hanging_receiver_stops_nothing", notifications),
    ("a_record_that_cannot_be_read_is_said_once", a_record_that_cannot_be_read_is_said_once),
    ("the_end_of_a_hold_is_said_once_and_a_hanging_receiver_delays_no_other", hold_ending),
    ("a_tick_that_waits_for_a_receiver_says_so", a_tick_that_waits_for_a_receiver_says_so),
    ("nothing_is_said_of_a_stack_that_another_command_has", nothing_is_said_of_a_stack_that_another_command_has),
];

fn notifications() {
    let (port, requests) = receiver(Some(200));
    let settings = format!("[notify]\nwebhook = \"http://127.0.0.1:{port}/hook\"\nstdout = true\n\n");
    let project = applied(&settings);
    hold(&project, "shop", "paused");
    let tick = || {
        let mut tick = project.command("tick");
        let output = tick.env("EBB_WEBHOOK_SECRET", "a secret").output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let said = tick();
    assert!(said.contains("\"event\":\"notification\""), "{said}");
    tick();
    let sent: Vec<String> = requests.try_iter().collect();
    assert_eq!(sent.len(), 1, "it was said once: {sent:?}");
    assert!(sent[0].contains("ebb-signature: v1="), "{}", sent[0]);
    let body: Value = serde_json::from_str(sent[0].split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!((&body["kind"], &body["target"]), (&"transition".into(), &"paused".into()));
    assert!(body["text"].as_str().unwrap().starts_with("shop in local: paused since"), "{body}");
    // A receiver that hangs: the stack is changed, and the tick ends.
    let (port, requests) = receiver(None);
    project.write("environments/local.toml", &format!("[notify]\nwebhook = \"http://127.0.0.1:{port}/\"\n\n{LOCAL}"));
    hold(&project, "shop", "running");
    let start = Instant::now();
    let output = project.run("tick");
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
    assert!(output.status.success() && target(&project, "shop") == "running", "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("a notification was not sent"), "{}", text(&output.stderr));
    assert_eq!(requests.try_iter().count(), 3);
}

fn a_record_that_cannot_be_read_is_said_once() {
    let (port, requests) = receiver(Some(200));
    let project = applied(&format!("[notify]\nwebhook = \"http://127.0.0.1:{port}/hook\"\n\n"));
    let whole = project.read("state/local/shop.json");
    let tick = |code| {
        let output = project.run("tick");
        assert_eq!(output.status.code(), Some(code), "{}{}", text(&output.stdout), text(&output.stderr));
        assert!(!text(&output.stderr).contains("not sent"), "{}", text(&output.stderr));
    };
    project.write("state/local/shop.json", &whole[..whole.len() / 2]);
    assert_eq!(project.run("tick --dry-run").status.code(), Some(1));
    assert_eq!(bodies(&requests), Vec::<Value>::new(), "a dry run says nothing to others");
    tick(1);
    tick(1);
    let said = bodies(&requests);
    let [unreadable] = said.as_slice() else { panic!("it is said once: {said:?}") };
    assert_eq!((&unreadable["kind"], &unreadable["stack"]), (&"unreadable".into(), &"shop".into()));
    assert!(
        unreadable["target"].is_null() && unreadable["text"].as_str().unwrap().contains("is damaged"),
        "{unreadable}"
    );
    // Another fault is said as well.
    project.write("state/local/shop.json", "");
    tick(1);
    tick(1);
    assert_eq!(bodies(&requests).len(), 1);
    // It is read again, and then damaged again.
    project.write("state/local/shop.json", &whole);
    tick(0);
    project.write("state/local/shop.json", "");
    tick(1);
    assert_eq!(bodies(&requests).len(), 1);
    project.write("state/local/shop.json", &whole);
    // A process that runs all the time says it once too.
    project.write(
        "environments/local.toml",
        &format!("[control]\ninterval = \"1s\"\n\n{}", project.read("environments/local.toml")),
    );
    let serve = Serve::start(&project);
    serve.until("it is shown", |environment| environment["stacks"][0]["target"] == "running");
    project.write("state/local/shop.json", &whole[..whole.len() / 2]);
    serve.until("it is damaged", |environment| environment["stacks"][0]["failures"].as_u64() > Some(0));
    project.write("state/local/shop.json", &whole);
    serve.until("its failures are over", |environment| environment["stacks"][0]["failures"] == 0);
    assert_eq!(bodies(&requests).len(), 1);
    serve.terminate();
}

/// Returns a time some minutes from now.
fn in_minutes(minutes: i64) -> Value {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)).to_string().into()
}

fn nothing_is_said_of_a_stack_that_another_command_has() {
    let (port, requests) = receiver(Some(200));
    let project = applied(&format!("[notify]\nwebhook = \"http://127.0.0.1:{port}/hook\"\n\n"));
    hold(&project, "shop", "paused");
    let mut document: Value = serde_json::from_str(&project.read("state/local/shop.json")).unwrap();
    (document["hold"]["since"], document["hold"]["until"]) = (in_minutes(-120), in_minutes(10));
    project.write("state/local/shop.json", &document.to_string());
    let mut pause = project.command("pause shop --yes --quiet");
    let mut pause = pause.env("EBB_CLOUD_FAULTS", "latency=400ms").spawn().unwrap();
    let start = Instant::now();
    while !json(&project, "status shop")["run"].is_object() {
        assert!(start.elapsed() < Duration::from_secs(20), "the other command never began its run");
    }
    for _ in 0..2 {
        assert_eq!(json(&project, "tick")["stacks"][0]["outcome"], "busy");
    }
    assert_eq!(bodies(&requests), Vec::<Value>::new(), "it could not be recorded, and would be said again and again");
    assert!(pause.wait().unwrap().success());
    for _ in 0..2 {
        assert!(project.run("tick").status.success());
    }
    let said = bodies(&requests);
    assert!(said.len() == 1 && said[0]["kind"] == "hold_ending", "{said:?}");
}

fn hold_ending() {
    let project = applied("");
    hold(&project, "shop", "running");
    // The hold was made two hours ago, and twelve stacks have it.
    let mut document: Value = serde_json::from_str(&project.read("state/local/shop.json")).unwrap();
    (document["hold"]["since"], document["hold"]["until"]) = (in_minutes(-120), in_minutes(10));
    std::fs::remove_file(project.path("state/local/vault.json")).unwrap();
    for number in 0..12 {
        let name = format!("copy-{number}");
        document["scope"]["stack"] = name.clone().into();
        project.write(&format!("state/local/{name}.json"), &document.to_string());
    }
    std::fs::remove_file(project.path("state/local/shop.json")).unwrap();
    let (port, requests) = receiver(None);
    project.write("environments/local.toml", &format!("[notify]\nwebhook = \"http://127.0.0.1:{port}/\"\n\n{LOCAL}"));
    let start = Instant::now();
    let output = project.run("tick");
    // Three attempts of five seconds each; one stack after the other would take minutes.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = bodies(&requests);
    assert_eq!(said.len(), 36, "three attempts for each stack");
    assert!(said.iter().all(|notice| notice["kind"] == "hold_ending"), "{said:?}");
    assert!(said[0]["text"].as_str().unwrap().contains("the hold (running) ends at"), "{}", said[0]);
    project.run("tick");
    assert_eq!(bodies(&requests).len(), 0, "it was said");
}

/// Reads lines until the end. Returns each with the time that passed since the one before.
fn with_pauses(lines: impl std::io::Read) -> Vec<(Duration, String)> {
    let mut before = Instant::now();
    let line = |line: std::io::Result<String>| {
        let now = Instant::now();
        (now - std::mem::replace(&mut before, now), line.unwrap())
    };
    BufReader::new(lines).lines().map(line).collect()
}

fn a_tick_that_waits_for_a_receiver_says_so() {
    let (port, _requests) = receiver(None);
    let project = applied(&format!("[notify]\nwebhook = \"http://127.0.0.1:{port}/\"\n\n"));
    for (target, line) in [("paused", "tick"), ("running", "tick --json")] {
        hold(&project, "shop", target);
        let mut tick = project.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, shown) = (tick.stdout.take().unwrap(), tick.stderr.take().unwrap());
        let shown = std::thread::spawn(move || with_pauses(shown));
        let (said, shown) = (with_pauses(said), shown.join().unwrap());
        assert!(tick.wait().unwrap().success(), "{said:?} {shown:?}");
        let (lines, words) = match line {
            "tick" => (&shown, "the webhook has not accepted a notification for"),
            _ => (&said, "\"event\":\"notification_waits\""),
        };
        let signs: Vec<_> = lines.iter().filter(|(_, line)| line.contains(words)).collect();
        // Three attempts of five seconds.
        assert!(signs.len() >= 6, "{line}: {lines:?}");
        assert!(signs[1..].iter().all(|(pause, _)| *pause < Duration::from_secs(4)), "{line}: {lines:?}");
        if line != "tick" {
            let sign: Value = serde_json::from_str(&signs[0].1).unwrap();
            assert_eq!((&sign["stack"], &sign["receiver"]), (&"shop".into(), &"webhook".into()));
            assert!(sign["waited_ms"].as_u64().is_some_and(|waited| waited >= 2000), "{sign}");
            let report: Value = serde_json::from_str(&lines.last().unwrap().1).unwrap();
            assert_eq!(report["environment"], "local", "the report is one line at the end");
        }
    }
}
