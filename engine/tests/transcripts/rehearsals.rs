//! Rehearsals of schedules: what they show, how they fail, and what they leave alone.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::interrupts::send;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;
use crate::schedules::{json_of, scheduled};

pub const TESTS: &[Test] = &[
    ("the_page_of_rehearsals_is_true", the_page_of_rehearsals_is_true),
    ("a_rehearsal_as_json", a_rehearsal_as_json),
    ("mistakes_on_the_command_line_of_a_rehearsal", mistakes_on_the_command_line_of_a_rehearsal),
    ("a_rehearsal_with_faults_that_pass_converges", a_rehearsal_with_faults_that_pass_converges),
    ("a_rehearsal_without_capacity_tries_again", a_rehearsal_without_capacity_tries_again),
    ("a_rehearsal_that_cannot_pause_says_so", a_rehearsal_that_cannot_pause_says_so),
    ("a_rehearsal_in_which_every_call_fails_ends", a_rehearsal_in_which_every_call_fails_ends),
    ("a_rehearsal_in_which_one_service_is_throttled_ends", a_rehearsal_in_which_one_service_is_throttled_ends),
    ("an_interrupted_rehearsal_leaves_nothing_behind", an_interrupted_rehearsal_leaves_nothing_behind),
    ("a_rehearsal_that_fails_leaves_nothing_behind", a_rehearsal_that_fails_leaves_nothing_behind),
    ("a_rehearsal_touches_neither_aws_nor_state", a_rehearsal_touches_neither_aws_nor_state),
    ("a_mistake_of_the_schedule_shows_in_a_rehearsal", a_mistake_of_the_schedule_shows_in_a_rehearsal),
];

const OFFICE_HOURS: &str = r#"
[schedule]
timezone = "America/New_York"

[[schedule.windows]]
name = "office hours"
days = "mon-fri"
from = "08:00"
to = "18:00"
"#;

/// Returns a line without the numbers that differ from run to run: waiting for a resource takes some seconds more or less.
fn steady(line: &str) -> String {
    let line = line.split(" (time-zone data").next().unwrap_or_default();
    let mut words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    for at in 1..words.len() {
        if ["s", "h,", "h.", "min", "Hrs"].contains(&words[at].as_str()) {
            words[at - 1] = "N".to_owned();
        }
    }
    words.join(" ")
}

fn the_page_of_rehearsals_is_true() {
    let page = include_str!("../../../docs/schedules.md");
    let (_, section) = page.split_once("\n## `ebb schedule rehearse`").unwrap();
    let (_, session) = section.split_once("```console\n$ ebb ").unwrap();
    let (command, shown) = session.split_once("```").unwrap().0.split_once('\n').unwrap();
    let project = scheduled(OFFICE_HOURS);
    let output = project.run(command);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}{}", text(&output.stderr));
    let (shown, printed): (Vec<_>, Vec<_>) =
        (shown.lines().map(steady).collect(), printed.lines().map(steady).collect());
    assert_eq!(shown, printed);
    // The network address bills by the second, so its hours show that the times above are about right.
    assert!(printed.iter().any(|line| line.ends_with("Hrs $0.10")), "{printed:#?}");
}

fn a_rehearsal_as_json() {
    let project = scheduled(OFFICE_HOURS);
    let rehearsed = json_of(&project, "schedule rehearse shop --from 2026-11-27 --days 4 --json");
    // Friday, and Monday after a weekend; the stack came up before the first decision.
    let transitions = rehearsed["transitions"].as_array().unwrap();
    let targets: Vec<_> = transitions.iter().map(|transition| transition["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["paused", "running", "paused", "running", "paused"], "{rehearsed:#}");
    let planned: Vec<_> = transitions.iter().map(|transition| transition["planned"].as_str().unwrap()).collect();
    assert_eq!(
        planned[1..],
        ["2026-11-27T13:00:00Z", "2026-11-27T23:00:00Z", "2026-11-30T13:00:00Z", "2026-11-30T23:00:00Z"]
    );
    let instant = |transition: &Value, key: &str| transition[key].as_str().unwrap().parse::<Timestamp>().unwrap();
    for transition in transitions {
        assert_eq!(transition["outcome"], "acted", "{transition:#}");
        let (acted, ready) = (instant(transition, "acted"), instant(transition, "ready"));
        // A NAT gateway takes most of two minutes to come up and one to go.
        assert!((30..600).contains(&ready.duration_since(acted).as_secs()), "{transition:#}");
    }
    assert!(instant(&transitions[1], "acted").duration_since(instant(&transitions[1], "planned")).as_secs() < 1);
    let hours = |key: &str| rehearsed["hours"][key].as_f64().unwrap();
    assert!((19.8..20.0).contains(&hours("running")), "{rehearsed:#}");
    assert!((hours("running") + hours("paused") + hours("changing") - 96.0).abs() < 1e-6, "{rehearsed:#}");
    // A NAT gateway bills whole hours: one at the beginning, and ten a day.
    let items = rehearsed["cost"]["items"].as_array().unwrap();
    let nat = items.iter().find(|item| item["item"] == "vpc.nat.hour").unwrap();
    assert_eq!(nat["quantity"], 21.0, "{rehearsed:#}");
    assert_eq!((&rehearsed["failures"], &rehearsed["converged"]), (&json!(0), &json!(true)));
}

fn mistakes_on_the_command_line_of_a_rehearsal() {
    let mut project = scheduled(OFFICE_HOURS);
    for line in [
        "schedule rehearse shop --days 0",
        "schedule rehearse shop --days 367",
        "schedule rehearse shop --days many",
        "schedule rehearse shop --from tomorrow",
        "schedule rehearse shop --from 1850-01-01",
        "schedule rehearse shop --from 2150-01-01",
        "schedule rehearse shop --from 9999-12-31",
        "schedule rehearse shp",
        "schedule rehearse",
        "schedule rehearse shop --faults no-capacitty=1",
        "schedule rehearse shop --faults no-capacity=0",
        "schedule rehearse shop --faults no-capacity=-1",
        "schedule rehearse shop --faults kill-after=3",
        "schedule rehearse shop --faults ,",
    ] {
        project.type_in(line);
    }
    project.write("environments/local.toml", LOCAL);
    project.type_in("schedule rehearse shop");
    project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.vault.schedule]\ntimezone = \"UTC\"\n"));
    project.type_in("schedule rehearse shop");
    project.compare("mistakes_on_the_command_line_of_a_rehearsal");
}

fn outcomes(rehearsed: &Value) -> Vec<(&str, &str)> {
    let transitions = rehearsed["transitions"].as_array().unwrap();
    transitions
        .iter()
        .map(|transition| (transition["target"].as_str().unwrap(), transition["outcome"].as_str().unwrap()))
        .collect()
}

fn a_rehearsal_with_faults_that_pass_converges() {
    let project = scheduled(OFFICE_HOURS);
    let line =
        "schedule rehearse shop --from 2026-11-23 --days 1 --faults fail=throttle:20%:seed=7,latency=50ms --json";
    let output = project.run(line);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rehearsed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcomes(&rehearsed), [("paused", "acted"), ("running", "acted"), ("paused", "acted")]);
    assert_eq!((&rehearsed["failures"], &rehearsed["converged"]), (&json!(0), &json!(true)), "{rehearsed:#}");
}

fn a_rehearsal_without_capacity_tries_again() {
    let endpoint = format!("{LOCAL}\n[stacks.vault]\nendpoint = true\n{OFFICE_HOURS}");
    let project = Project::with(&endpoint);
    let output = project.run("schedule rehearse vault --from 2026-11-23 --days 1 --faults no-capacity=2 --json");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let rehearsed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = [("paused", "acted"), ("running", "failed"), ("running", "acted"), ("paused", "acted")];
    assert_eq!(outcomes(&rehearsed), expected, "{rehearsed:#}");
    assert_eq!((&rehearsed["failures"], &rehearsed["converged"]), (&json!(1), &json!(true)), "{rehearsed:#}");
    let failed = &rehearsed["transitions"][1];
    let message = failed["message"].as_str().unwrap();
    assert!(message.starts_with("1 operation failed for lack of capacity: sagemaker_endpoint.bulk: "), "{message}");
    // Both attempts, and the success, belong to the one transition that was due at eight.
    assert_eq!(failed["attempts"], 2, "{rehearsed:#}");
    assert_eq!(rehearsed["transitions"][2]["planned"], failed["planned"]);
    let hours = |key: &str| rehearsed["hours"][key].as_f64().unwrap();
    assert!((hours("running") + hours("paused") + hours("changing") - 24.0).abs() < 1e-6, "{rehearsed:#}");
    // Two attempts of 24 minutes, and three times 10 and twice 2 minutes for what succeeds.
    assert!((1.2..1.5).contains(&hours("changing")), "{rehearsed:#}");
}

fn a_rehearsal_that_cannot_pause_says_so() {
    let project = scheduled(OFFICE_HOURS);
    let output = project.run("schedule rehearse shop --from 2026-11-23 --days 1 --faults denied=DeleteNatGateway");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("failed: 1 operation failed, 1 operation was not started: ec2_nat_gateway."), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("Mon ")).collect();
    let [night, morning, evening] = lines.as_slice() else { panic!("{said}") };
    assert!(night.contains("00:00:00") && morning.contains("08:00:00") && evening.contains("18:00:00"), "{said}");
    // It was stuck, not paused.
    assert!(said.contains("paused 0 h") && said.contains("3 transitions, of which 2 failed ("), "{said}");
    assert!(said.contains("It does not end as the schedule says."), "{said}");
    // The NAT gateway billed all the time.
    assert!(said.contains("vpc.nat.hour") && said.contains("24.00 Hrs"), "{said}");
}

/// The time within which a rehearsal of a small stack ends, on a machine that is busy with other tests.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

fn a_rehearsal_in_which_every_call_fails_ends() {
    let project = scheduled(OFFICE_HOURS);
    for (fault, why) in [
        ("fail=throttle:100%", "sts:GetCallerIdentity: Throttling: Rate exceeded"),
        ("fail=error", "sts:GetCallerIdentity: InternalFailure"),
        ("fail=hang", "sts:GetCallerIdentity: no answer in time"),
    ] {
        let start = Instant::now();
        let output = project.run(&format!("schedule rehearse shop --from 2026-11-23 --days 1 --faults {fault}"));
        assert!(start.elapsed() < ENDS_WITHIN, "{fault}: {:?}", start.elapsed());
        assert_eq!(output.status.code(), Some(1), "{fault}: {}", text(&output.stderr));
        let said = text(&output.stdout);
        assert_eq!(said.matches(&format!("failed: cannot determine the account of the credentials: {why}")).count(), 2);
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("Mon ")).collect();
        let [night, evening] = lines.as_slice() else { panic!("{fault}: {said}") };
        assert!(night.contains("00:00:00") && evening.contains("18:00:00"), "{fault}: {said}");
        assert!(said.contains("2 transitions, of which 2 failed ("), "{fault}: {said}");
        assert!(said.contains("It does not end as the schedule says."), "{fault}: {said}");
    }
}

fn a_rehearsal_in_which_one_service_is_throttled_ends() {
    let night = "[schedule]\ntimezone = \"UTC\"\ndefault = \"running\"\n[[schedule.windows]]\nname = \"night\"\n\
                 from = \"22:00\"\nto = \"24:00\"\ntarget = \"paused\"\n";
    let project = scheduled(night);
    let start = Instant::now();
    let output = project.run("schedule rehearse shop --from 2026-11-23 --days 1 --faults fail=throttle:service=ec2");
    assert!(start.elapsed() < ENDS_WITHIN, "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("22:00:00") && said.contains("RequestLimitExceeded"), "{said}");
    assert!(said.contains("It does not end as the schedule says."), "{said}");
    // The calls retry for a quarter of an hour of virtual time, and a person sees the time pass.
    let mut shown: Vec<String> = text(&output.stderr).lines().map(str::to_owned).collect();
    shown.dedup();
    assert!(shown.iter().any(|line| line.starts_with("rehearsing Mon 2026-11-23 2")), "{shown:?}");
}

/// Returns the names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn an_interrupted_rehearsal_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let project = scheduled(OFFICE_HOURS);
        let scratch = project.path("scratch");
        std::fs::create_dir(&scratch).unwrap();
        let mut command = project.command("schedule rehearse shop --from 2026-01-01 --days 366");
        command.env("TMPDIR", &scratch).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut rehearsal = command.spawn().expect("ebb starts");
        let mut lines = BufReader::new(rehearsal.stdout.take().unwrap()).lines().map(|line| line.unwrap());
        assert!(lines.any(|line| line.contains("`office hours` is open")));
        assert_eq!(names(&scratch).len(), 1);
        let interrupted = Instant::now();
        send(signal, &rehearsal);
        let ended = rehearsal.wait_with_output().expect("it ends");
        assert!(interrupted.elapsed() < Duration::from_secs(10), "{:?}", interrupted.elapsed());
        assert_eq!(ended.status.code(), Some(130), "{}", text(&ended.stderr));
        assert!(text(&ended.stderr).contains("error: the rehearsal was interrupted"), "{}", text(&ended.stderr));
        assert_eq!(names(&scratch), Vec::<String>::new(), "{signal}");
    }
}

fn a_rehearsal_that_fails_leaves_nothing_behind() {
    let project = scheduled(&format!("{OFFICE_HOURS}\n[stacks.wrong]\nmistake = \"overlap\"\n"));
    let scratch = project.path("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let mut command = project.command("schedule rehearse wrong --from 2026-11-23 --days 1");
    let output = command.env("TMPDIR", &scratch).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("stack wrong has a problem"), "{}", text(&output.stderr));
    assert_eq!(names(&scratch), Vec::<String>::new());
    let mut command = project.command("schedule rehearse shop --from 2026-11-23 --days 1");
    let output = command.env("TMPDIR", project.path("missing")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("cannot make a folder for the rehearsal"), "{}", text(&output.stderr));
}

fn a_rehearsal_touches_neither_aws_nor_state() {
    let aws = TcpListener::bind("127.0.0.1:0").unwrap();
    aws.set_nonblocking(true).unwrap();
    let address = format!("http://{}", aws.local_addr().unwrap());
    let production = format!(
        "[aws]\nregion = \"eu-west-1\"\naccount = \"111122223333\"\nprofile = \"nobody-has-this\"\n\n\
         [state]\nbackend = \"s3\"\nbucket = \"acme-state\"\nprefix = \"ebb\"\n\n\
         [notify]\nwebhook = \"{address}/hook\"\n\n\
         [stacks.shop]\ncidr = \"10.20.0.0/16\"\nnat = \"one\"\n{OFFICE_HOURS}"
    );
    let project = Project::new();
    project.write("environments/production.toml", &production);
    let before = names(&project.path(""));
    let mut command = project.command("schedule rehearse shop -e production --from 2026-11-23 --days 1 --json");
    // Without credentials; every way to AWS leads to a door that counts those who knock.
    command.env_remove("AWS_EC2_METADATA_DISABLED").env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address);
    command.env("AWS_ENDPOINT_URL", &address).env("HTTPS_PROXY", &address).env("HTTP_PROXY", &address);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rehearsed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rehearsed["environment"], "production");
    assert_eq!(outcomes(&rehearsed), [("paused", "acted"), ("running", "acted"), ("paused", "acted")]);
    let knocked = aws.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(knocked, Err(std::io::ErrorKind::WouldBlock));
    assert_eq!(names(&project.path("")), before);
}

fn a_mistake_of_the_schedule_shows_in_a_rehearsal() {
    let unknown = OFFICE_HOURS.replace("to = \"18:00\"", "to = \"18:00\"\ncapacity = { chat = { min = 1, max = 2 } }");
    let project = scheduled(&unknown);
    let output = project.run("schedule rehearse shop --from 2026-11-23 --days 2");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("the window `office hours` has a capacity for `chat`"), "{said}");
}
