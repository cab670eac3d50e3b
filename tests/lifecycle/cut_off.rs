//! A process that ends at any call: before the call acts, or after it acted and before the answer is read. The same
//! command, run again, gets there, and an observer who reads only the cloud sees nothing twice and nothing left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ebbtide::plan::Target;
use ebbtide::stack::Declarations;
use ebbtide_cloud::seam::{Call, Observer, Verdict};
use tokio::sync::Notify;

use crate::fixture::{Project, network, paused, running};

/// Ends the process, as far as the cloud can tell, at one call.
struct Cut {
    at: u64,
    acts: bool,
    seen: AtomicU64,
    cut: Arc<Notify>,
}

impl Observer for Cut {
    fn before(&self, _call: &Call) -> Verdict {
        let number = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if number < self.at {
            return Verdict::Act;
        }
        // Whatever this process still sends arrives nowhere.
        if number == self.at && self.acts {
            return Verdict::ActAndDrop;
        }
        self.cut.notify_one();
        Verdict::Hang
    }

    fn acted(&self, _call: &Call, _status: u16) {
        if self.seen.load(Ordering::SeqCst) >= self.at {
            self.cut.notify_one();
        }
    }
}

/// Runs a command that is cut off at a call; answers whether it got that far.
async fn cut_off(project: &Project, target: Target, at: u64, acts: bool) -> bool {
    let cloud = project.cloud();
    let cut = Arc::new(Notify::new());
    cloud.seam().install(Arc::new(Cut { at, acts, seen: AtomicU64::new(0), cut: Arc::clone(&cut) }));
    let no_data = BTreeSet::new();
    tokio::select! {
        biased;
        () = cut.notified() => true,
        ran = project.run_on(&cloud, target, &no_data) => {
            assert!(ran.result.is_ok_and(|finished| finished.success));
            false
        }
    }
}

/// Cuts a command off at every call, both ways, and runs it again; `prepare` brings a project to where it begins.
async fn at_every_call(
    target: Target,
    expected: &BTreeMap<&'static str, usize>,
    declarations: &Declarations,
    prepare: &[Target],
) {
    for acts in [false, true] {
        let mut at = 1;
        loop {
            let mut project = Project::new(network("10.0.0.0/16"));
            for target in prepare {
                project.run(*target).await;
            }
            project.declarations = declarations.clone();
            let reached = cut_off(&project, target, at, acts).await;
            project.run(target).await;
            let plan = project.plan(target).await;
            assert!(plan.is_empty(), "cut at call {at} (acts: {acts}): {:#?}", plan.operations);
            assert_eq!(&project.exists().await, expected, "cut at call {at} (acts: {acts})");
            if !reached {
                break;
            }
            at += 1;
        }
        assert!(at > 5, "the command made only {at} calls");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_cut_off_at_any_call_converges() {
    at_every_call(Target::Running, &running(), &network("10.0.0.0/16"), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_cut_off_at_any_call_converges() {
    at_every_call(Target::Paused, &paused(), &network("10.0.0.0/16"), &[Target::Running]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_cut_off_at_any_call_converges() {
    at_every_call(Target::Running, &running(), &network("10.0.0.0/16"), &[Target::Running, Target::Paused]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_cut_off_at_any_call_converges() {
    at_every_call(Target::Destroyed, &BTreeMap::new(), &network("10.0.0.0/16"), &[Target::Running]).await;
}
