//! Jobs: run once, watched, and run again only if they are named.

use std::collections::BTreeSet;

use ebbtide::plan::{OperationKind, Plan, Purpose, Target, WhyNotRun};
use ebbtide::planner::{Components, Jobs, Observed, PlanError, Request, plan};
use ebbtide::resource::Readiness;
use serde_json::{Value, json};

use crate::fixture::{World, at, lines, reference};
use crate::kinds::kinds;

/// Returns a stack with a bucket, a job that reads it, and a server that serves the result of the job.
fn stack() -> World {
    let mut world = World::new();
    world.declare("data_bucket.b", json!({"form": "a"}));
    world.declare("data_job.train", json!({"form": "a", "size": 1, "from": reference("data_bucket.b")}));
    world.declare("bill_server.s", json!({"model": reference("data_job.train")}));
    world
}

fn trained() -> World {
    let mut world = stack();
    world.go(Target::Running);
    world
}

fn again(world: &mut World) {
    world.run = BTreeSet::from([at("data_job.train")]);
}

/// Returns the lines of a plan about what is not run.
fn not_run(plan: &Plan) -> Vec<String> {
    plan.not_run.iter().map(|one| format!("{} {}", one.address, one.because_code())).collect()
}

trait Code {
    fn because_code(&self) -> String;
}

impl Code for ebbtide::plan::NotRun {
    fn because_code(&self) -> String {
        match &self.because {
            WhyNotRun::Changed { fields } => format!("changed {}", fields.join(",")),
            WhyNotRun::Failed(why) => format!("failed {why}"),
            WhyNotRun::Gone => "gone".to_owned(),
            WhyNotRun::Running => "running".to_owned(),
            WhyNotRun::WaitsFor(job) => format!("waits {job}"),
            other => panic!("{other:?}"),
        }
    }
}

fn model_of_server(world: &World) -> Value {
    world.document.resources[&at("bill_server.s")].inputs["model"].clone()
}

/// Makes the last run one that ended without a result.
fn fail(world: &mut World) {
    let live = world.live("data_job.train");
    (live.readiness, live.data) = (Readiness::Failed("no data".into()), None);
    live.outputs = json!({"id": null, "name": null});
}

#[test]
fn a_job_is_run_once() {
    let mut world = stack();
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["create data_bucket.b", "run data_job.train", "create bill_server.s"]);
    assert_eq!((plan.summary().run, plan.summary().create), (1, 2));
    world.go(Target::Running);
    assert!(world.plan(Target::Running).unwrap().is_empty());
    assert!(world.plan(Target::Running).unwrap().not_run.is_empty());
}

#[test]
fn changed_inputs_are_reported_and_run_nothing() {
    let mut world = trained();
    world.declare("data_job.train", json!({"form": "b", "size": 1, "from": reference("data_bucket.b")}));
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty() && plan.records.is_empty(), "{plan:?}");
    assert_eq!(not_run(&plan), ["data_job.train changed form"]);
    assert_eq!(
        plan.not_run[0].to_string(),
        "inputs differ from those of its run (form); `--run data_job.train` runs it again"
    );
    assert_eq!(world.go(Target::Running), [""; 0]);
    assert_eq!(world.document.declarations().resources[&at("data_job.train")].inputs["form"], "a", "as it was run");
    // Taken back in the code, nothing is left to say.
    world.declare("data_job.train", json!({"form": "a", "size": 1, "from": reference("data_bucket.b")}));
    assert!(world.plan(Target::Running).unwrap().not_run.is_empty());
}

#[test]
fn fields_that_do_not_make_up_the_run_change_in_place() {
    let mut world = trained();
    world.declare("data_job.train", json!({"form": "b", "size": 2, "from": reference("data_bucket.b")}));
    assert_eq!(world.go(Target::Running), ["update data_job.train"]);
    let record = &world.document.resources[&at("data_job.train")];
    assert_eq!((&record.inputs["form"], &record.inputs["size"]), (&json!("a"), &json!(2)));
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_named_job_is_run_again_and_dependents_follow_its_result() {
    let mut world = trained();
    let before = model_of_server(&world);
    again(&mut world);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["run data_job.train", "update bill_server.s"]);
    assert_eq!(plan.operations[0].generation, 2);
    assert_eq!(plan.kept.len(), 1, "the first result stays: {plan:?}");
    world.carry_out(&plan, usize::MAX);
    world.run.clear();
    assert_ne!(model_of_server(&world), before);
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty());
    assert!(plan.kept[0].reason.starts_with("run 1 keeps its result"), "{:?}", plan.kept);
    // The earlier result goes once it is named.
    world.include_data = BTreeSet::from([at("data_job.train")]);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["delete data_job.train"]);
    assert_eq!((plan.operations[0].generation, plan.kept.len()), (1, 0));
    assert!(plan.operations[0].deletion().unwrap().include_data);
}

#[test]
fn a_failed_run_is_reported_and_what_waits_for_it_is_left_out() {
    let mut world = stack();
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 1);
    let mut record = ebbtide::record::ResourceRecord::blank(1);
    (record.id, record.pending) = (Some("run-1".into()), true);
    record.inputs = json!({"form": "a", "size": 1, "from": "data_bucket.b#1"});
    world.document.resources.insert(at("data_job.train"), record);
    world.observe();
    fail(&mut world);
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty(), "{:?}", lines(&plan));
    assert_eq!(not_run(&plan), ["data_job.train failed no data", "bill_server.s waits data_job.train"]);
    again(&mut world);
    let plan = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&plan), ["run data_job.train", "create bill_server.s", "delete data_job.train"]);
    assert!(plan.not_run.is_empty() && plan.kept.is_empty());
    world.carry_out(&plan, usize::MAX);
    assert!(world.document.resources[&at("data_job.train")].deposed.is_empty());
}

#[test]
fn after_a_failed_second_run_everything_stays_with_the_first_result() {
    let mut world = trained();
    let first = model_of_server(&world);
    again(&mut world);
    let plan = world.plan(Target::Running).unwrap();
    world.carry_out(&plan, 1);
    world.run.clear();
    // AWS accepted the second run, which failed: the record has the outputs of the first one.
    let record = world.document.resources.get_mut(&at("data_job.train")).unwrap();
    record.outputs = record.deposed[0].outputs.clone();
    record.pending = true;
    world.observe();
    fail(&mut world);
    for target in [Target::Running, Target::Paused] {
        let plan = world.plan(target).unwrap();
        assert!(plan.operations.iter().all(|operation| operation.address != at("data_job.train")), "{plan:?}");
        world.carry_out(&plan, usize::MAX);
        fail(&mut world);
    }
    world.resume();
    assert_eq!(model_of_server(&world), first);
    fail(&mut world);
    // Even named, the first result stays: it is in use.
    world.include_data = BTreeSet::from([at("data_job.train")]);
    assert!(world.plan(Target::Running).unwrap().is_empty());
}

#[test]
fn a_running_job_is_watched_by_an_apply_alone() {
    let mut world = trained();
    let record = world.document.resources.get_mut(&at("data_job.train")).unwrap();
    (record.pending, record.outputs) = (true, Value::Null);
    world.document.resources.remove(&at("bill_server.s"));
    world.observe();
    world.live("data_job.train").readiness = Readiness::Pending("InProgress".into());
    world.declare("data_job.train", json!({"form": "b", "size": 1, "from": reference("data_bucket.b")}));
    let plan_of = |world: &World, watch| {
        let request = Request {
            kinds: &kinds(),
            declarations: Some(&world.declarations),
            scope: &world.declarations.scope,
            document: &world.document,
            observation: &world.observation,
            observation_hash: "",
            target: Target::Running,
            include_data: &BTreeSet::new(),
            capacity: &Default::default(),
            jobs: Jobs { run: None, watch },
            components: Components::default(),
        };
        plan(&request).unwrap()
    };
    let watched = plan_of(&world, true);
    assert_eq!(lines(&watched), ["watch data_job.train", "create bill_server.s"]);
    assert_eq!(watched.operations[0].kind(), OperationKind::Watch);
    assert_eq!(watched.operations[0].upsert().unwrap().inputs["form"], "a");
    assert_eq!(not_run(&watched), ["data_job.train changed form"]);
    let resumed = plan_of(&world, false);
    assert!(resumed.is_empty());
    assert_eq!(not_run(&resumed), ["data_job.train running", "bill_server.s waits data_job.train"]);
    // A pause leaves it alone, and it is not run again while it is running.
    assert!(world.plan(Target::Paused).unwrap().is_empty());
    again(&mut world);
    assert_eq!(world.plan(Target::Running).unwrap_err(), PlanError::StillRunning(at("data_job.train")));
}

#[test]
fn a_job_that_aws_does_not_have_any_more_is_not_run_again() {
    let mut world = trained();
    world.observation.0.insert(at("data_job.train"), Observed::Missing);
    let plan = world.plan(Target::Running).unwrap();
    assert!(plan.is_empty());
    assert_eq!(not_run(&plan), ["data_job.train gone"]);
    again(&mut world);
    assert_eq!(lines(&world.plan(Target::Running).unwrap())[0], "run data_job.train");
}

#[test]
fn a_pause_runs_no_job_that_was_not_run_yet() {
    let mut world = World::new();
    world.declare("data_bucket.b", json!({}));
    world.go(Target::Running);
    world.declare("data_job.train", json!({}));
    assert_eq!(world.go(Target::Paused), [""; 0]);
    assert_eq!(world.go(Target::Running), ["run data_job.train"]);
    assert_eq!(world.go(Target::Paused), [""; 0]);
}

#[test]
fn a_destroy_keeps_results_and_stops_what_is_running() {
    let mut world = trained();
    let plan = world.plan(Target::Destroyed).unwrap();
    assert_eq!(lines(&plan), ["delete bill_server.s", "delete data_bucket.b"]);
    assert_eq!(plan.kept.len(), 1, "{:?}", plan.kept);
    world.live("data_job.train").readiness = Readiness::Pending("InProgress".into());
    world.live("data_job.train").data = None;
    let plan = world.plan(Target::Destroyed).unwrap();
    assert_eq!(lines(&plan), ["delete bill_server.s", "delete data_job.train", "delete data_bucket.b"]);
    assert!(plan.operations[1].reason.to_string().contains("it is stopped first, since it bills"));
    assert_eq!(plan.operations[1].deletion().unwrap().purpose, Purpose::Remove);
    fail(&mut world);
    let plan = world.plan(Target::Destroyed).unwrap();
    assert_eq!(lines(&plan), ["delete bill_server.s", "forget data_job.train", "delete data_bucket.b"]);
    world.carry_out(&plan, usize::MAX);
    assert!(world.document.resources.is_empty());
    // A stack that is created again runs its jobs again, and says so.
    let plan = world.plan(Target::Running).unwrap();
    let run = plan.operations.iter().find(|operation| operation.kind() == OperationKind::Run).unwrap();
    assert_eq!(run.generation, 2);
}

#[test]
fn only_declared_jobs_can_be_named() {
    let mut world = trained();
    for other in ["data_bucket.b", "data_job.other"] {
        world.run = BTreeSet::from([at(other)]);
        assert_eq!(world.plan(Target::Running).unwrap_err(), PlanError::NotAJob(at(other)));
    }
    again(&mut world);
    assert_eq!(world.plan(Target::Paused).unwrap_err(), PlanError::NotAJob(at("data_job.train")));
}

#[test]
fn a_result_that_stays_keeps_the_values_that_it_was_made_with() {
    let mut world = trained();
    world.go(Target::Destroyed);
    let record = &world.document.resources[&at("data_job.train")];
    assert!(record.depends_on.is_empty());
    assert_eq!(record.declaration()["from"], record.inputs["from"], "and no reference to what is gone");
    assert_eq!(world.plan(Target::Destroyed).unwrap().kept.len(), 1);
    world.include_results();
    world.go(Target::Destroyed);
    assert!(world.document.resources.is_empty());
}

#[test]
fn a_second_run_is_stopped_and_the_first_result_stays() {
    let mut world = trained();
    again(&mut world);
    world.go(Target::Running);
    world.run.clear();
    world.live("data_job.train").readiness = Readiness::Pending("InProgress".into());
    world.live("data_job.train").data = None;
    let plan = world.plan(Target::Destroyed).unwrap();
    assert_eq!(lines(&plan), ["delete bill_server.s", "delete data_job.train", "delete data_bucket.b"]);
    assert_eq!((plan.operations[1].generation, plan.kept.len()), (2, 1));
    world.carry_out(&plan, usize::MAX);
    let left = world.plan(Target::Destroyed).unwrap();
    assert!(left.is_empty() && left.kept.len() == 1, "{left:?}");
    // Declared again, it is not run again unless it is named.
    let left = world.plan(Target::Running).unwrap();
    assert_eq!(lines(&left), ["create bill_server.s", "create data_bucket.b"], "with the first result");
    world.include_results();
    world.go(Target::Destroyed);
    assert!(world.document.resources.is_empty());
}
