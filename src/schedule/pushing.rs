//! Schedules that AWS can carry out by itself.

use super::problem::Problem;
use super::settings::Settings;
use super::window::Window;
use crate::plan::Target;

/// Returns the reasons why a schedule cannot be handed to AWS. Scheduled actions set bounds at the same times of every week, and
/// nothing else.
pub(super) fn push_problems(settings: &Settings, windows: &[Window]) -> Vec<Problem> {
    if !settings.push {
        return Vec::new();
    }
    let mut messages = Vec::new();
    if windows.iter().all(|window| window.capacity.is_empty()) {
        messages.push("no window has a `capacity`, so there is nothing to hand to AWS; remove `push`".to_owned());
    }
    if !settings.holidays.is_empty() {
        messages.push("scheduled actions know no holidays; remove `push` or `holidays`".to_owned());
    }
    if settings.default != "running" {
        messages.push(
            "scheduled actions pause nothing, and the stack is paused outside of windows; remove `push`, or write \
             `default = \"running\"`"
                .to_owned(),
        );
    }
    if settings.idle.is_some() {
        messages.push("scheduled actions pause nothing; remove `push` or `idle`".to_owned());
    }
    messages.extend(windows.iter().flat_map(problems_of));
    messages.into_iter().map(|message| Problem::new(&["push"], message)).collect()
}

fn problems_of(window: &Window) -> Vec<String> {
    let name = &window.name;
    if window.target != Target::Running {
        return vec![format!("scheduled actions pause nothing, and `{name}` does; remove `push` or the window")];
    }
    let mut messages = Vec::new();
    if window.idle.is_some() {
        messages.push(format!("scheduled actions pause nothing; remove `push`, or `idle` from `{name}`"));
    }
    if window.ready {
        messages.push(format!("scheduled actions do not start early; remove `push`, or `ready` from `{name}`"));
    }
    if !window.times.is_weekly() {
        messages.push(format!(
            "`{name}` is not at the same fixed times of every week, and AWS would not set its capacity back in time; remove \
             `push`, or write the window with `days`, `from` and `to`"
        ));
    }
    messages
}
