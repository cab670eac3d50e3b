//! Asking, before a plan deletes resources, whether they hold data.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::{Instrument as _, debug_span};

use super::access::Access;
use super::event::Event;
use super::failure::Failure;
use super::observe::{AT_ONCE, Observed};
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use crate::sdk::{Error, ErrorKind};
use ebbtide::plan::{Plan, Purpose};
use ebbtide::planner;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, LiveState, Readiness};

/// Returns the resources whose current generation a plan deletes for good although their data was not named.
pub(super) fn deleted_unnamed<'a>(
    plan: &'a Plan,
    document: &'a StateDocument,
) -> impl Iterator<Item = &'a Address> + use<'a> {
    plan.operations.iter().filter_map(|operation| {
        let deletion = operation.deletion()?;
        let record = document.resources.get(&operation.address)?;
        let is_current = record.generation == operation.generation && record.id.is_some();
        (is_current && !deletion.include_data && deletion.purpose != Purpose::Sleep).then_some(&operation.address)
    })
}

/// A look for data in the resources of a stack.
pub(super) struct Ask<'a> {
    pub(super) document: &'a StateDocument,
    pub(super) access: &'a Access,
    pub(super) limiter: &'a Arc<RateLimiter>,
    /// Whether the plan acts on the record, so that a resource that does not answer only concerns itself.
    pub(super) tolerant: bool,
    pub(super) on_event: &'a (dyn Fn(Event) + Sync),
}

impl Ask<'_> {
    /// Asks for the data of those of these resources where that takes calls of its own, unless it was asked before, and notes the
    /// answers in the observation. Returns whether anything was asked.
    ///
    /// Where the plan acts on the record, a resource that does not answer is reported and counts as without data: its deletion asks once
    /// more, and fails alone.
    pub(super) async fn for_data(
        &self,
        addresses: BTreeSet<Address>,
        observed: &mut Observed,
    ) -> Result<bool, Failure> {
        let Self { document, access, .. } = self;
        let mut waiting = VecDeque::new();
        for address in addresses {
            let Some(id) = document.resources.get(&address).and_then(|record| record.id.clone()) else { continue };
            let kind = access.implementation(&address)?;
            let is_there = !matches!(observed.observation.get(&address), Some(planner::Observed::Missing))
                && !observed.unread.contains(&address)
                && !observed.unfit.contains_key(&address);
            if kind.provider.asks_for_data() && is_there && observed.asked.insert(address.clone()) {
                waiting.push_back((address, id, kind));
            }
        }
        let is_asked = !waiting.is_empty();
        let mut running: JoinSet<(Address, Result<Option<String>, Error>)> = JoinSet::new();
        let mut failures = Vec::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((address, id, kind)) = waiting.pop_front()
            {
                let generation = document.resources.get(&address).map_or(1, |record| record.generation);
                let context = access.context(document, &address, generation);
                let (limiter, mut retry) = (Arc::clone(self.limiter), Retry::for_reads(access.propagation));
                let span = debug_span!("data", %address);
                let ask = async move {
                    let look = || kind.provider.data(&context, &id);
                    let data = retry.attempt(&limiter, (kind.name(), CallKind::Read), look).await;
                    (address, data)
                };
                running.spawn(ask.instrument(span));
            }
            let Some(answer) = running.join_next().await else { break };
            // A task that panicked takes the command with it.
            match answer.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
                (address, Ok(Some(data))) => {
                    let Some(record) = document.resources.get(&address) else { continue };
                    let entry = observed.observation.0.entry(address).or_insert_with(|| as_recorded(record));
                    if let planner::Observed::Present(live) = entry {
                        live.data = Some(data);
                    }
                }
                (_, Ok(None)) => {}
                (address, Err(error)) => failures.push((address, error)),
            }
        }
        failures.sort_by(|one, other| one.0.cmp(&other.0));
        let is_fatal = |error: &Error| !self.tolerant || error.kind == ErrorKind::Credentials;
        if failures.iter().any(|(_, error)| is_fatal(error)) {
            return Err(Failure::unreadable(failures));
        }
        for (address, error) in failures {
            (self.on_event)(Event::unreadable(&address, &error));
            observed.unread.insert(address);
        }
        Ok(is_asked)
    }
}

/// Returns the observation of a resource that is ready and as recorded.
fn as_recorded(record: &ResourceRecord) -> planner::Observed {
    planner::Observed::Present(Box::new(LiveState {
        inputs: record.inputs.clone(),
        outputs: record.outputs.clone(),
        readiness: Readiness::Ready,
        data: None,
        pause_snapshot: None,
    }))
}
