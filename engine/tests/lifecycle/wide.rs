//! Wide layers: many operations that are free at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ebbtide::aws::logs::LogGroup;
use ebbtide::plan::Target;
use ebbtide::record::JournalEvent;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_engine::apply::{Event, Failure, Shutdown};

use crate::fixture::{Project, scope};

const GROUPS: usize = 250;

fn groups() -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    for number in 0..GROUPS {
        stack.add(&format!("group-{number:03}"), LogGroup::new(&format!("/wide/{number:03}"), 7));
    }
    stack.finish().unwrap()
}

/// The call that each look begins with. Those that follow it are made together.
const LOOK: &str = "DescribeLogGroups";

/// Stops the command at a creation, and counts the looks in flight.
#[derive(Default)]
struct Watch {
    stop_at: Option<(usize, Shutdown)>,
    created: AtomicUsize,
    in_flight: AtomicUsize,
    most: AtomicUsize,
}

impl CallHook for Watch {
    fn delay(&self, call: &Call) -> Duration {
        if call.operation == LOOK {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
        }
        Duration::from_millis(20)
    }

    fn before(&self, call: &Call) -> FaultAction {
        if call.operation == "CreateLogGroup" {
            let created = self.created.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some((at, shutdown)) = &self.stop_at
                && created == *at
            {
                shutdown.abort();
            }
        }
        FaultAction::Act
    }

    fn answered(&self, call: &Call, _status: u16) {
        if call.operation == LOOK {
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Counts the log groups in the cloud.
async fn existing(project: &Project) -> usize {
    let aws = Project::aws(&project.cloud());
    let mut found =
        aws.cloudwatchlogs().describe_log_groups().log_group_name_prefix("/wide/").into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(group) = found.next().await {
        names.push(group.unwrap().log_group_name.unwrap());
    }
    names.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_in_a_wide_layer_leaves_few_creations_to_look_up_and_these_are_paced() {
    let mut project = Project::new(groups());
    let cloud = project.cloud();
    let watch = Watch { stop_at: Some((60, project.shutdown.clone())), ..Watch::default() };
    cloud.faults().install(Arc::new(watch));
    let ran = project.run_on(&cloud, Target::Running).await;
    assert!(matches!(ran.result, Err(Failure::Stopped)));
    let shown = ran.events.iter().filter(|event| matches!(event, Event::OperationStarted { .. })).count();
    assert!(shown < 200, "{shown} operations are shown as started");
    let (document, journal) = project.state().read().await.unwrap().unwrap();
    assert!(document.run.is_some());
    let begun = journal.iter().filter(|entry| entry.event == JournalEvent::Started).count();
    assert!((60..=60 + 64).contains(&begun), "{begun} creations are recorded as started");

    // A call that had arrived when the command ended acts all the same.
    let mut before = existing(&project).await;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = existing(&project).await;
        if std::mem::replace(&mut before, now) == now {
            break;
        }
    }
    project.shutdown = Shutdown::default();
    let watch = Arc::new(Watch::default());
    cloud.faults().install(Arc::clone(&watch) as Arc<dyn CallHook>);
    // Recovers, and only then plans: a plan takes no lock and changes nothing.
    let plan = project.plan_on(&cloud, Target::Running).await;
    let most = watch.most.load(Ordering::SeqCst);
    assert!(most <= 64, "{most} looks at once");
    let creations = plan.operations.iter().filter(|operation| operation.creates()).count();
    assert_eq!(creations, GROUPS - before, "those that exist were found");
    project.run(Target::Running).await;
    assert_eq!(existing(&project).await, GROUPS);
}
