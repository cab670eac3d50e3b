//! The rates of a stack at each state that a schedule asks for, and their average over a time.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{AmountRange, Capacity, Costs, Pricing, Rates, Standing};
use crate::plan::Target;
use crate::resource::{Address, Charge, Fleet, Registry};
use crate::schedule::{self, Preview};

/// The states of a stack, each with the dollars of an hour.
type Known = Vec<((Target, schedule::Capacity), AmountRange)>;

/// The rates of a stack, running and paused.
#[derive(Debug)]
pub struct Levels {
    running: Rates,
    paused: Rates,
    /// The scaled variants, by the name that a schedule calls them.
    scaled: BTreeMap<String, Vec<(Address, String)>>,
    known: RefCell<Known>,
}

/// A state of a stack, and the share of the time in which it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The target.
    pub target: Target,
    /// The bounds of endpoints.
    pub capacity: schedule::Capacity,
    /// The share, from 0 to 1.
    pub share: f64,
}

impl Share {
    /// Returns the states of a preview, and their shares of its time.
    pub fn of(preview: &Preview) -> Vec<Self> {
        let mut shares: Vec<Self> = Vec::new();
        let seconds = |begin, end: jiff::Timestamp| end.duration_since(begin).as_secs_f64().max(0.0);
        let all = seconds(preview.from, preview.to);
        for stretch in &preview.stretches {
            let share = if all > 0.0 { seconds(stretch.begin, stretch.end) / all } else { 0.0 };
            let same = |one: &&mut Self| one.target == stretch.target && one.capacity == stretch.capacity;
            match shares.iter_mut().find(same) {
                Some(one) => one.share += share,
                None => shares.push(Self { target: stretch.target, capacity: stretch.capacity.clone(), share }),
            }
        }
        shares
    }

    /// Returns one state that holds all the time.
    pub fn always(target: Target) -> Vec<Self> {
        vec![Self { target, capacity: schedule::Capacity::new(), share: 1.0 }]
    }
}

impl Levels {
    /// Takes the rates of a stack from the resources that exist while it runs.
    pub fn new(running: &Standing, kinds: &Registry) -> Self {
        Self {
            running: running.rates(kinds),
            paused: running.paused(kinds).rates(kinds),
            scaled: running.scaled(kinds),
            known: RefCell::default(),
        }
    }

    /// Returns the rates in a state: with the least instances that scaling leaves, and with the most that it adds.
    pub fn at(&self, target: Target, capacity: &schedule::Capacity) -> [Rates; 2] {
        match target {
            Target::Running => {
                let rates = self.bounded(capacity);
                [rates.at(Capacity::Least), rates.at(Capacity::Most)]
            }
            Target::Paused => [self.paused.at(Capacity::Least), self.paused.at(Capacity::Most)],
            Target::Destroyed => [Rates::default(), Rates::default()],
        }
    }

    /// Returns the rates of the running stack, with the bounds that a schedule sets.
    fn bounded(&self, capacity: &schedule::Capacity) -> Rates {
        let mut rates = self.running.clone();
        for (name, bounds) in capacity {
            // A name that this stack does not have is that of another stack of the environment.
            for (endpoint, variant) in self.scaled.get(name).into_iter().flatten() {
                let of = rates.scaling.entry(endpoint.clone()).or_default();
                of.insert(variant.clone(), (bounds.min, bounds.max));
            }
        }
        rates
    }

    /// Returns the dollars of an hour in a state, without charges by use.
    pub fn hourly(&self, target: Target, capacity: &schedule::Capacity, pricing: &Pricing<'_>) -> AmountRange {
        let key = (target, capacity.clone());
        if let Some((_, known)) = self.known.borrow().iter().find(|(other, _)| *other == key) {
            return *known;
        }
        let [low, high] = self.at(target, capacity).map(|rates| Costs::of(&rates, pricing).total.hourly);
        let hourly = AmountRange { low, high };
        self.known.borrow_mut().push((key, hourly));
        hourly
    }

    /// Returns the average rates over states: with the least instances, and with the most.
    pub fn average(&self, shares: &[Share]) -> [Rates; 2] {
        let parts: Vec<_> = shares.iter().map(|one| (one.share, self.at(one.target, &one.capacity))).collect();
        [0, 1].map(|bound| average(parts.iter().map(|(share, rates)| (*share, &rates[bound]))))
    }

    /// Returns the average rates over states if the greatest number of instances that any of them allows ran all the time that
    /// the stack runs: the bounds of windows never below those that are declared.
    pub fn at_peak(&self, shares: &[Share]) -> Rates {
        let mut peak = self.running.clone();
        for share in shares.iter().filter(|share| share.target == Target::Running) {
            let bounded = self.bounded(&share.capacity);
            for (endpoint, variants) in bounded.scaling {
                for (variant, (_, max)) in variants {
                    let of = peak.scaling.entry(endpoint.clone()).or_default().entry(variant).or_insert((0, max));
                    of.1 = of.1.max(max);
                }
            }
        }
        let (peak, paused) = (peak.at(Capacity::Most), self.paused.at(Capacity::Most));
        let rates = |target| match target {
            Target::Running => Some(&peak),
            Target::Paused => Some(&paused),
            Target::Destroyed => None,
        };
        average(shares.iter().filter_map(|one| Some((one.share, rates(one.target)?))))
    }

    /// Returns the rates while the stack runs, as declared.
    pub fn running(&self) -> &Rates {
        &self.running
    }

    /// Returns the rates while the stack is paused.
    pub fn paused(&self) -> &Rates {
        &self.paused
    }
}

/// Returns the average of rates, each with its share of the time. Hours and months count by their share. The use of a month is
/// given as a whole, so it counts if there is a resource for it at any time.
fn average<'a>(parts: impl Iterator<Item = (f64, &'a Rates)>) -> Rates {
    let mut all = Rates::default();
    for (share, rates) in parts.filter(|(share, _)| *share > 0.0) {
        all.unknown.extend(rates.unknown.clone());
        all.free.extend(rates.free.clone());
        for (address, charges) in &rates.resources {
            let own = all.resources.entry(address.clone()).or_default();
            let mut seen = vec![0.0; own.len()];
            for charge in charges {
                let at = own.iter().position(|other| is_same(other, charge)).unwrap_or_else(|| {
                    own.push(empty(charge));
                    seen.push(0.0);
                    own.len() - 1
                });
                seen[at] += charge.total();
            }
            for (charge, units) in own.iter_mut().zip(seen) {
                charge.quantity = match charge.is_by_time() {
                    true => charge.quantity + units * share,
                    false => charge.quantity.max(units),
                };
            }
        }
    }
    all
}

fn is_same(one: &Charge, other: &Charge) -> bool {
    let variant = |charge: &Charge| charge.fleet.as_ref().map(|fleet| fleet.variant.clone());
    one.item == other.item && one.per == other.per && variant(one) == variant(other)
}

/// Returns a charge of no units, of the same kind. Its quantity is that of all instances together.
fn empty(charge: &Charge) -> Charge {
    let fleet = charge.fleet.as_ref().map(|fleet| Fleet { variant: fleet.variant.clone(), count: 1.0 });
    Charge { item: charge.item.clone(), quantity: 0.0, per: charge.per.clone(), fleet }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(charges: Vec<Charge>) -> Rates {
        let mut rates = Rates::default();
        rates.resources.insert("sagemaker_endpoint.llm".parse().unwrap(), charges);
        rates
    }

    #[test]
    fn hours_count_by_their_share_and_the_use_of_a_month_counts_once() {
        let day =
            rates(vec![Charge::hourly("a", 1.0).each("v", 4), Charge::by_use("b", "data"), Charge::monthly("c", 2.0)]);
        let evening = rates(vec![Charge::hourly("a", 1.0).each("v", 1), Charge::by_use("b", "data")]);
        let night = rates(vec![]);
        let average = average([(0.25, &day), (0.25, &evening), (0.5, &night)].into_iter());
        let totals: Vec<_> =
            average.resources.values().flatten().map(|charge| (charge.item.as_str(), charge.total())).collect();
        assert_eq!(totals, [("a", 1.25), ("b", 1.0), ("c", 0.5)]);
    }

    #[test]
    fn a_charge_that_is_there_twice_counts_twice() {
        let twice = rates(vec![Charge::hourly("a", 1.0), Charge::hourly("a", 2.0)]);
        let average = average([(0.5, &twice), (0.5, &twice)].into_iter());
        let charges: Vec<_> = average.resources.values().flatten().map(Charge::total).collect();
        assert_eq!(charges, [3.0]);
    }
}
