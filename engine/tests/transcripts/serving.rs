//! `ebb serve`: one process acts, what it shows, who may see it, and how it ends.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bad_input::refused;
use crate::listening::{Serve, bodies, receiver};
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;
use crate::unattended::{applied, hold, json};

pub const TESTS: &[Test] = &[
    (
        "a_serve_that_is_asked_to_end_finishes_what_is_in_flight",
        a_serve_that_is_asked_to_end_finishes_what_is_in_flight,
    ),
    ("a_serve_whose_state_is_out_of_reach_ends_at_once", a_serve_whose_state_is_out_of_reach_ends_at_once),
    ("a_stack_that_fails_is_left_alone_for_a_while", a_stack_that_fails_is_left_alone_for_a_while),
    ("nothing_can_be_changed_over_http", nothing_can_be_changed_over_http),
    ("of_two_serves_one_acts_and_the_other_takes_over", of_two_serves_one_acts_and_the_other_takes_over),
    ("serve_shows_costs_and_budgets", serve_shows_costs_and_budgets),
    ("serve_shows_a_record_that_cannot_be_read", serve_shows_a_record_that_cannot_be_read),
    ("serve_listens_to_others_only_with_a_token", serve_listens_to_others_only_with_a_token),
];

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

fn a_serve_whose_state_is_out_of_reach_ends_at_once() {
    let project = Project::with(&format!("{LOCAL}\n[state]\nbackend = \"s3\"\nbucket = \"acme-state\"\n"));
    assert!(project.run("state init --yes --quiet").status.success());
    let serve = Serve::start_with(&project, &[("EBB_CLOUD_FAULTS", "latency=50s")]);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!((serve.get("/healthz").0, serve.get("/readyz").0), (200, 503));
    let start = Instant::now();
    serve.terminate();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
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
    well_formed(&metrics);
    serve.terminate();
}

/// Checks the text format of Prometheus: each sample belongs to a family that was declared before, has a number, and stands
/// there once. The page of the documentation has all names.
fn well_formed(metrics: &str) {
    let page = include_str!("../../../docs/running-unattended.md");
    let (mut family, mut families, mut seen) = ("", BTreeSet::new(), BTreeSet::new());
    for line in metrics.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(families.insert(name) && help.ends_with('.') && page.contains(&format!("`{name}`")), "{line}");
            family = name;
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(rest.starts_with(&format!("{family} ")), "{line}");
            assert_eq!(rest.ends_with("counter"), family.ends_with("_total"), "{line}");
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(seen.insert(series) && series.starts_with(family) && value.parse::<f64>().is_ok(), "{line}");
        let labels = series.split_once('{').map_or("}", |(_, labels)| labels);
        assert!(labels.ends_with('}') && labels.matches('"').count().is_multiple_of(2), "{line}");
    }
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
