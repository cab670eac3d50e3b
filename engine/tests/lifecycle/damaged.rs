//! Damaged journals: every line lost in turn, and nothing lost with it.

use std::path::Path;
use std::sync::Arc;

use ebbtide::plan::Target;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_engine::apply::{Failure, Shutdown};
use ebbtide_engine::sdk::Hint as _;
use ebbtide_engine::state::{LockOwner, StateError};

use crate::fixture::{Project, network, paused, running};

/// Stops the command at a call: the process is as good as gone.
struct StopsAt(&'static str, Shutdown);

impl CallHook for StopsAt {
    fn before(&self, call: &Call) -> FaultAction {
        if call.operation == self.0 {
            self.1.abort();
        }
        FaultAction::Act
    }
}

fn owner() -> LockOwner {
    LockOwner {
        by: "test@host".into(),
        process: std::process::id(),
        command: "state repair".into(),
        since: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).unwrap();
        }
    }
}

/// Returns the journal with one line of it made zeros, as a write that did not reach the disk leaves it; `None` after the last
/// line.
fn without_line(journal: &[u8], line: usize) -> Option<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = journal.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    lines.get_mut(line).filter(|line| !line.is_empty())?.fill(0);
    Some(lines.join(&b'\n'))
}

/// Stops a command on the way to a target, then damages each line of its journal in turn. After a repair, the same command
/// reaches its target with exactly the resources that belong to it. Returns the number of lines.
async fn every_line_may_be_lost(before: Option<Target>, target: Target, stopped_at: &'static str) -> usize {
    let mut stopped = Project::new(network("10.0.0.0/16"));
    if let Some(before) = before {
        stopped.run(before).await;
    }
    let cloud = stopped.cloud();
    stopped.shutdown = Shutdown::default();
    cloud.faults().install(Arc::new(StopsAt(stopped_at, stopped.shutdown.clone())));
    let ran = stopped.run_on(&cloud, target).await;
    assert!(matches!(ran.result, Err(Failure::Stopped)), "{:?}", ran.result);
    drop(cloud);
    let journal = std::fs::read(stopped.path().join("state/test/net.journal")).unwrap();
    let expected = if target == Target::Paused { paused() } else { running() };
    for line in 0.. {
        let Some(damaged) = without_line(&journal, line) else { return line };
        let project = Project::new(network("10.0.0.0/16"));
        copy(stopped.path(), project.path());
        std::fs::write(project.path().join("state/test/net.journal"), damaged).unwrap();
        match project.state().read().await {
            Err(error @ StateError::DamagedJournal { .. }) => {
                assert!(error.to_string().contains(&format!("line {}", line + 1)), "{error}");
                assert!(error.hint().unwrap().contains("`ebb state repair`"));
                let ran = project.run_on(&project.cloud(), target).await;
                assert!(matches!(ran.result, Err(Failure::State(StateError::DamagedJournal { .. }))));
                let repaired = project.state().repair(owner()).await.unwrap().expect("there is damage");
                assert_eq!(repaired.dropped, 1);
            }
            // The last line counts as cut off.
            Ok(_) => assert!(without_line(&journal, line + 1).is_none(), "line {line}"),
            Err(error) => panic!("{error}"),
        }
        project.run(target).await;
        assert_eq!(project.exists().await, expected, "line {line}");
        assert!(project.plan(target).await.is_empty(), "line {line}");
        assert_eq!(project.state().repair(owner()).await.unwrap(), None, "there is nothing left to repair");
        project.run(Target::Destroyed).await;
        assert!(project.exists().await.is_empty(), "line {line}: {:?}", project.exists().await);
    }
    unreachable!("a journal has an end")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_the_journal_of_an_apply_may_be_lost() {
    let lines = every_line_may_be_lost(None, Target::Running, "CreateNatGateway").await;
    assert!(lines > 10, "{lines}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_the_journal_of_a_pause_may_be_lost() {
    let lines = every_line_may_be_lost(Some(Target::Running), Target::Paused, "ReleaseAddress").await;
    assert!(lines > 2, "{lines}");
}
