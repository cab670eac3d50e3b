//! Invoking endpoints, and the logs that they write.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use ebbtide_cloud::Cloud;
use serde_json::Value;

use crate::interrupts::send;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("an_endpoint_is_invoked_and_its_log_read", an_endpoint_is_invoked_and_its_log_read),
    ("a_followed_log_shows_each_event_once", a_followed_log_shows_each_event_once),
    ("a_response_is_printed_as_it_is", a_response_is_printed_as_it_is),
    ("an_asynchronous_endpoint_says_where_its_answer_will_be", an_asynchronous_endpoint_says_where_its_answer_will_be),
    ("a_request_is_sent_once", a_request_is_sent_once),
];

/// Creates a project whose stack has an endpoint: of two variants, or with a queue.
fn project(setting: &str) -> Project {
    let project = Project::with(&format!("{LOCAL}\n[stacks.vault]\n{setting} = true\n"));
    let applied = project.run("apply vault --yes --quiet");
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    project
}

/// Returns the events that a command prints as JSON, one a line.
fn events(project: &Project, line: &str) -> Vec<Value> {
    let output = project.run(&format!("{line} --json"));
    assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

fn an_endpoint_is_invoked_and_its_log_read() {
    let mut project = project("sides");
    project.write("broken.json", "{inputs: hello}");
    for line in [
        "logs vault",
        "invoke vault bulk {\"inputs\":\"hello\"}",
        "invoke vault bulk {inputs:hello}",
        "invoke vault bulk @broken.json",
        "invoke vault bulk @none.json",
        "invoke vault bulk hello --content-type text/plain --variant new --quiet",
        "invoke vault bulk {} --variant none",
        "invoke vault bulk {} --component llama",
        "invoke vault bulky {}",
        "invoke vault",
        "logs vault",
        "logs vault bulk --limit 1",
        "logs vault sagemaker_endpoint.bulk --since 2h --quiet --limit 1",
        "logs vault bulky",
        "logs vault models",
        "logs shop",
        "logs",
        "pause vault --yes --quiet",
        "invoke vault bulk {}",
        "logs vault --limit 1 --quiet",
    ] {
        project.type_in(line);
    }
    project.compare("an_endpoint_is_invoked_and_its_log_read");

    let events = events(&project, "logs vault bulk");
    assert_eq!(events.len(), 3, "a refused request reaches no container: {events:#?}");
    let ids: std::collections::BTreeSet<_> = events.iter().map(|event| event["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), 3);
    for event in &events {
        assert_eq!(event["group"], "/aws/sagemaker/Endpoints/bulk-v1");
        assert_eq!((&event["address"], &event["component"]), (&"sagemaker_endpoint.bulk".into(), &"bulk".into()));
        assert!(event["stream"].as_str().expect("a stream").contains("/i-"), "{event}");
    }
}

fn a_followed_log_shows_each_event_once() {
    let project = project("sides");
    assert!(project.run("invoke vault bulk {\"first\":1} --quiet").status.success());
    let mut command = project.command("logs vault bulk --follow --json");
    let mut follow = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("ebb starts");
    let mut lines = BufReader::new(follow.stdout.take().expect("its output")).lines().map(|line| line.expect("a line"));
    let mut next = || serde_json::from_str::<Value>(&lines.next().expect("an event")).expect("JSON");
    let mut shown = vec![next()];
    for body in ["{\"second\":22}", "{\"third\":333}"] {
        assert!(project.run(&format!("invoke vault bulk {body}")).status.success());
        shown.push(next());
    }
    send("-INT", &follow);
    shown.extend(lines.map(|line| serde_json::from_str(&line).expect("JSON")));
    assert_eq!(follow.wait().expect("it ends").code(), Some(0));
    let messages: Vec<_> = shown.iter().map(|event| event["message"].as_str().expect("a message")).collect();
    let sizes: Vec<_> = messages.iter().filter_map(|message| message.split(' ').nth(3)).collect();
    assert_eq!(sizes, ["11", "13", "13"], "{messages:#?}");
    let ids: std::collections::BTreeSet<_> = shown.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(ids.len(), 3);

    // A reader that goes away ends it, too.
    let mut command = project.command("logs vault -f");
    let mut follow = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("ebb starts");
    let mut line = String::new();
    BufReader::new(follow.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    assert!(line.contains("POST /invocations 200"), "{line}");
    assert!(project.run("invoke vault bulk {}").status.success());
    let begun = Instant::now();
    while follow.try_wait().expect("it is asked").is_none() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody reads, and it goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn a_response_is_printed_as_it_is() {
    let project = project("sides");
    let at_once = project.run("invoke vault bulk {} --variant old");
    let body: Value = serde_json::from_slice(&at_once.stdout).expect("the body and nothing else");
    assert_eq!((&body["embedded_cloud"], &body["variant"]), (&"no model is loaded".into(), &"old".into()));
    assert_eq!(text(&at_once.stderr), "");
    let streamed = project.run("invoke vault sagemaker_endpoint.bulk {} --variant old --stream");
    assert_eq!(text(&streamed.stdout), text(&at_once.stdout), "{}", text(&streamed.stderr));

    // Standard input is sent as it is.
    let mut command = project.command("invoke vault bulk-v1 - --content-type application/octet-stream --json");
    let mut invoke = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("ebb starts");
    invoke.stdin.take().expect("its input").write_all(&[0, 255, 10]).expect("it reads");
    let output = invoke.wait_with_output().expect("it ends");
    let view: Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!((&view["status"], &view["content_type"]), (&200.into(), &"application/json".into()), "{view}");
    assert_eq!((&view["name"], &view["body"]["variant"]), (&"bulk-v1".into(), &"old".into()));
    let logged = events(&project, "logs vault");
    let last = logged.last().expect("an event")["message"].as_str().expect("a message");
    assert!(last.contains("3 bytes of application/octet-stream"), "{last}");

    let parts = events(&project, "invoke vault bulk {} --stream");
    let (end, parts) = parts.split_last().expect("its end");
    let joined: String = parts.iter().map(|part| part["body"].as_str().expect("text")).collect();
    assert!(parts.len() > 1 && joined.contains("no model is loaded"), "{parts:#?}");
    assert_eq!((&end["event"], &end["variant"]), (&"finished".into(), &"old".into()), "{end}");
    let refused = project.run("invoke vault bulk --input s3://requests/1.json");
    assert!(text(&refused.stderr).contains("it takes no input from S3"), "{}", text(&refused.stderr));
}

fn an_asynchronous_endpoint_says_where_its_answer_will_be() {
    let project = project("endpoint");
    for line in ["invoke vault bulk {\"inputs\":\"hello\"}", "invoke vault bulk --input s3://requests/1.json"] {
        let output = project.run(line);
        let (place, said) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && place.starts_with("s3://answers/bulk/"), "{line}: {place}{said}");
        assert_eq!(place.lines().count(), 1);
        assert!(said.contains("sagemaker_endpoint.bulk is asynchronous"), "{said}");
    }
    let view: Value = serde_json::from_slice(&project.run("invoke vault bulk {} --json").stdout).expect("one object");
    assert!(view["inference_id"].is_string() && view["output_location"].is_string(), "{view}");
    let refused = project.run("invoke vault bulk {} --stream");
    assert_eq!(refused.status.code(), Some(64), "{}", text(&refused.stderr));
    let refused = project.run("invoke vault bulk {} --input s3://requests/1.json");
    assert!(text(&refused.stderr).contains("the body is given twice"), "{}", text(&refused.stderr));
}

fn a_request_is_sent_once() {
    let project = project("sides");
    for (fault, said) in [
        ("drop-after=InvokeEndpoint", "the model may have got the request"),
        ("fail=unavailable:service=sagemaker", "the request is not sent again"),
        ("denied=InvokeEndpoint", "`ebb permissions vault --for invoke`"),
    ] {
        let output =
            project.command("invoke vault bulk {}").env("EBB_CLOUD_FAULTS", fault).output().expect("ebb starts");
        let refusal = text(&output.stderr);
        assert!(output.status.code() == Some(1) && refusal.contains(said), "{fault}: {refusal}");
    }
    let denied = project.command("logs vault").env("EBB_CLOUD_FAULTS", "denied=FilterLogEvents").output();
    let said = text(&denied.expect("ebb starts").stderr);
    assert!(said.contains("`ebb permissions vault --for logs`"), "{said}");
    // Of the three, the first alone reached the container, and once.
    assert_eq!(events(&project, "logs vault").len(), 1);
    let cloud = Cloud::open(&project.path("state/local/cloud"), ebbtide_cloud::Settings::default()).expect("a cloud");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(cloud.invoke("eu-west-1", "bulk-v1")).expect("another caller is answered");
    assert_eq!(events(&project, "logs vault").len(), 2, "the log has the requests of every caller");
}
