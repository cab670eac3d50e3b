//! Jobs: run once, reported when they are not as declared or have failed, and run again if they are named.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use ebbtide_cloud::{Cloud, Settings};

use crate::interrupts::send;
use crate::project::{Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_job_is_run_once_and_again_if_it_is_named", a_job_is_run_once_and_again_if_it_is_named),
    ("a_job_is_watched_beside_the_command_that_runs_it", a_job_is_watched_beside_the_command_that_runs_it),
    ("a_failed_run_is_run_again_if_it_is_named", a_failed_run_is_run_again_if_it_is_named),
    ("a_job_whose_base_model_is_past_its_life_is_refused", a_job_whose_base_model_is_past_its_life_is_refused),
];

const NOVA: &str = "amazon.nova-lite-v1:0:300k";

fn settings(base_model: &str, epochs: u32, more: &str) -> String {
    format!(
        "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 20\n{more}\n[stacks.trained]\nbase_model = \
         \"{base_model}\"\nepochs = {epochs}\n"
    )
}

/// Creates a project with the training data in its cloud, and a price for the tokens.
fn project(base_model: &str) -> Project {
    let project = Project::with(&settings(base_model, 2, ""));
    project.write(
        "prices/eu-west-1.toml",
        "region = \"eu-west-1\"\n\n[items.\"bedrock.nova_lite.training\"]\nunit = \"1K \
         tokens\"\nusd = 0.002\nsource = \"the bill\"\ndate = \"2026-11-01\"\nconfidence = \"bill\"\n",
    );
    let settings = Settings { transition: Duration::from_millis(20), ..Settings::default() };
    let cloud = Cloud::open(&project.path("state/local/cloud"), settings).expect("the cloud opens");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let put = cloud.put_object("eu-west-1", "s3://training-data-of-tests/train.jsonl", "{}");
    runtime.block_on(put).expect("the data is there");
    project
}

fn a_job_is_run_once_and_again_if_it_is_named() {
    let mut project = project(NOVA);
    for line in ["plan trained", "apply trained --yes --quiet", "plan trained"] {
        project.type_in(line);
    }
    project.write("environments/local.toml", &settings(NOVA, 3, ""));
    for line in [
        "plan trained",
        "apply trained --yes --quiet",
        "apply trained --yes --run iam_role.training",
        "apply trained --yes --run bedrock_customization_job.exper",
        "plan trained --run bedrock_customization_job.expert --target paused",
        "plan trained --run bedrock_customization_job.expert --out again.plan",
        "apply again.plan --yes --run bedrock_customization_job.expert",
        "apply again.plan --yes --quiet",
        "pause trained --yes",
        "resume trained --yes",
        "apply trained --yes --include-data bedrock_customization_job.expert",
        "destroy trained --yes --quiet",
        "destroy trained --yes --include-data bedrock_customization_job.expert",
    ] {
        project.type_in(line);
    }
    project.compare("a_job_is_run_once_and_again_if_it_is_named");
}

fn a_job_is_watched_beside_the_command_that_runs_it() {
    let project = project(NOVA);
    project
        .write("environments/local.toml", &settings(NOVA, 2, "").replace("transition_ms = 20", "transition_ms = 4000"));
    let mut command = project.command("apply trained --yes --json");
    let mut apply = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("ebb starts");
    let mut events = BufReader::new(apply.stdout.take().expect("its output")).lines();
    let waits = |line: &str| line.contains("operation_waiting") && line.contains("bedrock_customization_job.expert");
    assert!(events.any(|line| waits(&line.expect("a line"))), "the job was not waited for");
    let status = "bedrock_customization_job.expert: InProgress";
    let said = text(&project.run("status trained --live").stdout);
    assert!(said.contains("in AWS, not seen ready yet:") && said.contains(status), "{said}");
    assert!(said.contains("not compared with AWS: `ebb apply` by "), "{said}");
    send("-KILL", &apply);
    apply.wait().expect("it ends");
    let said = text(&project.run("status trained --live").stdout);
    assert!(said.contains(status) && !said.contains("not compared"), "{said}");
    assert!(project.run("apply trained --yes").status.success());
    let said = text(&project.run("status trained --live").stdout);
    assert!(said.contains("  as in AWS, ") && !said.contains("not seen ready"), "{said}");
}

fn a_failed_run_is_run_again_if_it_is_named() {
    let mut project = project(NOVA);
    let mut first = project.command("apply trained --yes");
    first.env("EBB_CLOUD_FAULTS", "fails-after-create=1");
    let output = first.output().expect("ebb starts");
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("does not have the form of the base model"), "{said}");
    for line in ["plan trained", "apply trained --yes", "plan trained --run bedrock_customization_job.expert"] {
        project.type_in(line);
    }
    let again = project.run("apply trained --yes --quiet --run bedrock_customization_job.expert");
    assert!(again.status.success(), "{}", text(&again.stderr));
    project.type_in("apply trained --yes");
    project.compare("a_failed_run_is_run_again_if_it_is_named");
}

fn a_job_whose_base_model_is_past_its_life_is_refused() {
    let mut project = project("anthropic.claude-3-haiku-20240307-v1:0:200k");
    for line in ["plan trained", "apply trained --yes"] {
        project.type_in(line);
    }
    project.compare("a_job_whose_base_model_is_past_its_life_is_refused");
}
