//! Observation: reads every recorded resource from AWS, many at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{Instrument as _, debug_span};

use super::access::Access;
use super::event::Event;
use super::failure::Failure;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use crate::providers::Implementation;
use crate::sdk::{Error, ErrorKind, ListReader, Listed, PropagationDelay};
use ebbtide::aws::cloudwatch::Alarm;
use ebbtide::plan::Target;
use ebbtide::planner::{self, Observation};
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, LiveState, OnPause, Persistence, Resource as _};

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

/// What an observation is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose {
    /// The target that will be planned.
    pub(super) target: Target,
    /// Whether the plan acts on the record, so that a resource that cannot be read only concerns itself.
    pub(super) tolerant: bool,
    /// Whether no run has changed anything for long, so that a resource that is not found does not exist.
    pub(super) at_rest: bool,
}

/// An observation, and the resources that could not be read.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The observation.
    pub observation: Observation,
    /// The resources that could not be read, and that a plan takes as recorded.
    pub unread: BTreeSet<Address>,
    /// The resources whose recorded inputs do not fit their kinds, and that no operation touches.
    pub unfit: BTreeMap<Address, Error>,
    /// The inputs that resources may have besides those observed, by unfinished updates: what a read tells is as observed, the
    /// rest as attempted. Empty for a resource of which a read tells everything.
    pub(super) attempted: BTreeMap<Address, Vec<Value>>,
    /// The resources that were asked for their data.
    pub(super) asked: BTreeSet<Address>,
}

/// Reads every recorded resource that is awake and that the target needs to know. Unless the stack is at rest, a resource may
/// have been created a moment ago: one that is not found is read again for as long as AWS may take to show it.
///
/// Where the plan acts on the record, a resource that cannot be read is reported and counts as recorded: its own operation
/// reads it again, and fails alone. A plan of a declared stack needs to know all of them, so it is refused with all that
/// failed. If nothing at all can be read, the reason is not a resource.
pub(super) async fn observe(
    document: &StateDocument,
    access: &Access,
    limiter: &Arc<RateLimiter>,
    purpose: Purpose,
    unfit: BTreeMap<Address, Error>,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Observed, Failure> {
    let mut reads = Reads::new(document, access, limiter, purpose, &unfit)?;
    let total = reads.waiting.len();
    let mut observed = Observed::default();
    let mut failures = Vec::new();
    let mut reported = Instant::now();
    let mut done = 0;
    loop {
        reads.start();
        let read = tokio::select! {
            read = reads.running.join_next() => read,
            () = tokio::time::sleep_until(reported + REPORT_EVERY) => {
                reported = Instant::now();
                on_event(Event::Observing { done, total });
                continue;
            }
        };
        let Some(read) = read else { break };
        // A task that panicked takes the command with it: there is no partial observation.
        let (address, read) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        done += 1;
        let live = match read {
            Ok((live, attempted)) => {
                if let Some(attempted) = attempted {
                    observed.attempted.insert(address.clone(), attempted);
                }
                live
            }
            Err(error) => {
                let is_hopeless = error.kind == ErrorKind::Credentials || failures.len() + 1 == done && done >= AT_ONCE;
                failures.push((address, error));
                if is_hopeless {
                    break;
                }
                continue;
            }
        };
        let live = live.map_or(planner::Observed::Missing, |live| planner::Observed::Present(Box::new(live)));
        if let Some(record) = document.resources.get(&address) {
            observed.observation.note(&address, record, live);
        }
    }
    let nothing_read = failures.len() == done;
    if !failures.is_empty()
        && (!purpose.tolerant || nothing_read || failures.iter().any(|(_, error)| error.kind == ErrorKind::Credentials))
    {
        failures.sort_by(|one, other| one.0.cmp(&other.0));
        return Err(Failure::unreadable(failures));
    }
    failures.extend(std::mem::take(&mut reads.unfit));
    observed.unfit = unfit;
    for (address, error) in failures {
        on_event(Event::unreadable(&address, &error));
        observed.unread.insert(address);
    }
    Ok(observed)
}

/// A resource, and with it the inputs that it may have by unfinished updates; `None` if there are no such updates.
type Read = (Address, Result<(Option<LiveState>, Option<Vec<Value>>), Error>);

/// The reads of an observation: those that wait, and those that are running.
struct Reads<'a> {
    document: &'a StateDocument,
    access: &'a Access,
    limiter: &'a Arc<RateLimiter>,
    purpose: Purpose,
    listed: Arc<Listed>,
    waiting: VecDeque<(&'a Address, &'a ResourceRecord, String, Implementation)>,
    running: JoinSet<Read>,
    /// Those that cannot be made, because the recorded inputs do not fit.
    unfit: Vec<(Address, Error)>,
}

impl<'a> Reads<'a> {
    fn new(
        document: &'a StateDocument,
        access: &'a Access,
        limiter: &'a Arc<RateLimiter>,
        purpose: Purpose,
        unfit: &BTreeMap<Address, Error>,
    ) -> Result<Self, Failure> {
        let (mut waiting, mut unread) = (VecDeque::new(), Vec::new());
        for (address, record) in &document.resources {
            let Some(id) = record.id.clone() else { continue };
            let kind = access.implementation(address)?;
            // A pause leaves these alone, whatever AWS says about them.
            if purpose.target == Target::Paused && is_kept_by_a_pause(&kind, record) {
                continue;
            }
            match unfit.get(address) {
                Some(error) => unread.push((address.clone(), error.clone())),
                None => waiting.push_back((address, record, id, kind)),
            }
        }
        let listed = Arc::new(Listed::new(&access.aws, &document.scope, alarm_names(document)));
        Ok(Self { document, access, limiter, purpose, listed, waiting, running: JoinSet::new(), unfit: unread })
    }

    /// Starts as many reads as may run at once.
    fn start(&mut self) {
        while self.running.len() < AT_ONCE
            && let Some((address, record, id, kind)) = self.waiting.pop_front()
        {
            let propagation = self.access.propagation;
            let mut context = self.access.context(self.document, address, record.generation);
            // A list may not show the last change of a resource.
            context.listed = (!record.pending).then(|| ListReader::new(&self.listed));
            let (address, last, limiter) = (address.clone(), record.inputs.clone(), Arc::clone(self.limiter));
            let mut delays = (record.pending || !self.purpose.at_rest).then(|| propagation.delays());
            let attempted = if self.purpose.tolerant { Vec::new() } else { record.attempted.clone() };
            let span = debug_span!("observe", %address);
            let read = async move {
                let mut retry = Retry::for_reads(propagation);
                let mut looks = drift_looks(&kind, propagation);
                let live = loop {
                    let read = || kind.provider.read(&context, &id, &last);
                    let found = retry.attempt(&limiter, (kind.name(), CallKind::Read), read).await;
                    let is_listed = context.listed.take().is_some_and(|lists| lists.is_used());
                    match found {
                        // A list may lag behind: a difference that it shows is looked up.
                        Ok(live) if is_listed && live.as_ref().is_none_or(|live| live.inputs != last) => {}
                        Ok(None) if let Some(delay) = delays.as_mut().and_then(Iterator::next) => {
                            tokio::time::sleep(delay).await
                        }
                        Ok(Some(live))
                            if live.inputs != last
                                && let Some(delay) = looks.next() =>
                        {
                            tokio::time::sleep(delay).await
                        }
                        Ok(live) => break live,
                        Err(error) => return (address, Err(error)),
                    }
                };
                let Some(now) = live.as_ref().filter(|_| !attempted.is_empty()) else {
                    return (address, Ok((live, None)));
                };
                let mut possible: Vec<Value> = Vec::new();
                for inputs in &attempted {
                    let read = || kind.provider.read(&context, &id, inputs);
                    match retry.attempt(&limiter, (kind.name(), CallKind::Read), read).await {
                        Ok(Some(other)) if other.inputs != now.inputs && !possible.contains(&other.inputs) => {
                            possible.push(other.inputs);
                        }
                        Ok(_) => {}
                        Err(error) => return (address, Err(error)),
                    }
                }
                (address, Ok((live, Some(possible))))
            };
            self.running.spawn(read.instrument(span));
        }
    }
}

/// Returns the names of the recorded alarms.
fn alarm_names(document: &StateDocument) -> Vec<String> {
    let alarms = document.resources.iter().filter(|(address, _)| address.kind() == Alarm::KIND);
    alarms.filter_map(|(_, record)| record.id.clone()).collect()
}

/// Returns whether a pause leaves a resource as it is. The planner decides the same.
fn is_kept_by_a_pause(kind: &Implementation, record: &ResourceRecord) -> bool {
    match kind.kind.paused(&record.declaration()) {
        Ok(on_pause) => matches!(on_pause, OnPause::Keep),
        Err(_) => kind.kind.info().persistence == Persistence::Durable,
    }
}
