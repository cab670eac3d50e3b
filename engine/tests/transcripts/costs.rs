//! What stacks and plans cost, and the price book.

use serde_json::Value;

use crate::price_files::OWN_BOOK;
use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("costs_are_estimated_before_anything_exists", costs_are_estimated_before_anything_exists),
    ("a_schedule_is_priced", a_schedule_is_priced),
    ("costs_are_reported_with_savings", costs_are_reported_with_savings),
    ("a_plan_file_is_compared_in_dollars", a_plan_file_is_compared_in_dollars),
    ("prices_are_shown_with_their_sources", prices_are_shown_with_their_sources),
    ("prices_are_fetched_from_the_price_list", prices_are_fetched_from_the_price_list),
    ("a_fetch_of_prices_that_fails_writes_nothing", a_fetch_of_prices_that_fails_writes_nothing),
    ("use_is_priced_where_it_is_given", use_is_priced_where_it_is_given),
    ("the_use_of_a_stack_replaces_that_of_its_environment", the_use_of_a_stack_replaces_that_of_its_environment),
    ("a_faulty_price_book_is_reported_with_its_line", a_faulty_price_book_is_reported_with_its_line),
    ("costs_as_json", costs_as_json),
    ("costs_so_far_are_those_of_the_ledger", costs_so_far_are_those_of_the_ledger),
];

const USAGE: &str =
    "\n[usage.ec2_nat_gateway.\"*\"]\nprocessed_gb = 100\n\n[usage.s3_bucket.models]\nstorage_gb = 500\n";

fn costs_are_estimated_before_anything_exists() {
    let mut project = Project::new();
    for line in [
        "cost estimate shop",
        "cost estimate shop --hours 720 --format markdown",
        "cost estimate vault",
        "cost estimate shop --recorded",
        "cost estimate shop --hours 800",
        "apply shop --yes --quiet",
        "pause shop --yes --quiet",
        "cost estimate shop --recorded",
    ] {
        project.type_in(line);
    }
    project.compare("costs_are_estimated");
}

const OFFICE: &str = "
[schedule]
timezone = \"America/New_York\"

[[schedule.windows]]
name = \"office hours\"
days = \"mon-fri\"
from = \"08:00\"
to = \"18:00\"
ready = true
";

fn a_schedule_is_priced() {
    let mut project = Project::with(&format!("{LOCAL}{OFFICE}{USAGE}"));
    for line in [
        "cost estimate shop --from 2026-11-23",
        "cost estimate shop --from 2026-11-23 --format markdown",
        "cost estimate shop --from yesterday",
        "schedule preview shop --from 2026-11-23 --days 2",
        "apply shop --yes --quiet",
        "schedule preview shop --from 2026-11-23 --days 2",
        "schedule preview shop --from 2026-11-23 --days 2 --lead 30m",
        "pause shop --yes --quiet",
    ] {
        project.type_in(line);
    }
    let json = |line: &str| -> Value {
        let output = project.run(line);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
    };
    // Paused or not: a schedule is priced by what it would have run.
    let estimate = json("cost estimate shop --recorded --from 2026-11-23 --json");
    let scheduled = &estimate["scheduled"];
    let hours = scheduled["hours_running"].as_f64().expect("hours");
    let coming_up = scheduled["hours_coming_up"].as_f64().expect("hours");
    assert!((hours - coming_up - 730.0 * 50.0 / 168.0).abs() < 1e-6, "{scheduled}");
    assert!(coming_up > 0.0 && scheduled["lead_ms"].as_i64() >= Some(60_000), "{scheduled}");
    let monthly = scheduled["most"]["monthly"]["usd"].as_f64().expect("it is known");
    // A gateway and an address by the hour, and 100 GB of a whole month.
    assert!((monthly - (0.053 * hours + 4.8)).abs() < 1e-6, "{scheduled}");
    assert_eq!(scheduled["least"], scheduled["most"]);

    let preview = json("schedule preview shop --from 2026-11-23 --days 1 --lead 30m --json");
    let cost = |value: &Value| value["cost"]["high"]["usd"].as_f64().expect("dollars");
    assert_eq!((preview["lead_ms"].as_i64(), preview["lead_learned"].as_bool()), (Some(1_800_000), Some(false)));
    assert!((cost(&preview) - 0.053 * 10.5).abs() < 1e-9, "{preview}");
    assert!((cost(&preview["transitions"][0]) - 0.053 * 10.5).abs() < 1e-9, "{preview}");
    assert_eq!((cost(&preview["start"]), preview["start"]["hours"].as_f64()), (0.0, Some(7.5)));
    let learned = json("schedule preview shop --from 2026-11-23 --days 1 --json");
    assert_eq!(learned["lead_ms"], scheduled["lead_ms"]);
    assert_eq!(learned["lead_learned"], true);
    project.compare("a_schedule_is_priced");
}

fn costs_are_reported_with_savings() {
    let mut project = Project::with(&format!("{LOCAL}{OFFICE}{USAGE}"));
    for line in [
        "cost report shop --from 2026-11-23",
        "cost report shop --from 2026-11-23 --format markdown",
        "cost report shoe",
        "cost report shop --format pdf",
        "cost report vault",
    ] {
        project.type_in(line);
    }
    let run = |line: &str| {
        let output = project.run(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let json = |line: &str| -> Value { serde_json::from_str(&run(line)).expect("JSON") };
    assert!(project.run("apply shop --yes --quiet").status.success());
    let report = json("cost report shop --from 2026-11-23 --json");
    let usd = |amount: &Value| amount["usd"].as_f64().expect("it is known");
    let saved: f64 =
        report["savings"].as_array().expect("savings").iter().map(|one| usd(&one["monthly"]["high"])).sum();
    assert!((usd(&report["baseline"]) - saved - usd(&report["as_it_is"]["low"])).abs() < 1e-6, "{report}");
    assert_eq!((&report["recorded"], &report["as_it_is"]["low"]), (&true.into(), &report["as_it_is"]["high"]));
    assert!(report["so_far"]["low"]["usd"].is_number() && report["so_far"]["since"].is_string(), "{report}");
    assert!(report["break_even"]["hours"].as_f64() > Some(0.0), "{report}");
    assert_eq!(report["savings"][0]["strategy"], "pause");
    assert_eq!(json("cost report --json")["stacks"].as_array().map(Vec::len), Some(4));

    let page = run("cost report --format html");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    for part in ["<svg", "prefers-color-scheme: dark", "width=device-width", "So far this month", "saved by pause"] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["<script", "href=", "src=", "http://", "https://"] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<section>").count(), 4, "one for each stack");
    // Without a schedule, a paused stack is paused all the time.
    project.write("environments/local.toml", &format!("{LOCAL}{USAGE}"));
    assert!(project.run("pause shop --yes --quiet").status.success());
    let paused = json("cost report shop --json");
    assert_eq!((paused["always"].as_str(), usd(&paused["as_it_is"]["high"])), (Some("paused"), 0.0));
    assert!(run("cost report shop").contains("It has no schedule, and is paused all the time."));
    // The ledger has a month also of a stack that is gone, and no schedule brings that back.
    project.write("environments/local.toml", &format!("{LOCAL}{OFFICE}{USAGE}"));
    assert!(project.run("destroy shop --yes --quiet").status.success());
    let gone = json("cost report shop --json");
    assert_eq!((gone["always"].as_str(), gone["remains"].as_u64()), (Some("destroyed"), Some(0)), "{gone}");
    assert_eq!((usd(&gone["baseline"]), usd(&gone["as_it_is"]["high"])), (0.0, 0.0), "{gone}");
    assert!(usd(&gone["so_far"]["low"]) > 0.0, "{gone}");
    for line in ["cost report shop", "cost report shop --format html", "cost report shop --format markdown"] {
        let shown = run(line);
        assert!(shown.contains("It was destroyed: nothing of it exists any more."), "{shown}");
        assert!(shown.contains("So far this month, by the ledger"), "{shown}");
        assert!(!shown.contains("By its schedule"), "{shown}");
    }
    let shown = run("cost estimate shop --recorded");
    assert!(shown.contains("It was destroyed: nothing of it exists any more.") && !shown.contains("730 h "), "{shown}");
    project.compare("costs_are_reported");
}

fn a_plan_file_is_compared_in_dollars() {
    let mut project = Project::new();
    assert!(project.run("plan shop --quiet --out up.plan").status.success());
    for line in
        ["cost diff up.plan", "cost diff up.plan --format markdown", "apply up.plan --yes --quiet", "status shop"]
    {
        project.type_in(line);
    }
    assert!(project.run("plan shop --target paused --quiet --out down.plan").status.success());
    for line in ["cost diff down.plan", "cost diff no.plan"] {
        project.type_in(line);
    }
    project.write("environments/other.toml", LOCAL);
    project.type_in("cost diff down.plan -e other");
    project.compare("a_plan_file_in_dollars");
}

fn prices_are_shown_with_their_sources() {
    let mut project = Project::new();
    project.write(
        "prices/eu-west-1.toml",
        "region = \"eu-west-1\"\n\n[items.\"vpc.nat.hour\"]\nunit = \"hour\"\nusd = 0.04\nsource = \"our contract\"\ndate = \"2026-11-01\"\nconfidence = \"official\"\n",
    );
    for line in [
        "prices show vpc.nat",
        "prices show cloudwatch.dashboard",
        "prices show ml.p5.48xlarge --region eu-west-1",
        "prices show vpc.nat.our",
        "prices show vpc.nat.hour --region eu-west-1 --json",
    ] {
        project.type_in(line);
    }
    project.compare("prices_are_shown");
}

fn prices_are_fetched_from_the_price_list() {
    let project = Project::new();
    project.write("prices/eu-west-1.toml", OWN_BOOK);
    let run = |line: &str| {
        let output = project.run(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        output
    };
    let json = |line: &str| -> Value { serde_json::from_slice(&run(line).stdout).expect("JSON") };
    let list = |value: &Value| value.as_array().expect("a list").len();

    let dry = json("prices update --region eu-west-1 --dry-run --json");
    assert_eq!(project.read("prices/eu-west-1.toml"), OWN_BOOK);
    let region = &dry["regions"][0];
    assert_eq!(
        (&dry["dry_run"], &region["written"], &region["region"]),
        (&true.into(), &false.into(), &"eu-west-1".into())
    );
    let changes = region["changes"].as_array().expect("changes");
    let nat = changes.iter().find(|change| change["item"] == "vpc.nat.hour").expect("it differs");
    assert_eq!((nat["old"][0]["usd"].as_f64(), nat["new"][0]["usd"].as_f64()), (Some(0.04), Some(0.048)));
    // Otherwise the list of the embedded cloud has the prices of the book, and the ends of tiers.
    let changed: Vec<_> = changes.iter().filter_map(|change| change["item"].as_str()).collect();
    assert_eq!(changed, ["lambda.gb_second", "lambda.gb_second.arm", "vpc.nat.hour"]);
    assert_eq!(region["own"][0]["item"], "vpc.nat.data");
    assert_eq!(region["own"][0]["offered"][0]["usd"].as_f64(), Some(0.048));
    assert!(list(&region["unchanged"]) > 80, "{region}");
    assert!(list(&region["unclear"]) == 0 && list(&region["missing"]) == 0, "{region}");
    assert!(region["unlisted"].to_string().contains("bedrock.nova_pro.input"), "{region}");
    assert!(region["not_offered"].to_string().contains("sagemaker.hosting.ml.g6.xlarge"), "{region}");

    let output = run("prices update --region eu-west-1");
    let (shown, progress) = (text(&output.stdout), text(&output.stderr));
    assert!(shown.contains("  vpc.nat.hour ") && shown.contains("→ $0.048 "), "{shown}");
    assert!(shown.contains("yours, and stays: vpc.nat.data: $0.03 (AWS: $0.048)"), "{shown}");
    assert!(progress.contains("AmazonEC2 NAT Gateway"), "{progress}");
    let book = project.read("prices/eu-west-1.toml");
    let contract = OWN_BOOK.split("[items.\"vpc.nat.hour\"]").next().expect("a beginning");
    assert!(book.starts_with(contract) && book.contains("usd = 0.048 # as of spring"), "{book}");
    let price = &json("prices show vpc.nat.hour --region eu-west-1 --json")["prices"][0];
    // The embedded cloud carries a copy, and its prices are as old as that.
    assert_eq!((price["date"].as_str(), price["confidence"].as_str()), (Some("2026-09-25"), Some("secondary")));
    let source = price["source"].as_str().expect("a source");
    assert!(source.starts_with("AWS Price List API of the embedded cloud, SKU "), "{source}");
    assert!(progress.contains("environment local is embedded"), "{progress}");
    let estimate = text(&run("cost estimate shop").stdout);
    assert!(estimate.contains("0.0530 an hour"), "{estimate}");
    assert!(text(&run("prices update --region eu-west-1 --quiet").stdout).contains("0 prices changed"));
    assert_eq!(project.read("prices/eu-west-1.toml"), book, "a second time changes nothing");

    // By default the region of the environment, and what is the same everywhere.
    let both = json("prices update --json");
    let files: Vec<_> = both["regions"].as_array().expect("regions").iter().map(|one| one["file"].as_str()).collect();
    assert_eq!(files, [Some("prices/eu-west-1.toml"), Some("prices/global.toml")]);
    let dashboard = &json("prices show cloudwatch.dashboard --json")["prices"][0];
    assert_eq!(dashboard["tiers"][0]["usd"].as_f64(), Some(0.0), "{dashboard}");
    assert!(dashboard["source"].to_string().contains("embedded cloud"), "{dashboard}");
    // In each region the list has other rows that look like those of the book, and names of its own.
    for name in ["us-east-1", "us-west-2", "eu-central-1"] {
        let other = &json(&format!("prices update --region {name} --dry-run --json"))["regions"][0];
        let changed: Vec<_> = other["changes"].as_array().expect("changes").iter().collect();
        let item = |change: &&&Value| !change["item"].to_string().contains("lambda.gb_second");
        assert!(changed.iter().filter(item).count() == 0, "{name}: {changed:?}");
        assert!(list(&other["unclear"]) == 0, "{name}: {}", other["unclear"]);
        let missing = other["missing"].to_string();
        for item in ["s3.", "sqs.", "secretsmanager.", "elb.", "dynamodb.", "datatransfer.", "eks."] {
            assert!(!missing.contains(item), "{name}: {missing}");
        }
        assert!(
            other["unlisted"].to_string().contains("eks.cluster.extended.hour"),
            "{name}: the list has a part of it"
        );
    }
    // The list of the embedded cloud has four regions.
    let nowhere = json("prices update --region eu-west-2 --json");
    assert_eq!(
        (&nowhere["regions"][0]["written"], project.path("prices/eu-west-2.toml").exists()),
        (&false.into(), false)
    );
    assert!(list(&nowhere["regions"][0]["not_offered"]) > 80);
}

fn a_fetch_of_prices_that_fails_writes_nothing() {
    let project = Project::new();
    project.write("prices/eu-west-1.toml", OWN_BOOK);
    let refused = |line: &str, faults: &str, parts: &[&str]| {
        let output = project.command(line).env("EBB_CLOUD_FAULTS", faults).output().expect("ebb starts");
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{line} {faults}: {said}");
        for part in parts {
            assert!(said.contains(part), "{line} {faults}: {part}: {said}");
        }
        assert!(!project.path("prices/us-east-1.toml").exists() && !project.path("prices/global.toml").exists());
    };
    let denied = [
        "cannot fetch the prices of eu-west-1: pricing:GetProducts: AccessDenied",
        "allow `pricing:GetProducts`",
        "no file was written",
    ];
    refused("prices update", "denied=GetProducts", &denied);
    // Another region was fetched by then.
    refused(
        "prices update --region eu-west-1 --region us-east-1",
        "denied=60",
        &["cannot fetch the prices of us-east-1", "no file was written"],
    );
    refused(
        "prices update",
        "expired=1",
        &["pricing:GetProducts: ExpiredToken", "sign in again", "no file was written"],
    );
    refused("prices update --region eu-west-9", "", &["`eu-west-9` is not a region of AWS; did you mean `eu-west-1`?"]);
    refused("prices update --region cn-north-1", "", &["not in US dollars", "by hand"]);
    assert_eq!(project.read("prices/eu-west-1.toml"), OWN_BOOK);
    let faulty = OWN_BOOK.replace("usd = 0.03", "usd = \"free\"");
    project.write("prices/eu-west-1.toml", &faulty);
    refused("prices update", "", &["prices/eu-west-1.toml:6"]);
    assert_eq!(project.read("prices/eu-west-1.toml"), faulty);
    project.write("environments/local.toml", &LOCAL.replace("eu-west-1", "us-gov-west-1"));
    refused("prices update", "", &["the Price List API takes no credentials of us-gov-west-1", "commercial region"]);
}

fn use_is_priced_where_it_is_given() {
    let mut project = Project::with(&format!("{LOCAL}{USAGE}"));
    for line in ["cost estimate shop", "cost estimate vault --format markdown"] {
        project.type_in(line);
    }
    let wrong = format!("{LOCAL}{USAGE}get_request = 5\n\n[usage.logs_group.none]\nstorage_gb = 1\n");
    project.write("environments/local.toml", &wrong);
    let all = project.run("cost estimate");
    let said = text(&all.stderr);
    assert!(all.status.success(), "{said}");
    assert!(said.contains("environments/local.toml:15:15: usage.s3_bucket.models.get_request: s3_bucket.models bills nothing by `get_request`; it bills by `data_out_gb`"), "{said}");
    assert!(said.contains("usage.logs_group.none.storage_gb: the stack has no resource logs_group.none"), "{said}");
    assert!(!said.contains("processed_gb"), "one stack uses it: {said}");
    for (from, to, place) in [("= 500", "= -1", "14:14"), ("= 500", "= 'much'", "14:14")] {
        project.write("environments/local.toml", &format!("{LOCAL}{USAGE}").replace(from, to));
        let said = text(&project.run("validate shop").stderr);
        assert!(said.contains(&format!("environments/local.toml:{place}: usage")), "{said}");
    }
    project.compare("use_is_priced");
}

fn a_faulty_price_book_is_reported_with_its_line() {
    let mut project = Project::new();
    let entry = "region = \"eu-west-1\"\n\n[items.\"vpc.nat.hour\"]\nusd = 0.04\nsource = \"us\"\ndate = \"2026-11-01\"\nconfidence = \"official\"\n";
    project.write("prices/eu-west-1.toml", entry);
    for line in ["cost estimate shop", "prices show vpc.nat.hour", "plan vault"] {
        project.type_in(line);
    }
    project.compare("a_faulty_price_book");
    let applied = project.run("apply shop --yes --quiet");
    assert!(applied.status.success(), "prices stop no change: {}", text(&applied.stderr));
}

fn costs_as_json() {
    let project = Project::new();
    let one = |line: &str| -> Value {
        let output = project.run(line);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
    };
    let plan = one("plan shop --json");
    assert_eq!(plan["cost"]["hours_per_month"], 730.0);
    assert_eq!(plan["cost"]["before"]["hourly"]["usd"], 0.0);
    let after = plan["cost"]["after"]["monthly"]["usd"].as_f64().expect("it is known");
    let of = |kind: &str| {
        let operations = plan["operations"].as_array().expect("operations");
        let found = operations.iter().find(|operation| operation["kind"] == kind).expect("it is planned");
        found["cost"]["after"]["monthly"]["usd"].as_f64().expect("it is known")
    };
    // One gateway at 0.048 and one address at 0.005 an hour.
    assert!((of("ec2_nat_gateway") - 0.048 * 730.0).abs() < 1e-6);
    assert!((after - 0.053 * 730.0).abs() < 1e-6, "{after}");
    assert_eq!(plan["cost"]["paused"]["monthly"]["usd"], 0.0);

    let estimate = one("cost estimate shop --json");
    assert_eq!((estimate["format"].as_u64(), estimate["stack"].as_str()), (Some(1), Some("shop")));
    assert!((estimate["running"]["total"]["monthly"]["usd"].as_f64().expect("known") - after).abs() < 1e-6);
    assert_eq!(one("cost estimate --json --format table")["stacks"].as_array().map(Vec::len), Some(4));

    assert!(project.run("plan shop --quiet --out up.plan").status.success());
    let diff = one("cost diff up.plan --json");
    assert_eq!(diff["resources"][0]["address"], "ec2_nat_gateway.main-nat-a");
    assert_eq!(diff["cost"]["after"], plan["cost"]["after"]);

    assert!(project.run("apply shop --yes").status.success());
    let status = one("status shop --json");
    assert_eq!(status["cost"]["monthly"], plan["cost"]["after"]["monthly"]);
}

fn costs_so_far_are_those_of_the_ledger() {
    let project = Project::new();
    let nothing = project.run("cost actual shop");
    let said = text(&nothing.stderr);
    assert!(!nothing.status.success() && said.contains("shop"), "{said}");
    assert!(project.run("apply shop --yes --quiet").status.success());
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let json = |line: &str, faults: &str| -> Value {
        let output = project.command(line).env("EBB_CLOUD_FAULTS", faults).output().expect("ebb starts");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
    };
    let actual = json(&format!("cost actual shop --from {today} --json"), "");
    assert!(actual["ledger"]["resources"]["ec2_nat_gateway.main-nat-a"]["low"]["usd"].as_f64() > Some(0.0), "{actual}");
    assert_eq!(actual["ledger"]["low"], actual["ledger"]["high"]);
    assert!(actual["cost_explorer"].is_null() && actual["note"].to_string().contains("no whole day"), "{actual}");
    // Whole days, and credentials that may not ask; then days without any tagged cost.
    let denied = json("cost actual shop --from 2026-01-01 --to 2026-02-01 --json", "denied=GetCostAndUsage");
    assert!(denied["note"].to_string().contains("allow ce:GetCostAndUsage"), "{denied}");
    let untagged = json("cost actual shop --from 2026-01-01 --to 2026-02-01 --json", "");
    assert!(untagged["note"].to_string().contains("activated as cost allocation tags"), "{untagged}");
    assert_eq!(untagged["ledger"]["low"], Value::Null, "nothing is recorded of that time: {untagged}");
    let alone = json(&format!("cost actual shop --from {today} --ledger-only --json"), "denied=GetCostAndUsage");
    assert!(alone["note"].is_null() && alone["ledger"]["since"].is_string(), "{alone}");

    let shown = text(&project.run(&format!("cost actual shop --from {today}")).stdout);
    for part in
        ["shop in local", "  ec2_nat_gateway.main-nat-a", "together", "The ledger begins at", "By the ledger alone"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for (line, part) in [
        ("cost actual shop --from yesterday", "`yesterday` is neither a day nor an instant"),
        ("cost actual shop --from 2199-01-01", "there is no time from 2199-01-01"),
        ("cost actual shop --from 2026-02-01 --to 2026-01-01", "there is no time from 2026-02-01"),
        ("cost actual shoe", "shoe"),
    ] {
        let output = project.run(line);
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(part), "{line}: {said}");
    }
}

fn the_use_of_a_stack_replaces_that_of_its_environment() {
    let own = "\n[stacks.shop.usage.ec2_internet_gateway.main]\ndata_out_gb = 10\n";
    let project = Project::with(&format!("{LOCAL}{own}{USAGE}"));
    let output = project.run("cost estimate shop --json");
    let said = text(&output.stderr);
    let estimate: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let open: Vec<String> = estimate["running"]["by_use"]
        .as_array()
        .expect("charges")
        .iter()
        .map(|charge| format!("{} {}", charge["address"], charge["usage"]))
        .collect();
    assert!(!open.iter().any(|charge| charge.contains("data_out_gb")), "{open:?}");
    assert!(
        open.iter().any(|charge| charge.contains("processed_gb")),
        "the environment's table does not count: {open:?}"
    );
    let unused = own.replace("main]", "none]");
    project.write("environments/local.toml", &format!("{LOCAL}{unused}{USAGE}"));
    let said = text(&project.run("cost estimate shop").stderr);
    assert!(said.contains("environments/local.toml:11:15: stacks.shop.usage.ec2_internet_gateway.none.data_out_gb: the stack has no resource"), "{said}");
    project.write("environments/local.toml", &format!("{LOCAL}{}", own.replace("= 10", "= -1")));
    let said = text(&project.run("validate shop").stderr);
    assert!(said.contains("environments/local.toml:11:15: stacks.shop.usage"), "{said}");
}
