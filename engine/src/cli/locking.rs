//! The lock of a command that changes a stack, and the wait for another command that holds it.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::apply::{Deployment, Event, Failure, LockedDeployment};
use crate::cli::error::CommandError;
use crate::cli::interrupts::Interrupts;
use crate::state::StateError;
use ebbtide::resource::Scope;

/// The time between two attempts. A lock in S3 takes two calls.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Locks a stack. If another command holds it, waits for as long as the command line says.
pub(super) async fn locked<'a>(
    deployment: &'a Deployment<'_>,
    (command, wait): (&str, Option<Duration>),
    scope: &Scope,
    interrupts: &Interrupts,
) -> Result<LockedDeployment<'a>, CommandError> {
    let start = Instant::now();
    let mut announced = false;
    loop {
        let failure = match deployment.lock(command, scope).await {
            Ok(locked) => return Ok(locked),
            Err(failure) => failure,
        };
        let left = wait.unwrap_or_default().saturating_sub(start.elapsed());
        match &failure {
            Failure::State(StateError::Locked { lock, .. }) if !left.is_zero() => {
                if !announced {
                    let (command, by) = (lock.owner.command.clone(), lock.owner.by.clone());
                    (deployment.on_event)(Event::WaitingForStack { command, by, since: lock.owner.since });
                    announced = true;
                }
            }
            _ => return Err(interrupts.explained(failure.into())),
        }
        let pause = async {
            sleep(left.min(LOOK_EVERY)).await;
            Ok::<(), CommandError>(())
        };
        interrupts.unless(pause).await?;
    }
}
