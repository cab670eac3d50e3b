//! The rates of a stack to come: as the loop would decide until the end of the month.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::budget::{Outlook, Spend};
use ebbtide::cost::{self, Costs, Pricing, Rates, Standing};
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, Resource as _};
use ebbtide::schedule::{Bounds, Capacity, Decision, Idleness, Limit, Schedule, Situation, decide};

/// The stretches of a month that are looked at. A schedule that changes more often is followed that far, and goes on as it is.
const MOST_STRETCHES: usize = 2000;

/// The rates of a recorded stack, running and paused.
pub(super) struct Standings<'a> {
    document: &'a StateDocument,
    pricing: &'a Pricing<'a>,
    running: Rates,
    paused: Rates,
    /// The scaled endpoints, by the name that a schedule calls them.
    endpoints: BTreeMap<String, Vec<Address>>,
    /// Those that were computed.
    known: RefCell<Vec<((Target, Capacity, bool), Spend)>>,
}

impl<'a> Standings<'a> {
    pub(super) fn new(document: &'a StateDocument, kinds: &Registry, pricing: &'a Pricing<'a>) -> Self {
        let declared = Standing::declared(&document.declarations());
        let targets = document.resources.iter().filter(|(address, _)| address.kind() == ScalableTarget::KIND);
        let endpoints = targets.map(|(address, record)| {
            (address.name().to_owned(), record.depends_on.iter().cloned().collect::<Vec<_>>())
        });
        Self {
            document,
            pricing,
            running: declared.rates(kinds),
            paused: declared.paused(kinds).rates(kinds),
            endpoints: endpoints.collect(),
            known: RefCell::default(),
        }
    }

    /// Returns the dollars of an hour under a decision. Scaling between bounds makes them a range.
    fn hourly(&self, decision: &Decision) -> Spend {
        let key = (decision.target, decision.capacity.clone(), decision.reduce);
        if let Some((_, known)) = self.known.borrow().iter().find(|(other, _)| *other == key) {
            return *known;
        }
        let hourly = match decision.target {
            Target::Running => self.running_with(&decision.capacity, decision.reduce),
            Target::Paused => self.between(&self.paused, &self.paused),
            Target::Destroyed => Spend::default(),
        };
        self.known.borrow_mut().push((key, hourly));
        hourly
    }

    fn running_with(&self, capacity: &Capacity, reduce: bool) -> Spend {
        let mut rates = self.running.clone();
        for (name, Bounds { min, max }) in capacity {
            for endpoint in self.endpoints.get(name).into_iter().flatten() {
                for bounds in rates.scaling.get_mut(endpoint).into_iter().flat_map(BTreeMap::values_mut) {
                    *bounds = (*min, *max);
                }
            }
        }
        let least = rates.at(cost::Capacity::Least);
        match reduce {
            true => self.between(&least, &least),
            false => self.between(&least, &rates.at(cost::Capacity::Most)),
        }
    }

    fn between(&self, least: &Rates, most: &Rates) -> Spend {
        let hourly = |rates| Costs::of(rates, self.pricing).total.hourly;
        Spend::of(hourly(least), hourly(most))
    }
}

/// Returns the stretches of time until an instant with their rates, as ticks would decide if nothing but time changes.
pub(super) fn outlook(
    standings: &Standings<'_>,
    (schedule, limit, lead): (Option<&Schedule>, Option<&Limit>, SignedDuration),
    now: Timestamp,
    end: Timestamp,
) -> Vec<Outlook> {
    let document = standings.document;
    let mut stretches = Vec::new();
    let mut at = now;
    let mut recorded = document.target;
    while at < end {
        let decision = decide(&Situation {
            schedule,
            hold: document.hold.as_ref(),
            limit,
            idle: Idleness::default(),
            recorded,
            now: at,
            lead,
        });
        recorded = decision.target;
        let next = decision.until.filter(|until| *until > at && stretches.len() < MOST_STRETCHES);
        let to = next.map_or(end, |until| until.min(end));
        let hours = to.duration_since(at).as_secs_f64() / 3600.0;
        stretches.push(Outlook { hours, hourly: standings.hourly(&decision) });
        at = to;
    }
    stretches
}
