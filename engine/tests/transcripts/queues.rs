//! Requests that wait in the queue of an endpoint stand in the way of its deletion.

use std::time::Duration;

use ebbtide_cloud::{Cloud, Settings};

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_queue_stands_in_the_way_of_a_pause", a_queue_stands_in_the_way_of_a_pause),
    ("a_queue_that_cannot_be_read_stands_in_no_way", a_queue_that_cannot_be_read_stands_in_no_way),
];

fn project() -> Project {
    let project = Project::with(&format!("{LOCAL}\n[stacks.vault]\nendpoint = true\n"));
    let applied = project.run("apply vault --yes --quiet");
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    project
}

/// Puts requests into the queue, as callers of the endpoint do. They stay there for hours.
fn enqueue(project: &Project, requests: usize) {
    let settings = Settings { processing: Duration::from_hours(6), ..Settings::default() };
    let cloud = Cloud::open(&project.path("state/local/cloud"), settings).expect("the cloud is there");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for _ in 0..requests {
        runtime.block_on(cloud.enqueue("eu-west-1", "bulk-v1")).expect("the endpoint takes requests");
    }
}

fn a_queue_stands_in_the_way_of_a_pause() {
    let mut project = project();
    enqueue(&project, 3);
    for line in [
        "plan vault --target paused",
        "pause vault --yes",
        "pause vault --yes --drop-queued sagemaker_endpoint.bulky",
        "destroy vault --yes",
        "pause vault --yes --drop-queued sagemaker_endpoint.bulk",
        "resume vault --yes --quiet",
        "pause vault --yes --quiet",
    ] {
        project.type_in(line);
    }
    project.compare("a_queue_stands_in_the_way_of_a_pause");

    assert!(project.run("resume vault --yes --quiet").status.success());
    enqueue(&project, 1);
    project.write("environments/local.toml", LOCAL);
    let refused = project.run("apply vault --yes");
    let said = text(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("sagemaker_endpoint.bulk: about 1 request in its queue"),
        "{said}"
    );
    assert!(project.run("plan vault --out gone.plan --quiet").status.success());
    assert!(!project.run("apply gone.plan --yes --quiet").status.success(), "a saved plan loses no requests either");
    let applied = project.run("apply gone.plan --yes --quiet --drop-queued all");
    assert!(applied.status.success(), "{}", text(&applied.stderr));
}

fn a_queue_that_cannot_be_read_stands_in_no_way() {
    let project = project();
    enqueue(&project, 3);
    let mut pause = project.command("pause vault --yes");
    let paused = pause.env("EBB_CLOUD_FAULTS", "drop-before=GetMetricData").output().expect("ebb starts");
    let said = text(&paused.stderr);
    assert!(paused.status.success(), "{said}");
    assert!(said.contains("it is not known whether sagemaker_endpoint.bulk has unfinished work"), "{said}");
}
