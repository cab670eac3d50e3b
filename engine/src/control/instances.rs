//! Counting instances: the ledger of a stack knows those that a run makes, and scaling varies them after that.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::controller::{Connected, Controller};
use super::report::StackReport;
use crate::apply::note_instances;
use crate::state::StateError;
use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::cost::ledger::recorded_bills;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, Resource as _};

/// The shortest time between two counts of a stack. Numbers are certain for three times as long.
const EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The most by which clocks differ in use. A ledger that is further ahead than that was written by a clock that was wrong.
const LATEST_AHEAD: SignedDuration = SignedDuration::from_mins(1);

impl Controller {
    /// Counts the instances of the running stacks where scaling varies them, and notes them in their ledgers. AWS out of reach is
    /// a remark of the stack, and no failure: the ledger has bounds for the time until the next count. `counted` has the
    /// time of the last count of each stack, for a process that looks all the time.
    pub(super) async fn count_instances(
        &self,
        reports: &mut [StackReport],
        connected: &Connected,
        counted: &mut BTreeMap<String, Timestamp>,
    ) {
        let now = (self.clock)();
        for report in reports {
            let running = report.look.as_deref().map(|look| &look.document);
            let running = running.filter(|document| document.target == Target::Running && document.run.is_none());
            let Some(document) = running else { continue };
            let endpoints = varying(document, self.providers.kinds());
            let is_new = |last: &Timestamp| is_recent(*last, document, now);
            if endpoints.is_empty() || counted.get(&report.stack).is_some_and(is_new) {
                continue;
            }
            match self.count(&report.stack, document, &endpoints, connected).await {
                Ok(last) => drop(counted.insert(report.stack.clone(), last)),
                Err(error) => {
                    let message =
                        format!("its instances were not counted, so that the ledger has bounds for them: {error}");
                    report.message = report.message.take().or(Some(message));
                }
            }
        }
    }

    /// Counts the instances of a stack, unless its ledger has an entry that is new enough. Returns the time of the last entry.
    async fn count(
        &self,
        stack: &str,
        document: &StateDocument,
        endpoints: &BTreeMap<Address, String>,
        connected: &Connected,
    ) -> Result<Timestamp, String> {
        let now = (self.clock)();
        let state = self.state(stack).await.map_err(|error| error.to_string())?;
        let end = state.ledger_end(&document.lineage, None).await.map_err(|error| error.to_string())?;
        if let Some(last) = end.at.filter(|last| *last > now) {
            return match last.duration_since(now) > LATEST_AHEAD {
                true => Err(format!(
                    "the last entry of the ledger is of {last:.0}, after this clock's {now:.0}: check the clocks of the \
                     machines that look after the stack; the next run, or this clock once it is past that, goes on"
                )),
                false => Ok(last),
            };
        }
        if let Some(last) = end.at.filter(|last| is_recent(*last, document, now)) {
            return Ok(last);
        }
        let connection = self.connection(connected).await.map_err(|error| error.to_string())?;
        let mut seen = BTreeMap::new();
        for (address, id) in endpoints {
            let Some(implementation) = self.providers.get(address.kind()) else { continue };
            let found = implementation.provider.instances(&connection.clients.aws, &[id]).await;
            seen.extend(found.map_err(|error| error.to_string())?.remove(id).map(|counts| (address.clone(), counts)));
        }
        let owner = self.owner();
        let now = owner.since;
        match note_instances(&state, owner, &seen, now, self.providers.kinds()).await {
            // The command that is at work on the stack changes its bills; the next look counts.
            Err(StateError::Locked { .. }) | Ok(()) => Ok(now),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Returns whether instances need not be counted again after a count, or another entry of the ledger. A run that ended since then
/// may have brought back more of them than are declared.
fn is_recent(last: Timestamp, document: &StateDocument, now: Timestamp) -> bool {
    let has_run = document.ended.as_ref().is_some_and(|ended| last <= ended.ended);
    last <= now && now.duration_since(last) < EVERY && !has_run
}

/// Returns the ids of the resources whose instances scaling varies.
fn varying(document: &StateDocument, kinds: &Registry) -> BTreeMap<Address, String> {
    if !document.resources.keys().any(|address| address.kind() == ScalableTarget::KIND) {
        return BTreeMap::new();
    }
    let varies = |bounds: &(u32, u32)| bounds.0 < bounds.1;
    let bills = recorded_bills(document, kinds).into_iter();
    let varying = bills.filter(|(_, bill)| bill.scaling.values().any(varies));
    varying.filter_map(|(address, _)| Some((address.clone(), document.resources.get(&address)?.id.clone()?))).collect()
}
