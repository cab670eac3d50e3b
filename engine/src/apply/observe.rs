//! Observation: reads every recorded resource from AWS, many at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{Instrument as _, debug_span};

use super::access::Access;
use super::event::Event;
use super::failure::Failure;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use crate::providers::Implementation;
use crate::sdk::{Error, PropagationDelay};
use ebbtide::planner::{Observation, Observed};
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, LiveState};

/// The number of reads at once. More do not make the observation faster.
pub(super) const AT_ONCE: usize = 64;

/// The number of looks that must show a difference of a kind whose configuration goes back and forth. More would keep a
/// person waiting who only plans.
const DRIFT_LOOKS: usize = 4;

/// The interval of progress reports.
const REPORT_EVERY: Duration = Duration::from_millis(500);

/// Returns the delays between the looks at a resource that differs from its record. Where AWS goes back and forth after a
/// change, one look may show the configuration of before: there the difference counts only if several looks show it.
fn drift_looks(kind: &Implementation, propagation: PropagationDelay) -> impl Iterator<Item = Duration> + Send {
    let goes_back_and_forth = kind.provider.waits().visible_looks > 1;
    propagation.delays().take(if goes_back_and_forth { DRIFT_LOOKS - 1 } else { 0 })
}

/// Reads every recorded resource that is awake. Unless the stack is at rest, a resource may have been created a moment ago:
/// one that is not found is read again for as long as AWS may take to show it.
pub(super) async fn observe(
    document: &StateDocument,
    access: &Access,
    limiter: &Arc<RateLimiter>,
    at_rest: bool,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Observation, Failure> {
    let mut waiting =
        document.resources.iter().filter_map(|(address, record)| Some((address, record, record.id.clone()?)));
    let total = document.resources.values().filter(|record| !record.is_asleep()).count();
    let mut reads: JoinSet<(Address, Result<Option<LiveState>, Error>)> = JoinSet::new();
    let mut observation = Observation::default();
    let mut reported = Instant::now();
    let mut done = 0;
    loop {
        while reads.len() < AT_ONCE
            && let Some((address, record, id)) = waiting.next()
        {
            let kind = access.implementation(address)?;
            let propagation = access.propagation;
            let context = access.context(document, address, record.generation);
            let (address, last, limiter) = (address.clone(), record.inputs.clone(), Arc::clone(limiter));
            let mut delays = (record.pending || !at_rest).then(|| propagation.delays());
            let span = debug_span!("observe", %address);
            let read = async move {
                let mut retry = Retry::for_reads(propagation);
                let mut looks = drift_looks(&kind, propagation);
                loop {
                    let turn = limiter.acquire(kind.name(), CallKind::Read, 0).await;
                    let read = kind.provider.read(&context, &id, &last).await;
                    turn.report(&read);
                    match read {
                        Err(error) if retry.wait_to_read_again(&error).await => {}
                        Ok(None) if let Some(delay) = delays.as_mut().and_then(Iterator::next) => {
                            tokio::time::sleep(delay).await
                        }
                        Ok(Some(live))
                            if live.inputs != last
                                && let Some(delay) = looks.next() =>
                        {
                            tokio::time::sleep(delay).await
                        }
                        read => return (address, read),
                    }
                }
            };
            reads.spawn(read.instrument(span));
        }
        let read = tokio::select! {
            read = reads.join_next() => read,
            () = tokio::time::sleep_until(reported + REPORT_EVERY) => {
                reported = Instant::now();
                on_event(Event::Observing { done, total });
                continue;
            }
        };
        let Some(read) = read else { return Ok(observation) };
        // A task that panicked takes the command with it: there is no partial observation.
        let (address, read) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let observed = match read {
            Ok(Some(live)) => Observed::Present(Box::new(live)),
            Ok(None) => Observed::Missing,
            Err(error) => return Err(Failure::Resource { address, operation: "read", error }),
        };
        done += 1;
        if let Some(record) = document.resources.get(&address) {
            observation.note(&address, record, observed);
        }
    }
}
