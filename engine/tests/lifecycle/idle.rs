//! Stacks that nobody calls, on a schedule that pauses them for it. The clock of the loop is ahead of the cloud's.

use ebbtide::plan::Target;
use ebbtide::schedule::{Cause, Hold};
use ebbtide_engine::control::Outcome;
use ebbtide_engine::state::LockOwner;
use jiff::{SignedDuration, Timestamp};

use crate::fixture::Project;
use crate::unattended::{outcome, running, tick};

const IDLE: &str = "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 30\n\n[schedule]\n\
     timezone = \"UTC\"\ndefault = \"running\"\nidle = \"45m\"\n";

async fn hold_running(project: &Project, since: Timestamp) {
    let owner = LockOwner { by: "me@host".into(), process: 1, command: "hold".into(), since };
    let until = since.checked_add(SignedDuration::from_hours(1)).unwrap();
    let hold = Hold { target: Target::Running, since, until, reason: "a demo".into(), by: "me@host".into() };
    let state = project.state();
    let held = state.edit(owner, "hold", |document| {
        document.hold = Some(hold);
        true
    });
    held.await.unwrap();
}

#[tokio::test]
async fn a_stack_that_nobody_calls_is_paused_and_stays_so_until_something_else_decides() {
    let start = Timestamp::now();
    let project = running(IDLE).await;
    let after = |minutes| start.checked_add(SignedDuration::from_mins(minutes)).unwrap().to_string();
    assert_eq!(outcome(&project, &after(20)).await, (Outcome::Nothing, Target::Running));
    assert!(!project.document().await.said.contains_key("idle"));
    assert_eq!(outcome(&project, &after(35)).await, (Outcome::Nothing, Target::Running));
    assert!(project.document().await.said.contains_key("idle"), "a pause is announced");
    // AWS has no data that old, and no data is not idle.
    assert_eq!(outcome(&project, &after(30 * 24 * 60)).await, (Outcome::Nothing, Target::Running));

    let report = tick(&project, &after(50)).await;
    assert_eq!((report.outcome, report.decision.unwrap().cause), (Outcome::Acted, Cause::Idle));
    let document = project.document().await;
    assert_eq!(document.target, Target::Paused);
    assert!(document.ended.unwrap().why.starts_with("nothing called the stack since "));
    assert!(document.idle.is_some());
    // Asleep, it has no calls and no data. It stays as it is.
    assert_eq!(outcome(&project, &after(55)).await, (Outcome::Nothing, Target::Paused));

    hold_running(&project, after(60).parse().unwrap()).await;
    assert_eq!(outcome(&project, &after(61)).await, (Outcome::Acted, Target::Running));
    assert_eq!(project.document().await.idle, None);
}
