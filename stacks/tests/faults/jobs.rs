//! A job, and a command that is ended at every call and every write while it runs the job for the first time or again: it is run
//! exactly once for each time that it is asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use ebbtide::aws::bedrock::CustomizationJob;
use ebbtide::aws::cloudwatch::{Dashboard, TextWidget, Widget};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::plan::Target;
use ebbtide::resource::{Input, Part};
use ebbtide::stack::{Declarations, Stack};

use crate::fault::Fault;
use crate::world::{Command, World, scope};

/// Returns a stack with a role, a job, and a dashboard that shows the name of its model.
fn declared() -> Declarations {
    let mut stack = Stack::new(scope(), [].into());
    let role = stack.add("training", Role::new(Policy::trust("bedrock.amazonaws.com")));
    let base = "amazon.nova-lite-v1:0:300k";
    let job = CustomizationJob::new(base, &role.arn, "s3://training/data.jsonl", "s3://training/metrics/");
    let job = stack.add("expert", job);
    let text = [Part::Text("The model is ".to_owned())].into_iter().chain(job.model_name.parts());
    let widget = TextWidget { markdown: Input::join(text), width: 12, height: 3 };
    stack.add("result", Dashboard { name: None, widgets: vec![Widget::Text(widget)] });
    stack.finish().expect("a stack")
}

/// Returns the number of jobs that were ever run.
async fn runs(world: &World) -> usize {
    let jobs = World::aws(&world.present()).bedrock().list_model_customization_jobs().send().await.expect("jobs");
    jobs.model_customization_job_summaries().len()
}

/// Ends a command at every call and every write, each time from the same start. The same command without another run of the job goes
/// on with the run that AWS has; if AWS has none, only the name of the job runs it.
async fn is_ended_everywhere(start: &World, command: &Command, jobs: usize) {
    let unnamed = Command { run: BTreeSet::new(), ..command.clone() };
    let twin = start.copy();
    let ran = twin.under(command, None).await;
    assert!(ran.result.is_some_and(|result| result.is_ok_and(|finished| finished.success)));
    assert_eq!(runs(&twin).await, jobs);
    let expected = twin.inventory().await;
    let calls = (1..=ran.calls).flat_map(|at| [false, true].map(|acted| Fault::Call { at, acted }));
    let writes = (1..=ran.writes).flat_map(|at| [false, true].map(|done| Fault::Write { at, done }));
    for fault in calls.chain(writes) {
        let world = start.copy();
        world.under(command, Some(&fault)).await;
        let is_accepted = runs(&world).await == jobs;
        world.reaches(&unnamed).await.unwrap_or_else(|wrong| panic!("{fault}: {wrong}"));
        if !is_accepted && !command.run.is_empty() {
            assert_eq!(runs(&world).await, jobs - 1, "{fault}: it was run again unasked");
            world.reaches(command).await.unwrap_or_else(|wrong| panic!("{fault}: {wrong}"));
        }
        world.settles(&unnamed, &expected).await.unwrap_or_else(|wrong| panic!("{fault}: {wrong}"));
        assert_eq!(runs(&world).await, jobs, "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_run_exactly_once_wherever_a_command_is_ended() {
    let declarations = Some(Arc::new(declared()));
    let command =
        Command { target: Target::Running, declarations, with_data: false, run: BTreeSet::new(), components: None };
    let world = World::new();
    is_ended_everywhere(&world, &command, 1).await;
    world.reaches(&command).await.expect("it is applied");
    let named = Command { run: ["bedrock_customization_job.expert".parse().expect("an address")].into(), ..command };
    is_ended_everywhere(&world, &named, 2).await;
}
