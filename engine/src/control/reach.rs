//! Planning and executing until the target is reached, or waiting is over or in vain.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::{Instant, sleep};

use super::patience::{Patience, Remaining};
use crate::apply::{Event, Failure, Finished, Goal, LockedDeployment, MissingThings, Shutdown};
use crate::logging::milliseconds;
use ebbtide::plan::Plan;
use ebbtide::resource::Address;

/// The end of the way to a target.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The end of the last run, with the operations of all.
    pub finished: Finished,
    /// Why no further run followed.
    pub ended: Ended,
}

/// Why no further run followed.
#[derive(Clone, Debug)]
pub enum Ended {
    /// The target is reached, or waiting does not help, or was not asked for.
    Finished,
    /// AWS still lacks capacity, and the time to wait is over.
    TimeOver,
    /// The execution was asked to end.
    Interrupted,
    /// These resources would be changed now too, and the first plan, which was confirmed, does not change them.
    Changed(Vec<Address>),
    /// Resources need something that is no longer there.
    Missing(MissingThings),
}

/// Executes a plan. With patience, plans again and executes the new plan for as long as nothing but capacity is lacking; the stack
/// stays locked meanwhile. `goal` is the goal that the plan was made for.
pub async fn reach(
    locked: &mut LockedDeployment<'_>,
    goal: Goal<'_>,
    plan: &Plan,
    patience: Option<Patience>,
) -> Result<Reached, Failure> {
    let start = Instant::now();
    let mut finished = locked.execute(plan).await?;
    let Some(patience) = patience else { return Ok(Reached { finished, ended: Ended::Finished }) };
    let mut remaining = Remaining::of(patience.wait);
    let mut ended = Ended::Finished;
    // A run that stays open may have created something unseen: the next command settles it before it plans.
    while finished.lacks_capacity() && locked.document().run.is_none() {
        let Some(delay) = remaining.next_delay() else {
            ended = Ended::TimeOver;
            break;
        };
        announce(locked, &finished, delay, patience.wait.saturating_sub(remaining.waited()));
        let next = match plan_after(locked, goal, delay).await? {
            Next::Plan(next) => next,
            Next::Ended(why) => {
                ended = why;
                break;
            }
        };
        let beyond = if patience.within_first_plan { beyond(&next, plan) } else { Vec::new() };
        if !beyond.is_empty() {
            ended = Ended::Changed(beyond);
            break;
        }
        finished = locked.execute(&next).await?.after(finished);
        finished.waited_ms = milliseconds(remaining.waited());
    }
    if finished.waited_ms > 0 || !matches!(ended, Ended::Finished) {
        finished.waited_ms = milliseconds(remaining.waited());
        finished.took_ms = milliseconds(start.elapsed());
    }
    Ok(Reached { finished, ended })
}

/// The result of a wait.
enum Next {
    Plan(Box<Plan>),
    Ended(Ended),
}

/// Waits, and plans again. Neither changes anything, so an interruption ends both at once.
async fn plan_after(locked: &mut LockedDeployment<'_>, goal: Goal<'_>, delay: Duration) -> Result<Next, Failure> {
    let shutdown: Shutdown = locked.deployment().shutdown.clone();
    let planned = async {
        sleep(delay).await;
        let plan = locked.plan(goal).await?.plan;
        let missing = locked.missing(&plan).await?;
        Ok(if missing.is_empty() { Next::Plan(Box::new(plan)) } else { Next::Ended(Ended::Missing(missing)) })
    };
    tokio::select! {
        biased;
        () = shutdown.draining() => Ok(Next::Ended(Ended::Interrupted)),
        planned = planned => planned,
    }
}

fn announce(locked: &LockedDeployment<'_>, finished: &Finished, delay: Duration, left: Duration) {
    let deployment = locked.deployment();
    let now = (deployment.clock)();
    let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
    (deployment.on_event)(Event::WaitingForCapacity {
        addresses: finished.no_capacity.clone(),
        after_ms: milliseconds(delay),
        until: now.saturating_add(left).unwrap_or(now),
    });
}

/// Returns the resources that a plan changes and the first one does not.
fn beyond(next: &Plan, first: &Plan) -> Vec<Address> {
    let planned: BTreeSet<&Address> = first.operations.iter().map(|operation| &operation.address).collect();
    let others: BTreeSet<&Address> = next.operations.iter().map(|operation| &operation.address).collect();
    others.difference(&planned).map(|address| (*address).clone()).collect()
}
