//! The report on a month: what a stack would cost always on, what it costs as it is, and which strategy saves how much.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::break_even::BreakEven;
use super::{
    Amount, AmountRange, Capacity, Costs, Difference, DifferenceRange, Levels, Pricing, Rates, Scheduled, Share,
    Standing,
};
use crate::plan::Target;
use crate::resource::{Address, Registry, component_of};
use crate::schedule::{Schedule, preview};

/// The report on a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The hours of a month.
    pub hours_per_month: f64,
    /// The dollars of a month in which the stack always runs, with the most instances that scaling or a window allows, and with
    /// all objects in standard storage.
    pub baseline: Amount,
    /// The dollars of a month in which the stack always runs with the number of instances that is declared.
    pub declared: Amount,
    /// What each strategy saves of it, in this order: the next one saves from what the one before left.
    pub savings: Vec<Saving>,
    /// The dollars of a month as it is: the baseline without the savings.
    pub as_it_is: AmountRange,
    /// The month that follows the schedule; `None` without one.
    pub scheduled: Option<Scheduled>,
    /// The target that holds all the time; `None` with a schedule.
    pub always: Option<Target>,
    /// The components, the dearest first.
    pub components: Vec<ComponentReport>,
    /// While the stack is paused: what remains, by resource.
    pub paused: Costs,
    /// When a pause pays.
    pub break_even: BreakEven,
    /// As it is, with the most instances.
    #[serde(skip)]
    pub most: Costs,
}

/// The dollars of a month that a strategy saves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Saving {
    /// The strategy.
    pub strategy: Strategy,
    /// The dollars: at least, with the most instances, and at most, with the least. Less than 0 if it costs more than it saves.
    pub monthly: DifferenceRange,
}

/// The ways to save.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The stack is paused at times.
    Pause,
    /// Windows of the schedule allow fewer instances than the most.
    Schedule,
    /// Scaling takes away instances that are not needed.
    Scaling,
    /// Objects move to cheaper storage.
    StorageLifecycle,
}

/// The dollars of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentReport {
    /// The name of the component.
    pub component: String,
    /// In the baseline.
    pub baseline: Amount,
    /// As it is.
    pub as_it_is: AmountRange,
    /// While the stack is paused.
    pub paused: Amount,
}

impl Report {
    /// Reports on a stack from the resources that exist while it runs. `target` holds all the time without a schedule, and
    /// `lead` is the time that the stack needs to come up.
    pub fn new(
        running: &Standing,
        kinds: &Registry,
        (schedule, target): (Option<&Schedule>, Target),
        (from, lead): (Timestamp, SignedDuration),
        pricing: &Pricing<'_>,
    ) -> Self {
        let levels = Levels::new(running, kinds);
        let scheduled = schedule.map(|schedule| Scheduled::new(&levels, schedule, (from, lead), pricing));
        let shares = match schedule {
            Some(schedule) => Share::of(&preview(schedule, from, Scheduled::DAYS, lead)),
            None => Share::always(target),
        };
        let price = |rates: &Rates| Costs::of(rates, pricing);
        let plain = |rates: &Rates| price(&without_lifecycle(rates));
        // The peak is the one of all windows, also where the stack always runs.
        let always: Vec<Share> = shares.iter().map(|one| Share { target: Target::Running, ..one.clone() }).collect();
        let baseline = plain(&levels.at_peak(&always));
        let paused_at_times = plain(&levels.at_peak(&shares));
        let [low, high] = levels.average(&shares);
        let [windows_low, windows_high] = [plain(&low), plain(&high)];
        let (least, most) = (price(&low), price(&high));
        let as_it_is = AmountRange { low: least.total.monthly, high: most.total.monthly };
        let (none, all) = (BTreeSet::new(), levels.running().resources.keys().cloned().collect());
        let less = |one: &Costs, two: &Costs| one.less(two, &none).monthly;
        // With and without its lifecycle, a stack has the same resources at the same times.
        let moved = |plain: &Costs, as_it_is: &Costs| plain.less(as_it_is, &all).monthly;
        let saving = |strategy, low, high| Saving { strategy, monthly: DifferenceRange { low, high } };
        let exactly = |strategy, difference| saving(strategy, difference, difference);
        let savings = vec![
            exactly(Strategy::Pause, less(&baseline, &paused_at_times)),
            exactly(Strategy::Schedule, less(&paused_at_times, &windows_high)),
            saving(Strategy::Scaling, Difference::ZERO, less(&windows_high, &windows_low)),
            saving(Strategy::StorageLifecycle, moved(&windows_high, &most), moved(&windows_low, &least)),
        ];
        let paused = price(levels.paused());
        Self {
            hours_per_month: pricing.hours,
            baseline: baseline.total.monthly,
            declared: price(&levels.running().at(Capacity::Declared)).total.monthly,
            savings,
            as_it_is,
            always: scheduled.is_none().then_some(target),
            scheduled,
            components: components(&levels, &baseline, [&least, &most], &paused),
            break_even: BreakEven::new(&levels, lead, pricing),
            paused,
            most,
        }
    }

    /// Returns the dollars that all strategies save together.
    pub fn saved(&self) -> DifferenceRange {
        self.savings.iter().fold(DifferenceRange::ZERO, |sum, saving| sum + saving.monthly)
    }
}

impl Strategy {
    /// Returns the strategy in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Schedule => "schedule of capacity",
            Self::Scaling => "scaling",
            Self::StorageLifecycle => "storage lifecycle",
        }
    }
}

/// Returns the rates if all objects were in standard storage: without the charges for moving and retrieving them.
fn without_lifecycle(rates: &Rates) -> Rates {
    let mut plain = rates.clone();
    for charges in plain.resources.values_mut() {
        let in_class = |item: &str| item.starts_with("s3.") && !item.starts_with("s3.standard.");
        charges.retain(|charge| !in_class(&charge.item) || charge.item.ends_with(".storage"));
        for charge in charges.iter_mut().filter(|charge| in_class(&charge.item) && charge.is_by_use()) {
            "s3.standard.storage".clone_into(&mut charge.item);
        }
    }
    plain
}

/// Returns the dollars of each component, the dearest first.
fn components(levels: &Levels, baseline: &Costs, [least, most]: [&Costs; 2], paused: &Costs) -> Vec<ComponentReport> {
    let all = [baseline, least, most, paused];
    // Free resources give their components a name too.
    let addresses = || levels.running().resources.keys();
    let names: BTreeSet<&str> = addresses().map(Address::name).collect();
    let sums = all.map(|costs| {
        let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
        for (address, total) in costs.by_resource() {
            *sums.entry(component_of(address, &names)).or_insert(Amount::ZERO) += total.monthly;
        }
        sums
    });
    let found: BTreeSet<&str> = addresses().map(|address| component_of(address, &names)).collect();
    let of = |index: usize, name: &str| sums[index].get(name).copied().unwrap_or(Amount::ZERO);
    let report = |name: &str| ComponentReport {
        component: name.to_owned(),
        baseline: of(0, name),
        as_it_is: AmountRange { low: of(1, name), high: of(2, name) },
        paused: of(3, name),
    };
    let mut reports: Vec<_> = found.into_iter().map(report).collect();
    reports
        .retain(|one| one.baseline != Amount::ZERO || one.as_it_is != AmountRange::ZERO || one.paused != Amount::ZERO);
    reports.sort_by(|one, two| two.baseline.known().total_cmp(&one.baseline.known()));
    reports
}
