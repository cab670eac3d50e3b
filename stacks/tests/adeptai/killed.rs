//! The process aborts at some call of a command, before or after its effect; the same command, run again, gets there.
//! The calls are taken in steps over the whole command; the first step is another one each way.

use crate::project::Project;

fn killed_along(line: &str, target: &str, prepare: &[&str], step: usize) {
    for (way, first) in [("kill-before", 1), ("kill-after", 1 + step / 2)] {
        let mut reached = 0;
        for at in (first..).step_by(step) {
            let project = Project::new();
            prepare.iter().for_each(|line| drop(project.ebb(line)));
            let output = project.with_faults(line, &format!("{way}={at}"));
            project.ebb(line);
            project.assert_no_changes(target);
            if output.status.success() {
                break;
            }
            reached += 1;
        }
        assert!(reached > 2, "{line} was killed {reached} times only");
    }
}

#[test]
fn an_apply_that_is_killed_carries_on() {
    killed_along("apply adeptai --yes", "running", &[], 97);
}

#[test]
fn a_pause_that_is_killed_carries_on() {
    killed_along("pause adeptai --yes", "paused", &["apply adeptai --yes"], 71);
}

#[test]
fn a_resume_that_is_killed_carries_on() {
    killed_along("resume adeptai --yes", "running", &["apply adeptai --yes", "pause adeptai --yes"], 101);
}

#[test]
fn a_destroy_that_is_killed_carries_on() {
    killed_along("destroy adeptai --yes", "destroyed", &["apply adeptai --yes"], 89);
}
