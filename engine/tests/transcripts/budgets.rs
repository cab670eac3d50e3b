//! Budgets: their settings, the rules that act, and the refusal of an apply.

use serde_json::Value;

use crate::bad_input::refused;
use crate::listening::Serve;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("mistakes_in_a_budget", mistakes_in_a_budget),
    ("an_apply_that_raises_spending_is_refused_over_budget", an_apply_that_raises_spending_is_refused_over_budget),
    (
        "what_cannot_be_read_blocks_an_apply_that_raises_spending",
        what_cannot_be_read_blocks_an_apply_that_raises_spending,
    ),
    ("a_budget_of_an_unknown_stack_is_pointed_out", a_budget_of_an_unknown_stack_is_pointed_out),
    ("a_budget_has_a_status", a_budget_has_a_status),
    ("costs_that_only_cost_explorer_has_are_shown", costs_that_only_cost_explorer_has_are_shown),
    (
        "a_record_that_cannot_be_read_is_no_stack_that_costs_nothing",
        a_record_that_cannot_be_read_is_no_stack_that_costs_nothing,
    ),
    ("figures_that_cannot_be_read_are_a_failure_of_one_stack", figures_that_cannot_be_read_are_a_failure_of_one_stack),
];

const BUDGET: &str = "\n[budget]\nmonthly = 6190\nbuffer = \"20%\"\ndaily = 500\n\n[[budget.rules]]\nat = \"80%\"\n\
                      of = \"forecast\"\ndo = \"notify\"\n\n[[budget.rules]]\nat = \"buffer\"\ndo = \"pause\"\ngrace = \"1h\"\n";

/// Changes a part of the budget that is there once.
fn replaced(from: &str, to: &str) -> String {
    assert_eq!(BUDGET.matches(from).count(), 1, "{from}");
    format!("{LOCAL}{}", BUDGET.replace(from, to))
}

fn mistakes_in_a_budget() {
    let mut project = Project::new();
    let cases = [
        replaced("monthly = 6190", "monthly = -6190"),
        replaced("monthly = 6190", "monthly = 0"),
        replaced("monthly = 6190", "monthly = 619000000000"),
        replaced("monthly = 6190", "monthly = \"6190\""),
        replaced("monthly = 6190\n", ""),
        replaced("daily = 500", "daily = 7000"),
        replaced("buffer = \"20%\"", "buffer = \"20\""),
        replaced("buffer = \"20%\"\n", ""),
        replaced("at = \"80%\"", "at = \"eighty\""),
        replaced("of = \"forecast\"", "of = \"forcast\""),
        replaced("do = \"notify\"", "do = \"stop\""),
        replaced("do = \"notify\"", "do = \"notify\"\ngrace = \"1h\""),
        replaced("grace = \"1h\"", "grace = \"400h\""),
        replaced("monthly = 6190", "monthy = 6190"),
        format!("{LOCAL}[stacks.shop.budget]\nmonthly = -1\n"),
        format!("{LOCAL}[stacks.shop.budget]\nmonthly = 100\nrules = [{{ at = \"101\", do = \"reduce\" }}]\n"),
        // Two rules that do the same.
        replaced("grace = \"1h\"\n", "grace = \"1h\"\n\n[[budget.rules]]\nat = \"120%\"\ndo = \"pause\"\n"),
        // Several mistakes are reported at once.
        replaced("monthly = 6190", "monthly = -6190").replace("\"80%\"", "\"-80%\""),
        // And this is a budget.
        format!("{LOCAL}{BUDGET}\n[stacks.shop.budget]\nmonthly = 100\n"),
    ];
    for case in cases {
        project.write("environments/local.toml", &case);
        project.type_in("tick");
    }
    project.compare("mistakes_in_a_budget");
}

fn json(project: &Project, line: &str) -> Value {
    let output = project.run(&format!("{line} --json"));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {}", text(&output.stderr)))
}

/// A budget whose forecast is reached as soon as the shop runs.
const BLOCK: &str = "\n[budget]\nmonthly = 0.01\n\n[[budget.rules]]\nat = \"1%\"\nof = \"forecast\"\ndo = \"block\"\n";

fn an_apply_that_raises_spending_is_refused_over_budget() {
    let project = Project::with(&format!("{LOCAL}{BLOCK}"));
    // Nothing is spent yet.
    assert!(project.run("apply shop --yes --quiet").status.success());
    let two = format!("{LOCAL}{BLOCK}").replace("nat = \"one\"", "nat = \"per_zone\"");
    project.write("environments/local.toml", &two);
    let said = refused(&project, "apply shop --yes --quiet", 1);
    assert!(said.contains("the budget blocks that (budget of the environment: block at 1% of the budget"), "{said}");
    assert!(said.contains("an hour to $") && said.contains("--over-budget REASON"), "{said}");
    assert_eq!(project.run("apply shop --yes --over-budget").status.code(), Some(64));
    // A pause is never refused, and neither is an apply that raises nothing.
    project.write("environments/local.toml", &format!("{LOCAL}{BLOCK}"));
    assert!(project.run("apply shop --yes --quiet").status.success());
    assert!(project.run("pause shop --yes --quiet").status.success());
    assert!(project.run("resume shop --yes --quiet").status.success());
    project.write("environments/local.toml", &two);
    let output = project.run("apply shop --yes --quiet --over-budget launch");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("although the budget blocks that"), "{}", text(&output.stderr));
    assert!(text(&project.run("history shop --limit 1").stdout).contains("over budget: launch"));
}

fn what_cannot_be_read_blocks_an_apply_that_raises_spending() {
    const ALL: &str = "\n[budget]\nmonthly = 100000\n\n[[budget.rules]]\nat = \"100%\"\ndo = \"block\"\n";
    let own = ALL.replace("budget", "stacks.shop.budget");
    let (one, two) = (format!("{LOCAL}{ALL}"), format!("{LOCAL}{ALL}").replace("nat = \"one\"", "nat = \"per_zone\""));
    let project = Project::with(&one);
    for stack in ["shop", "vault"] {
        assert!(project.run(&format!("apply {stack} --yes --quiet")).status.success());
    }
    let whole = project.read("state/local/vault.json");
    project.write("state/local/vault.json", "x");
    assert!(project.run("apply shop --yes --quiet").status.success(), "it raises nothing");
    project.write("environments/local.toml", &two);
    let said = refused(&project, "apply shop --yes --quiet", 1);
    for expected in [
        "it is not known whether the budget blocks that: what vault has spent is not known",
        "vault.json is damaged",
        "`ebb status STACK`",
        "--over-budget REASON",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(refused(&project, "status vault", 1).contains("restore it from a copy"));
    // The budget of the stack counts the stack only, and another rule blocks nothing.
    for settings in [&own, &ALL.replace("block", "notify")] {
        let replaced = two.replace(ALL, settings).replace("per_zone", "one");
        project.write("environments/local.toml", &replaced);
        let output = project.run("apply shop --yes --quiet");
        assert!(output.status.success(), "{}", text(&output.stderr));
        project.write("environments/local.toml", &two.replace(ALL, settings));
        let output = project.run("apply shop --yes --quiet");
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    project.write("environments/local.toml", &one);
    assert!(project.run("apply shop --yes --quiet").status.success());
    project.write("environments/local.toml", &two);
    let output = project.run("apply shop --yes --quiet --over-budget launch");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("although it is not known whether the budget blocks that"),
        "{}",
        text(&output.stderr)
    );

    project.write("environments/local.toml", &one);
    assert!(project.run("apply shop --yes --quiet").status.success());
    project.write("state/local/vault.json", &whole);
    let segment = project.read("state/local/shop.ledger/00000001.json");
    project.write("state/local/shop.ledger/00000001.json", &segment[..segment.len() / 2]);
    project.write("environments/local.toml", &two.replace(ALL, &own));
    let said = refused(&project, "apply shop --yes --quiet", 1);
    assert!(said.contains("the budget blocks that: the ledger of") && said.contains("segment 1"), "{said}");
}

fn a_budget_of_an_unknown_stack_is_pointed_out() {
    let ghost = "\n[stacks.shpo.budget]\nmonthly = 10\n\n[stacks.shpo.schedule]\ntimezone = \"UTC\"\n";
    let project = Project::with(&format!("{LOCAL}{ghost}\n[schedule]\ntimezone = \"UTC\"\ndefault = \"running\"\n"));
    for (line, places) in [
        ("budget status", &["10:14: stacks.shpo.budget", "13:14: stacks.shpo.schedule"][..]),
        ("tick", &["10:14: stacks.shpo.budget", "13:14: stacks.shpo.schedule"]),
        ("schedule check", &["13:14: stacks.shpo.schedule"]),
        ("schedule preview vault", &["13:14: stacks.shpo.schedule"]),
    ] {
        let output = project.run(line);
        let said = text(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
        for place in places {
            let expected = format!(
                "warning: environments/local.toml:{place}: there is no stack `shpo` yet, so this has no effect; did you mean `shop`?"
            );
            assert!(said.contains(&expected), "{line}: {said}");
        }
    }
    // A command that knows the stacks refuses it.
    assert!(refused(&project, "validate", 1).contains("no stack of this name is registered: `shpo`"));
    // A stack that is recorded and no longer declared is no mistake.
    let project = Project::with(&format!("{LOCAL}\n[stacks.shop.budget]\nmonthly = 10000\n"));
    assert!(project.run("apply shop --yes --quiet").status.success());
    assert!(!text(&project.run("budget status").stderr).contains("there is no stack"));
}

fn a_budget_has_a_status() {
    let project = Project::new();
    let said = refused(&project, "budget status", 1);
    assert!(said.contains("has no budget"), "{said}");
    project.write("environments/local.toml", &format!("{LOCAL}{BLOCK}\n[stacks.shop.budget]\nmonthly = 100000\n"));
    let empty = json(&project, "budget status");
    assert_eq!(empty["budgets"][0]["spent"]["high"], 0.0, "{empty}");
    assert!(project.run("apply shop --yes --quiet").status.success());
    let status = json(&project, "budget status");
    let (shop, all) = (&status["budgets"][0], &status["budgets"][1]);
    assert_eq!((&shop["stack"], &all["stack"]), (&Value::from("shop"), &Value::Null));
    assert!(all["forecast"]["low"].as_f64() > all["spent"]["low"].as_f64(), "{status}");
    assert_eq!((&all["rules"][0]["state"], &shop["rules"][0]["state"]), (&"reached".into(), &"not_reached".into()));
    let said = text(&project.run("budget status shop").stdout);
    for expected in ["shop in local: $100,000.00 a month", "spent", "forecast", "the ledger alone", "not reached"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(refused(&project, "budget status shpo", 1).contains("did you mean `shop`?"));
    project.write("prices/eu-west-1.toml", "region = \"eu-west-1\"\n\n[items.\"vpc.nat.hour\"]\nusd = 1.0\n");
    let faulty = project.run("budget status");
    assert!(
        faulty.status.success() && text(&faulty.stderr).contains("prices are left out"),
        "{}",
        text(&faulty.stderr)
    );
}

fn costs_that_only_cost_explorer_has_are_shown() {
    let common = format!("[control]\ninterval = \"1s\"\n\n{LOCAL}\n[budget]\nmonthly = 1000\nreconcile = true\n");
    let own = format!("{common}\n[stacks.shop.budget]\nmonthly = 500\n");
    let project = Project::with(&own);
    assert!(project.run("apply shop --yes --quiet").status.success());
    let said = text(&project.run("budget status").stdout);
    assert_eq!(said.matches("billed    Cost Explorer has not been asked this month").count(), 2, "{said}");
    assert!(!said.contains("the ledger alone"), "{said}");
    // The answer of this morning, about the first day of the month.
    let now = jiff::Timestamp::now();
    let first = now.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
    let mut document: Value = serde_json::from_str(&project.read("state/local/shop.json")).unwrap();
    document["bill"] = serde_json::json!({
        "asked": now, "answer": { "at": now, "from": first, "to": first.tomorrow().unwrap(), "usd": 12.5 },
    });
    project.write("state/local/shop.json", &document.to_string());
    let status = json(&project, "budget status");
    for budget in status["budgets"].as_array().unwrap() {
        let reconciled = &budget["reconciled"][0];
        assert_eq!((&reconciled["stack"], &reconciled["compared"]["cost_explorer"]), (&"shop".into(), &12.5.into()));
        let excess = reconciled["compared"]["excess"].as_f64().unwrap();
        assert!(excess > 12.0 && budget["spent"]["low"].as_f64().unwrap() >= excess, "{budget:#}");
        assert!(budget["forecast"]["low"].as_f64() > budget["spent"]["low"].as_f64(), "{budget:#}");
    }
    let said = text(&project.run("budget status shop").stdout);
    let more = format!(
        "more than the ledger for days until {first} (traffic, storage, what others made under these tags), asked"
    );
    assert!(said.contains("billed    Cost Explorer has $12.") && said.contains(&more), "{said}");
    assert!(said.contains("raised by what Cost Explorer has beyond it"), "{said}");
    let serve = Serve::start(&project);
    serve.until("it is shown", |environment| environment["stacks"][0]["budget"]["spent"]["low"].as_f64() > Some(12.0));
    let (_, page) = serve.get("/");
    assert!(page.contains(&more) && page.contains("The chart shows the ledger alone"), "{page}");
    serve.terminate();
    // The setting of the stack's own budget counts before that of the environment.
    project.write("environments/local.toml", &format!("{own}reconcile = false\n"));
    let status = json(&project, "budget status");
    for budget in status["budgets"].as_array().unwrap() {
        assert_eq!(budget["reconciled"], Value::Array(vec![]));
        assert!(budget["spent"]["high"].as_f64() < Some(12.0), "{budget:#}");
    }
    assert!(text(&project.run("budget status").stdout).contains("the ledger alone"));
}

fn a_record_that_cannot_be_read_is_no_stack_that_costs_nothing() {
    let budgets = "\n[budget]\nmonthly = 100000\n\n[stacks.shop.budget]\nmonthly = 100000\n";
    let project = Project::with(&format!("[control]\ninterval = \"1s\"\n\n{LOCAL}{budgets}"));
    for stack in ["shop", "vault"] {
        assert!(project.run(&format!("apply {stack} --yes --quiet")).status.success());
    }
    let whole = project.read("state/local/shop.json");
    project.write("state/local/shop.json", "x");
    let status = json(&project, "budget status");
    let faults = status["faults"].as_array().unwrap();
    let fault = faults.first().and_then(Value::as_str).unwrap_or_default();
    assert!(faults.len() == 1 && fault.contains("shop") && fault.contains("shop.json"), "{status:#}");
    for budget in status["budgets"].as_array().unwrap() {
        assert_eq!((&budget["spent"]["at_least"], &budget["forecast"]["at_least"]), (&true.into(), &true.into()));
        assert!(budget["rules"].as_array().unwrap().iter().all(|rule| rule["state"] == "maybe"), "{budget:#}");
    }
    assert_eq!(status["budgets"][0]["stack"], "shop", "{status:#}");
    let output = project.run("budget status");
    let (said, warned) = (text(&output.stdout), text(&output.stderr));
    assert!(said.contains("at least $0.00") && !said.contains("the ledger is empty"), "{said}");
    assert!(said.contains("may be reached") && !said.contains("not reached"), "{said}");
    assert!(warned.contains("shop.json"), "{warned}");
    let serve = Serve::start(&project);
    serve.until("it is shown", |environment| environment["stacks"][0]["budget"]["spent"]["at_least"] == true);
    let (_, metrics) = serve.get("/metrics");
    for of in ["of=\"stack\",stack=\"shop\"", "of=\"environment\""] {
        let labels = format!("{{environment=\"local\",{of}");
        let has = |start: String| metrics.lines().any(|line| line.starts_with(&start));
        assert!(has(format!("ebb_budget_unknown{labels}}} 1")), "{metrics}");
        assert!(has(format!("ebb_budget_monthly_dollars{labels}}} 100000")), "{metrics}");
        for metric in ["ebb_budget_spent_dollars", "ebb_budget_forecast_dollars"] {
            assert!(!has(format!("{metric}{labels},bound=\"high\"}}")), "{metrics}");
            let nothing = format!("{metric}{labels},bound=\"low\"}} 0");
            assert!(!metrics.lines().any(|line| line == nothing), "{metrics}");
        }
        assert!(!has(format!("ebb_budget_rule_reached{labels}")), "{metrics}");
    }
    project.write("state/local/shop.json", &whole);
    serve.until("it is read again", |environment| environment["stacks"][0]["target"] == "running");
    assert!(serve.get("/metrics").1.contains("ebb_budget_unknown{environment=\"local\",of=\"environment\"} 0"));
    serve.terminate();
    let status = json(&project, "budget status");
    assert_eq!(
        (&status["faults"], &status["budgets"][0]["rules"][0]["state"]),
        (&Value::Array(vec![]), &"not_reached".into())
    );
}

fn figures_that_cannot_be_read_are_a_failure_of_one_stack() {
    let project = Project::with(&format!("{LOCAL}\n[budget]\nmonthly = 100000\n"));
    for stack in ["shop", "vault"] {
        assert!(project.run(&format!("apply {stack} --yes --quiet")).status.success());
    }
    let tick = |expected: [&str; 2], code: i32| {
        let output = project.run("tick --json");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let stacks = report["stacks"].as_array().unwrap();
        let outcomes: Vec<_> = stacks.iter().map(|stack| stack["outcome"].as_str().unwrap().to_owned()).collect();
        assert_eq!(
            (outcomes.as_slice(), output.status.code()),
            (&expected.map(str::to_owned)[..], Some(code)),
            "{report:#}"
        );
        report
    };
    tick(["nothing", "nothing"], 0);
    let segment = project.read("state/local/shop.ledger/00000001.json");
    project.write("state/local/shop.ledger/00000001.json", &segment[..segment.len() / 2]);
    let report = tick(["failed", "nothing"], 1);
    let message = report["stacks"][0]["message"].as_str().unwrap();
    assert!(message.contains("works without some figures") && message.contains("segment 1 of"), "{message}");
    project.write("state/local/shop.ledger/00000001.json", &segment);
    tick(["nothing", "nothing"], 0);
    project.write("prices/eu-west-1.toml", "region = \"eu-west-1\"\n\n[items.\"vpc.nat.hour\"]\nusd = 1.0\n");
    let report = tick(["failed", "nothing"], 1);
    let message = report["stacks"][0]["message"].as_str().unwrap();
    assert!(message.contains("eu-west-1.toml:3") && message.contains("unit"), "{message}");
}
