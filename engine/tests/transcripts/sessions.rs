//! Whole sessions.

use serde_json::Value;

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_whole_life", a_whole_life),
    ("a_session_as_json", a_session_as_json),
    ("a_plan_file_is_applied_once", a_plan_file_is_applied_once),
    ("several_stacks_are_distinguished", several_stacks_are_distinguished),
    ("a_new_project_is_scaffolded_and_valid", a_new_project_is_scaffolded_and_valid),
    ("a_run_that_was_cut_off_is_continued", a_run_that_was_cut_off_is_continued),
    ("a_drawing_shows_sleeping_resources", a_drawing_shows_sleeping_resources),
    ("a_record_is_renamed_and_forgotten", a_record_is_renamed_and_forgotten),
    ("a_lost_state_is_not_replaced_by_a_second_stack", a_lost_state_is_not_replaced_by_a_second_stack),
    ("a_renamed_component_is_recognized", a_renamed_component_is_recognized),
    ("a_recorded_stack_needs_no_declaration", a_recorded_stack_needs_no_declaration),
    ("an_action_that_is_over_is_warned_of", an_action_that_is_over_is_warned_of),
];

fn a_whole_life() {
    let mut project = Project::new();
    for line in [
        "validate shop",
        "plan shop",
        "apply shop --yes --quiet",
        "plan shop --detailed-exitcode",
        "plan shop --target paused --detailed-exitcode",
        "pause shop --yes --quiet",
        "status shop",
        "output shop",
        "output shop --format dotenv",
        "resume shop --yes --quiet",
        "plan shop",
        "output shop VPC_ID",
        "destroy shop --yes --quiet",
        "status shop",
    ] {
        project.type_in(line);
    }
    project.compare("a_whole_life");
}

fn a_record_is_renamed_and_forgotten() {
    let mut project = Project::new();
    for line in [
        "apply shop --yes --quiet",
        "state rename main core --stack shop",
        "state rename main core --stack shop --yes",
        "state rename main core --stack shop --yes",
        "state rename ec2_vpc.core ec2_subnet.core --stack shop --yes",
        "state rename ec2_vpc.core core --stack shop --yes",
        "state rename nothing core --stack shop --yes",
        "state rename core main --stack shop --yes --json",
        "plan shop",
        "state forget ec2_vpc_endpoint.main --stack shop --yes",
        "state forget ec2_vpc_endpoint.main-s3 --stack shop",
        "state forget ec2_vpc.main --stack shop --yes",
        "state forget ec2_vpc.main --stack shop --yes",
        "state history --stack shop --limit 3",
        "state forget ec2_vpc_endpoint.main-s3 --stack shop --yes --json",
    ] {
        project.type_in(line);
    }
    project.compare("a_record_is_renamed_and_forgotten");
}

/// The state is lost, or the project is checked out a second time: nothing is doubled and nothing adopted without a word.
fn a_lost_state_is_not_replaced_by_a_second_stack() {
    let project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    std::fs::rename(project.path("state/local/shop.json"), project.path("saved.json")).expect("the state is moved");
    for line in ["plan shop", "apply shop --yes"] {
        let output = project.run(line);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        for part in [
            "nothing is recorded of shop in local",
            "12 resources",
            "ec2_elastic_ip.main-nat-a (arn:aws:ec2:",
            "and 4 more",
            "point [state]",
        ] {
            assert!(said.contains(part), "{line}: {part} is missing in {said}");
        }
    }
    let beside = project.run("apply shop --yes --quiet --beside-existing");
    assert!(beside.status.success(), "{}", text(&beside.stderr));
    assert!(project.run("destroy shop --yes --quiet").status.success());
    assert!(project.run("plan shop --beside-existing").status.success());

    std::fs::rename(project.path("saved.json"), project.path("state/local/shop.json")).expect("the state is restored");
    let plan = project.run("plan shop --detailed-exitcode");
    assert_eq!(plan.status.code(), Some(0), "the first stack is untouched: {}", text(&plan.stdout));
}

fn a_renamed_component_is_recognized() {
    let mut project = Project::new();
    assert!(project.run("apply shop --yes --quiet").status.success());
    // As if the code had called it `core` once.
    assert!(project.run("state rename main core --stack shop --yes").status.success());
    let plan = project.run("plan shop");
    assert!(text(&plan.stderr).contains("ebb state rename core main\n"), "{}", text(&plan.stderr));
    for line in ["state rename core main --stack shop --yes --quiet", "plan shop"] {
        project.type_in(line);
    }
    project.compare("a_renamed_component_is_recognized");
}

fn a_session_as_json() {
    let project = Project::new();
    let plan = one(&project.run("plan shop --json").stdout);
    assert_eq!((plan["format"].as_u64(), plan["target"].as_str()), (Some(1), Some("running")));
    let planned = plan["operations"].as_array().expect("operations");
    assert_eq!(plan["summary"]["create"].as_u64().map(|n| n as usize), Some(planned.len()));

    let events = lines(&project.run("apply shop --yes --json").stdout);
    let done = events.iter().filter(|event| event["event"] == "operation_done").count();
    assert_eq!(done, planned.len());
    let last = events.last().expect("events");
    assert_eq!((last["event"].as_str(), last["success"].as_bool()), (Some("finished"), Some(true)));

    assert!(project.run("pause shop --yes --json").status.success());
    let status = one(&project.run("status shop --json").stdout);
    assert_eq!((status["stack"].as_str(), status["target"].as_str()), (Some("shop"), Some("paused")));
    let resource = |kind: &str| {
        let resources = status["resources"].as_array().expect("resources");
        resources.iter().find(|resource| resource["kind"] == kind).expect("it is recorded")
    };
    let gateway = resource("ec2_nat_gateway");
    assert_eq!((gateway["status"].as_str(), gateway["persistence"].as_str()), (Some("asleep"), Some("ephemeral")));
    assert!(gateway["id"].is_null());
    assert_eq!(resource("ec2_vpc")["status"], "kept", "it is durable");
    assert_eq!(resource("ec2_vpc_endpoint")["status"], "running", "it is ephemeral and free of charge");
    let outputs = one(&project.run("output shop --json").stdout);
    assert_eq!(
        (outputs["NAT_ADDRESS"]["asleep"].as_bool(), outputs["VPC_ID"]["asleep"].as_bool()),
        (Some(true), Some(false))
    );
    let all = one(&project.run("status --json").stdout);
    assert_eq!(all["stacks"].as_array().map(Vec::len), Some(4));
}

fn a_plan_file_is_applied_once() {
    let mut project = Project::new();
    assert!(project.run("plan shop --quiet --out made.plan").status.success());
    for line in ["apply made.plan --yes --quiet", "apply made.plan --yes --quiet", "state list --stack shop"] {
        project.type_in(line);
    }
    project.compare("a_plan_file_is_applied_once");
}

fn several_stacks_are_distinguished() {
    let mut project = Project::new();
    for line in ["plan", "status", "status shpo", "plan --target sleeping"] {
        project.type_in(line);
    }
    project.compare("several_stacks_are_distinguished");
}

fn a_new_project_is_scaffolded_and_valid() {
    let project = Project::new();
    let made = project.run("init new --name shop");
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(project.read("new/src/main.rs").contains("\"shop\""));
    // This program stands in for the compiled scaffold: it declares a stack `shop` with the same settings.
    let ebb = project.read("new/ebb.toml");
    assert!(ebb.contains(r#"command = ["cargo", "run", "--quiet"]"#), "{ebb}");
    let program = std::env::current_exe().expect("this program has a path");
    project.write("new/ebb.toml", &format!("[program]\ncommand = [{:?}]\n", program.display().to_string()));
    let valid = project.run("-C new validate shop");
    assert!(valid.status.success(), "{}", text(&valid.stderr));
    let again = project.run("init new --name shop");
    assert!(!again.status.success() && text(&again.stderr).contains("already exists"));
}

fn a_run_that_was_cut_off_is_continued() {
    let project = Project::new();
    let killed = project
        .command("apply shop --yes")
        .env("EBB_CLOUD_FAULTS", "kill-after=CreateSubnet")
        .output()
        .expect("ebb starts");
    assert!(!killed.status.success());
    assert!(text(&project.run("status shop").stdout).contains("`ebb apply` by ada@host, started"));
    let continued = project.run("apply shop --yes");
    assert!(continued.status.success(), "{}", text(&continued.stderr));
    assert!(text(&continued.stderr).contains("was cut off; looking up what it did"));
    assert!(text(&project.run("plan shop").stdout).contains("Plan: no changes, 12 unchanged."));
}

fn a_drawing_shows_sleeping_resources() {
    let project = Project::new();
    let dot = text(&project.run("graph shop --format dot --target paused").stdout);
    let line =
        |address: &str| dot.lines().find(|line| line.contains(&format!("\"{address}\" ["))).expect("a node").to_owned();
    assert!(line("ec2_nat_gateway.main-nat-a").contains("dashed"));
    assert!(line("ec2_vpc.main").contains("shape=box, style=\"filled\"") && line("ec2_vpc.main").contains("#ddf4ff"));
    let data = text(&project.run("graph vault --format dot").stdout);
    assert!(data.contains("\"s3_bucket.models\" [shape=cylinder"), "{data}");
    assert!(line("ec2_vpc_endpoint.main-s3").contains("shape=box, style=\"filled\""));
    let svg = text(&project.run("graph shop").stdout);
    assert!(svg.starts_with("<svg") && svg.contains("ec2_vpc.main"));
    let mermaid = text(&project.run("graph shop --format mermaid").stdout);
    assert!(mermaid.contains("flowchart LR") && mermaid.contains("[\"main\"]"), "{mermaid}");
    assert!(project.run("graph shop --out shop.svg").stdout.is_empty());
    assert_eq!(project.read("shop.svg"), svg);
    let data = one(&project.run("graph shop --target paused --json").stdout);
    let nodes = data["nodes"].as_array().expect("nodes");
    let index = |address: &str| nodes.iter().position(|node| node["address"] == address).expect("a node");
    assert_eq!(nodes[index("ec2_nat_gateway.main-nat-a")]["condition"], "sleeps");
    assert_eq!(nodes[index("ec2_vpc.main")]["condition"], "kept");
    let edge = serde_json::json!([index("ec2_internet_gateway.main"), index("ec2_vpc.main")]);
    assert!(data["edges"].as_array().expect("edges").contains(&edge), "{edge}: {}", data["edges"]);
}

fn a_recorded_stack_needs_no_declaration() {
    let project = Project::new();
    assert!(project.run("apply shop --yes").status.success());
    project.write("environments/local.toml", LOCAL.split("[stacks.shop]").next().expect("the settings of AWS"));
    assert!(text(&project.run("plan shop").stderr).contains("missing field `cidr`"));
    for line in ["pause shop --yes", "resume shop --yes", "destroy shop --yes"] {
        let output = project.run(line);
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
    }
}

fn one(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}: {}", text(bytes)))
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect()
}

fn an_action_that_is_over_is_warned_of() {
    let mut project = Project::with(&format!("{LOCAL}\n[stacks.wrong]\nmistake = \"past_action\"\n"));
    for line in
        ["validate wrong", "plan wrong", "plan wrong --quiet", "apply wrong --yes", "plan wrong --detailed-exitcode"]
    {
        project.type_in(line);
    }
    project.compare("an_action_that_is_over_is_warned_of");

    let lines = |line: &str| -> Vec<Value> {
        let said = text(&project.run(line).stdout);
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let address = "autoscaling_scheduled_action.once";
    let validated = &lines("validate wrong --json")[0]["stacks"][0]["warnings"];
    let planned = &lines("plan wrong --json")[0]["warnings"];
    let applied = lines("apply wrong --yes --json");
    let applied = applied.iter().find(|line| line["event"] == "warning").unwrap();
    for warning in [&validated[0], &planned[0], applied] {
        assert_eq!(warning["address"], address);
        assert!(warning["message"].as_str().unwrap().contains("2020-02-29T07:00:00Z"), "{warning}");
        assert!(warning["hint"].as_str().unwrap().contains("remove it from the code"), "{warning}");
    }
}
