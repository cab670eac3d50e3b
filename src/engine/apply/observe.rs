//! Looking at AWS: every recorded resource, many at once.

use crate::engine::apply::Access;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::engine::apply::rate_limit::{Class, Pace};
use crate::engine::apply::retry::Retry;
use crate::engine::apply::{Event, Failure};
use crate::engine::sdk::Error;
use crate::planner::{Observation, Seen};
use crate::record::Snapshot;
use crate::resource::{Address, LiveState};

/// How many reads are under way at once; beyond, more do not make it faster.
const AT_ONCE: usize = 64;

/// How often it is told how far this is.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// Reads every recorded resource that is awake. Unless the stack is at rest, something may have been made a moment ago: what
/// is not found is looked for as long as AWS may take to show it.
pub(super) async fn observe(
    snapshot: &Snapshot,
    access: &Access,
    pace: &Arc<Pace>,
    at_rest: bool,
    sink: &(dyn Fn(Event) + Sync),
) -> Result<Observation, Failure> {
    let mut waiting =
        snapshot.resources.iter().filter_map(|(address, entry)| Some((address, entry, entry.id.clone()?)));
    let total = snapshot.resources.values().filter(|entry| !entry.is_asleep()).count();
    let mut reads: JoinSet<(Address, Result<Option<LiveState>, Error>)> = JoinSet::new();
    let mut observation = Observation::default();
    let mut told = Instant::now();
    let mut done = 0;
    loop {
        while reads.len() < AT_ONCE
            && let Some((address, entry, id)) = waiting.next()
        {
            let kind = access.implementation(address)?;
            let showing = access.showing;
            let context = access.context(&snapshot.scope, address, entry.generation);
            let (address, last, pace) = (address.clone(), entry.inputs.clone(), Arc::clone(pace));
            let mut pauses = (entry.pending || !at_rest).then(|| showing.pauses());
            reads.spawn(async move {
                let mut retry = Retry::looking(showing);
                loop {
                    pace.turn(kind.name(), Class::Read).await;
                    match kind.provider.read(&context, &id, &last).await {
                        Err(error) if retry.look_again(&pace, kind.name(), &error).await => {}
                        Ok(None) if let Some(wait) = pauses.as_mut().and_then(Iterator::next) => {
                            tokio::time::sleep(wait).await
                        }
                        read => return (address, read),
                    }
                }
            });
        }
        let read = tokio::select! {
            read = reads.join_next() => read,
            () = tokio::time::sleep_until(told + TOLD_EVERY) => {
                told = Instant::now();
                sink(Event::Observing { done, total });
                continue;
            }
        };
        let Some(read) = read else { return Ok(observation) };
        // A task that panicked takes the command with it: there is no partial observation.
        let (address, read) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let seen = match read {
            Ok(Some(observed)) => Seen::There(Box::new(observed)),
            Ok(None) => Seen::Gone,
            Err(error) => return Err(Failure::Resource { address, operation: "read", error }),
        };
        done += 1;
        if let Some(entry) = snapshot.resources.get(&address) {
            observation.note(&address, entry, seen);
        }
    }
}
