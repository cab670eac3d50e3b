//! Stacks that are looked after without a person: holds, ticks, `ebb serve` and what it reports.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bad_input::refused;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_hold_is_carried_out_by_the_next_tick", a_hold_is_carried_out_by_the_next_tick),
    ("a_hold_that_cannot_be_is_refused", a_hold_that_cannot_be_is_refused),
    ("a_tick_finishes_a_pause_and_only_settles_an_apply", a_tick_finishes_a_pause_and_only_settles_an_apply),
    ("a_stack_that_fails_or_is_locked_stops_no_other", a_stack_that_fails_or_is_locked_stops_no_other),
    ("a_notification_is_sent_once_and_a_hanging_receiver_stops_nothing", notifications),
    ("a_record_that_cannot_be_read_is_said_once", a_record_that_cannot_be_read_is_said_once),
    ("the_end_of_a_hold_is_said_once_and_a_hanging_receiver_delays_no_other", hold_ending),
    (
        "a_serve_that_is_asked_to_end_finishes_what_is_in_flight",
        a_serve_that_is_asked_to_end_finishes_what_is_in_flight,
    ),
    ("a_stack_that_fails_is_left_alone_for_a_while", a_stack_that_fails_is_left_alone_for_a_while),
    ("nothing_can_be_changed_over_http", nothing_can_be_changed_over_http),
    ("a_dry_run_changes_nothing", a_dry_run_changes_nothing),
    ("nothing_is_said_of_a_stack_that_another_command_has", nothing_is_said_of_a_stack_that_another_command_has),
    ("of_two_serves_one_acts_and_the_other_takes_over", of_two_serves_one_acts_and_the_other_takes_over),
    ("serve_shows_costs_and_budgets", serve_shows_costs_and_budgets),
    ("serve_shows_a_record_that_cannot_be_read", serve_shows_a_record_that_cannot_be_read),
    ("serve_listens_to_others_only_with_a_token", serve_listens_to_others_only_with_a_token),
    ("mistakes_in_settings_of_unattended_runs", mistakes_in_settings_of_unattended_runs),
];

fn applied(settings: &str) -> Project {
    let project = Project::with(&format!("{settings}{LOCAL}"));
    for stack in ["shop", "vault"] {
        let output = project.run(&format!("apply {stack} --yes --quiet"));
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    project
}

fn hold(project: &Project, stack: &str, target: &str) {
    let output = project.run(&format!("hold {stack} --target {target} --for 2h --reason test"));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn json(project: &Project, line: &str) -> Value {
    let output = project.run(&format!("{line} --json"));
    let said = text(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{line}: {error}: {said}{}", text(&output.stderr)))
}

fn target(project: &Project, stack: &str) -> Value {
    json(project, &format!("status {stack}"))["target"].clone()
}

fn a_hold_is_carried_out_by_the_next_tick() {
    let mut project = applied("");
    for line in [
        "tick",
        "hold shop --target paused --for 2h --reason weekend",
        "status shop --quiet",
        "tick --dry-run --detailed-exitcode",
        "tick --quiet --detailed-exitcode",
        "tick --detailed-exitcode",
        "history shop --limit 1",
        "resume shop --yes --quiet",
        "tick --quiet",
        "hold shop --clear",
        "hold shop --clear",
        "tick",
        "state history --stack shop --limit 3",
    ] {
        project.type_in(line);
    }
    project.compare("a_hold_is_carried_out");
}

fn a_hold_that_cannot_be_is_refused() {
    let project = applied("[control]\nmax_hold = \"1d\"\n");
    for (line, code, expected) in [
        ("hold shop --target paused --until 2020-01-01T00:00:00Z --reason x", 64, "is past"),
        ("hold shop --target paused --until 2020-01-01T00:00 --reason x", 64, "is past"),
        ("hold shop --target paused --for 2d --reason x", 1, "too long"),
        ("hold shop --target paused --for soon --reason x", 64, "no duration"),
        ("hold shop --target paused --until tomorrow --reason x", 64, "no time"),
        ("hold shop --target paused --for 1h --until 2030-01-01T00:00:00Z --reason x", 64, "cannot be used with"),
        ("hold shop --target destroyed --for 1h --reason x", 64, "ebb destroy shop"),
        ("hold shop --target paused --reason x", 64, "--until"),
        ("hold shop --target paused --for 1h", 64, "--reason"),
        ("hold shop --for 1h --reason x", 64, "--target"),
        ("hold shap --target paused --for 1h --reason x", 1, "did you mean `shop`?"),
        ("hold safe --target paused --for 1h --reason x", 1, "ebb apply safe"),
    ] {
        let said = refused(&project, line, code);
        assert!(said.contains(expected), "{line}: {said}");
    }
    assert!(json(&project, "status shop").get("hold").is_none(), "nothing was recorded");
    assert!(project.run("destroy vault --yes --quiet --include-data all").status.success());
    let said = refused(&project, "hold vault --target running --for 1h --reason x", 1);
    assert!(said.contains("is destroyed"), "{said}");
}

/// Runs a command that is killed while its plan is carried out.
fn cut_off(project: &Project, line: &str) {
    for calls in 5..80 {
        let mut command = project.command(line);
        let output = command.env("EBB_CLOUD_FAULTS", format!("kill-after={calls}")).output().unwrap();
        assert!(!output.status.success(), "{line} makes fewer than {calls} calls");
        if json(project, "status shop")["run"].is_object() {
            return;
        }
    }
    panic!("{line} was never cut off in a run");
}

fn a_tick_finishes_a_pause_and_only_settles_an_apply() {
    let project = applied("");
    cut_off(&project, "pause shop --yes");
    let tick = json(&project, "tick");
    assert_eq!(tick["stacks"][0]["outcome"], "acted", "{tick:#}");
    assert!(text(&project.run("plan shop --target paused").stdout).contains("no changes"));
    cut_off(&project, "apply shop --yes");
    let tick = json(&project, "tick");
    assert_eq!(tick["stacks"][0]["outcome"], "settled", "{tick:#}");
    assert!(json(&project, "status shop")["run"].is_null());
    assert_eq!(json(&project, "tick")["stacks"][0]["outcome"], "nothing", "an apply is finished by another apply");
}

fn a_stack_that_fails_or_is_locked_stops_no_other() {
    let project = applied("");
    hold(&project, "vault", "paused");
    hold(&project, "shop", "paused");
    let whole = project.read("state/local/shop.json");
    project.write("state/local/shop.json", &whole[..whole.len() / 2]);
    let output = project.run("tick");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("is damaged"), "{}", text(&output.stdout));
    assert_eq!(target(&project, "vault"), "paused");
    project.write("state/local/shop.json", &whole);
    let mut pause = project.command("pause shop --yes --quiet");
    let mut pause = pause.env("EBB_CLOUD_FAULTS", "latency=300ms").spawn().unwrap();
    let start = Instant::now();
    while !json(&project, "status shop")["run"].is_object() {
        assert!(start.elapsed() < Duration::from_secs(20), "the other command never began its run");
    }
    let busy = json(&project, "tick");
    assert_eq!(busy["stacks"][0]["outcome"], "busy", "{busy:#}");
    assert!(busy["stacks"][0]["message"].as_str().unwrap().contains("ebb pause"), "{busy:#}");
    assert!(pause.wait().unwrap().success(), "the tick did not disturb the other command");
}

/// Listens on a port, and responds to each request with a status; without one, never.
fn receiver(status: Option<u16>) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        let mut open: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut request, mut length) = (vec![0; 65536], 0);
            while !String::from_utf8_lossy(&request[..length]).ends_with('}') {
                length += stream.read(&mut request[length..]).unwrap();
            }
            let _ = sender.send(String::from_utf8_lossy(&request[..length]).into_owned());
            match status {
                Some(status) => drop(write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n")),
                None => open.push(stream),
            }
        }
    });
    (port, requests)
}

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

/// Returns the notifications that were sent, as JSON.
fn bodies(requests: &Receiver<String>) -> Vec<Value> {
    let body = |request: String| serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    requests.try_iter().map(body).collect()
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

/// An `ebb serve`, and the address of its pages.
struct Serve {
    process: Child,
    address: String,
}

impl Serve {
    fn start(project: &Project) -> Self {
        Self::start_with(project, &[])
    }

    fn start_with(project: &Project, variables: &[(&str, &str)]) -> Self {
        let mut command = project.command("serve --listen 127.0.0.1:0");
        command.envs(variables.iter().copied());
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        // Read on, so that the process can write.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.request("GET", path, "localhost")
    }

    /// Sends a request; `host` may have further headers after it.
    fn request(&self, method: &str, path: &str, host: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn status(&self) -> Value {
        let (code, body) = self.get("/api/status");
        assert_eq!(code, 200, "{body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// Waits until something is shown.
    fn until(&self, what: &str, is_shown: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let status = self.status();
            if is_shown(&status["environments"][0]) {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{what}: {status:#}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Asks it to end, as a service manager does.
    fn terminate(mut self) {
        let id = self.process.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let start = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

fn of_two_serves_one_acts_and_the_other_takes_over() {
    let project = applied("[control]\ninterval = \"1s\"\n\n");
    let first = Serve::start(&project);
    first.until("the first acts", |environment| environment["leader"] == true);
    let second = Serve::start(&project);
    let standing_by = second.until("the second stands by", |environment| environment["looked"].is_string());
    let environment = &standing_by["environments"][0];
    assert_eq!(environment["leader"], false);
    assert!(environment["acting"].as_str().unwrap().contains("ebb serve"), "{environment:#}");
    hold(&project, "shop", "paused");
    let is_paused = |environment: &Value| environment["stacks"][0]["target"] == "paused";
    let status = first.until("the hold is carried out", is_paused);
    let shop = &status["environments"][0]["stacks"][0];
    assert_eq!((&shop["stack"], &shop["hold"]["reason"]), (&"shop".into(), &"test".into()));
    second.until("the other shows it too", is_paused);
    let (code, page) = first.get("/");
    assert!(code == 200 && page.contains("Held paused until") && page.contains("</html>"), "{page}");
    let (_, metrics) = first.get("/metrics");
    for line in [
        "ebb_stack_target{environment=\"local\",stack=\"shop\",target=\"paused\"} 1",
        "ebb_transitions_total{environment=\"local\",stack=\"shop\",target=\"paused\",outcome=\"done\"} 1",
        "ebb_leader{environment=\"local\"} 1",
    ] {
        assert!(metrics.lines().any(|one| one == line), "{line}: {metrics}");
    }
    for (path, code) in [("/healthz", 200), ("/readyz", 200), ("/other", 404)] {
        assert_eq!(first.get(path).0, code, "{path}");
    }
    assert_eq!(first.request("GET", "/", "attacker.example").0, 403);
    let history = json(&project, "history shop");
    assert_eq!(history["runs"].as_array().unwrap().iter().filter(|run| run["command"] == "tick").count(), 1);
    first.terminate();
    second.until("the second takes over", |environment| environment["leader"] == true);
    hold(&project, "shop", "running");
    second.until("it acts", |environment| environment["stacks"][0]["target"] == "running");
    second.terminate();
}

fn a_dry_run_changes_nothing() {
    let project = applied("[notify]\nstdout = true\n\n");
    hold(&project, "shop", "paused");
    let before = (project.read("state/local/shop.json"), project.read("state/local/vault.json"));
    let tick = json(&project, "tick --dry-run");
    assert_eq!((&tick["stacks"][0]["outcome"], &tick["dry_run"]), (&"would_act".into(), &true.into()), "{tick:#}");
    assert_eq!(project.run("tick --dry-run").status.code(), Some(0));
    assert_eq!(project.run("tick --dry-run --detailed-exitcode").status.code(), Some(2));
    assert_eq!((project.read("state/local/shop.json"), project.read("state/local/vault.json")), before);
    assert!(!project.path("state/.notes").exists());
}

fn a_serve_that_is_asked_to_end_finishes_what_is_in_flight() {
    let (port, requests) = receiver(Some(200));
    let project =
        applied(&format!("[control]\ninterval = \"1s\"\n\n[notify]\nwebhook = \"http://127.0.0.1:{port}/\"\n\n"));
    hold(&project, "shop", "paused");
    let serve = Serve::start_with(&project, &[("EBB_CLOUD_FAULTS", "latency=400ms")]);
    let start = Instant::now();
    while !json(&project, "status shop")["run"].is_object() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never began");
        std::thread::sleep(Duration::from_millis(50));
    }
    serve.terminate();
    let status = json(&project, "status shop");
    assert_eq!((&status["target"], &status["run"]), (&"paused".into(), &Value::Null), "what is in flight is recorded");
    assert_eq!(bodies(&requests), Vec::<Value>::new(), "the end of a process is no failure of the stack");
    let tick = json(&project, "tick");
    assert_ne!(tick["stacks"][0]["outcome"], "failed", "{tick:#}");
    let said = bodies(&requests);
    assert!(said.len() == 1 && said[0]["kind"] == "transition", "{said:?}");
}

fn a_stack_that_fails_is_left_alone_for_a_while() {
    let project = applied("[control]\ninterval = \"1s\"\n\n");
    hold(&project, "shop", "paused");
    let other_account = LOCAL.replace("embedded = true", "embedded = true\naccount = \"999999999999\"");
    project.write("environments/local.toml", &format!("[control]\ninterval = \"1s\"\n\n{other_account}"));
    let serve = Serve::start(&project);
    let failed = |environment: &Value| environment["stacks"][0]["failures"].as_u64() > Some(0);
    let status = serve.until("the stack fails", failed);
    let shop = &status["environments"][0]["stacks"][0];
    assert!(shop["error"].as_str().unwrap().contains("999999999999"), "{shop:#}");
    let at = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let wait = at(&shop["retry_at"]).duration_since(jiff::Timestamp::now()).as_secs();
    assert!((15..=30).contains(&wait), "{wait}: {shop:#}");
    // The other stack is looked at meanwhile, and this one is not tried again.
    std::thread::sleep(Duration::from_secs(3));
    let environment = &serve.status()["environments"][0];
    assert_eq!(environment["stacks"][0]["failures"], 1, "{environment:#}");
    assert!(at(&environment["looked"]) > at(&status["environments"][0]["looked"]), "{environment:#}");
    assert_eq!(environment["stacks"][1]["target"], "running");
    let (_, metrics) = serve.get("/metrics");
    let failures = "ebb_stack_consecutive_failures{environment=\"local\",stack=\"shop\"} 1";
    assert!(metrics.lines().any(|line| line == failures), "{metrics}");
    serve.terminate();
}

fn nothing_can_be_changed_over_http() {
    let project = applied("");
    let token = "a token of some length";
    let serve = Serve::start_with(&project, &[("EBB_SERVE_TOKEN", token)]);
    let with_token = format!("ebb.example\r\nAuthorization: Bearer {token}");
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        for path in ["/", "/api/status", "/metrics", "/healthz"] {
            assert_eq!(serve.request(method, path, &with_token).0, 405, "{method} {path}");
        }
    }
    for path in ["/", "/api/status", "/metrics"] {
        assert_eq!(serve.request("GET", path, &with_token).0, 200, "{path}");
        assert_eq!(serve.get(path).0, 401, "{path}");
        let wrong = "localhost\r\nAuthorization: Bearer another token, as long";
        assert_eq!(serve.request("GET", path, wrong).0, 401, "{path}");
    }
    assert_eq!(serve.get("/healthz").0, 200);
    assert!(
        !project.run("serve --help").stdout.is_empty()
            && text(&project.run("serve --help").stdout).contains("127.0.0.1:8080")
    );
}

fn serve_shows_costs_and_budgets() {
    let project =
        Project::with(&format!("[control]\ninterval = \"1s\"\n\n{LOCAL}\n[stacks.shop.budget]\nmonthly = 100000\n"));
    let output = project.run("apply shop --yes --quiet");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let hourly = json(&project, "status shop")["cost"]["hourly"]["usd"].as_f64().unwrap();
    let serve = Serve::start(&project);
    let status = serve.until("the stack is shown", |environment| environment["stacks"][0]["stack"] == "shop");
    let environment = &status["environments"][0];
    let shop = &environment["stacks"][0];
    assert!(hourly > 0.0 && shop["cost"]["hourly"]["usd"] == hourly, "{hourly}: {shop:#}");
    assert_eq!(environment["cost"], shop["cost"]);
    assert!(environment["budget"].is_null(), "only the stack has one");
    let budget = &shop["budget"];
    assert_eq!((&budget["monthly"], &budget["rules"][0]["state"]), (&100_000.0.into(), &"not_reached".into()));
    let course = budget["course"].as_array().unwrap();
    assert!(course.len() >= 29, "each day of the month, now, and its end: {budget:#}");
    let (forecast, end) = (budget["forecast"]["low"].as_f64().unwrap(), course.last().unwrap());
    assert!((end["low"].as_f64().unwrap() - forecast).abs() < 0.01 && end["forecast"] == true, "{budget:#}");
    let low: Vec<f64> = course.iter().map(|point| point["low"].as_f64().unwrap()).collect();
    assert!(low.is_sorted() && low[0] < forecast, "{low:?}");
    let (_, page) = serve.get("/");
    for expected in
        ["Costs $0.0530 an hour now", "<svg class=\"chart\"", ">budget $100,000.00</text>", "of $100,000.00"]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let (_, metrics) = serve.get("/metrics");
    for name in [
        "ebb_stack_hourly_cost_dollars{environment=\"local\",stack=\"shop\"} 0.05",
        "ebb_stack_hourly_cost_unknown{environment=\"local\",stack=\"shop\"} 0",
        "ebb_budget_monthly_dollars{environment=\"local\",of=\"stack\",stack=\"shop\"} 100000",
        "ebb_budget_spent_dollars{environment=\"local\",of=\"stack\",stack=\"shop\",bound=\"high\"} ",
        "ebb_budget_forecast_dollars{environment=\"local\",of=\"stack\",stack=\"shop\",bound=\"low\"} ",
        "ebb_decisions_total{environment=\"local\",stack=\"shop\",cause=\"recorded\"} ",
        "ebb_aws_calls_total ",
        "ebb_aws_throttles_total ",
    ] {
        assert!(metrics.lines().any(|line| line.starts_with(name)), "{name}: {metrics}");
    }
    serve.terminate();
}

fn serve_shows_a_record_that_cannot_be_read() {
    let project = applied("[control]\ninterval = \"1s\"\n\n");
    let serve = Serve::start(&project);
    serve.until("the stacks are shown", |environment| environment["stacks"][1]["target"] == "running");
    let whole = project.read("state/local/shop.json");
    project.write("state/local/shop.json", &whole[..whole.len() / 2]);
    let status = serve.until("it is damaged", |environment| environment["stacks"][0]["target"].is_null());
    let environment = &status["environments"][0];
    let (shop, vault) = (&environment["stacks"][0], &environment["stacks"][1]);
    assert!(shop["error"].as_str().unwrap().contains("is damaged"), "{shop:#}");
    assert_eq!((&shop["cost"], &vault["target"]), (&Value::Null, &"running".into()));
    assert_eq!(environment["cost"]["hourly"]["at_least"], true, "the other may cost more: {environment:#}");
    let (_, metrics) = serve.get("/metrics");
    let readable = "ebb_stack_readable{environment=\"local\",stack=\"shop\"} 0";
    assert!(metrics.contains(readable), "{metrics}");
    assert!(!metrics.contains("ebb_stack_hourly_cost_dollars{environment=\"local\",stack=\"shop\"}"), "{metrics}");
    assert!(serve.get("/").1.contains("unreadable"));
    project.write("state/local/shop.json", &whole);
    serve.until("it is read again", |environment| environment["stacks"][0]["target"] == "running");
    serve.terminate();
}

fn serve_listens_to_others_only_with_a_token() {
    let project = Project::new();
    let said = refused(&project, "serve --listen 0.0.0.0:0", 1);
    assert!(said.contains("no token") && said.contains("EBB_SERVE_TOKEN"), "{said}");
    project.write("token", "short\n");
    let said = refused(&project, "serve --listen 0.0.0.0:0 --token-file token", 1);
    assert!(said.contains("too short"), "{said}");
    let said = refused(&project, "serve --listen 127.0.0.1:0 -e local,nowhere", 1);
    assert!(said.contains("nowhere"), "{said}");
}

fn mistakes_in_settings_of_unattended_runs() {
    let project = Project::new();
    for (settings, expected) in [
        ("[control]\nmax_hold = \"-1h\"\n", "local.toml:2:12: `-1h` is no duration"),
        ("[control]\ninterval = \"10ms\"\n", "local.toml:2:12: the shortest interval"),
        ("[control]\nintervall = \"1m\"\n", "intervall"),
        ("[notify]\nsns = \"alerts\"\n", "local.toml:2:7: `alerts` is not a topic's ARN"),
        ("[notify]\nwebhook = \"hooks.example/secret\"\n", "local.toml:2:11: this is not the URL of a webhook"),
        ("[notify]\nwebhook = \"https://a.example/\"\nwebhook_env = \"HOOK\"\n", "exclude each other"),
    ] {
        project.write("environments/local.toml", &format!("{settings}{LOCAL}"));
        let said = refused(&project, "tick", 1);
        assert!(said.contains(expected) && !said.contains("secret"), "{settings}: {said}");
    }
    project.write("environments/local.toml", &format!("[notify]\nwebhook_env = \"HOOK\"\n{LOCAL}"));
    let said = refused(&project, "tick", 1);
    assert!(said.contains("HOOK") && said.contains("not set"), "{said}");
}
