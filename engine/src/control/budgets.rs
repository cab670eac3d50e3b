//! The budgets of stacks and of the environment: what the guard finds, and what is said about it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::accounts::{Account, Figures, price_book, pricing};
use super::reconciliation::{self, Reconciliation};
use crate::environment::Environment;
use ebbtide::budget::{
    Action, Budget, Day, Spend, Spending, Spike, SpikeCause, Verdict, guard, is_of_a_clock_ahead, reason, spike,
};
use ebbtide::record::StateDocument;
use ebbtide::resource::Registry;
use ebbtide::schedule::{BudgetOf, Hold, Latch, Limit};

/// A budget, and what the guard finds.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The budget.
    pub of: BudgetOf,
    /// Its rules.
    pub budget: Budget,
    /// The spending.
    pub spending: Spending,
    /// The ledgers beside Cost Explorer, whose excess is part of the spending. Empty unless the budget is reconciled.
    pub reconciled: Vec<Reconciliation>,
    /// The rules that are reached.
    pub verdict: Verdict,
    /// The present day, if it costs more than such days do.
    pub spike: Option<Spike>,
    /// The first instant that a ledger knows of.
    pub since: Option<Timestamp>,
    /// Whether some record or ledger cannot be read: the spending is this much at least.
    pub incomplete: bool,
}

/// All budgets of an environment.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    /// That of all stacks together.
    pub environment: Option<Evaluated>,
    /// Those of stacks.
    pub stacks: BTreeMap<String, Evaluated>,
    /// What could not be read.
    pub faults: Vec<String>,
    /// Why the records of some stacks could not be read.
    record_faults: BTreeMap<String, String>,
    /// Why the ledgers of some stacks could not be read.
    ledger_faults: BTreeMap<String, String>,
    /// Why some prices were left out.
    price_fault: Option<String>,
    /// The stacks that say why Cost Explorer has no answer, each with the identity of the reason.
    unbilled: BTreeMap<String, (String, String)>,
}

/// What budgets ask of one stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guarded {
    /// The limits in force.
    pub limits: Vec<Limit>,
    /// The rules that were reached this month, to be recorded.
    pub latches: Vec<Latch>,
    /// The identity of what is new, and the rules in words. That of the environment is said with one stack only.
    pub news: Vec<(String, String)>,
    /// The spikes of the day: identity and words.
    pub spikes: Vec<(String, String)>,
    /// Why Cost Explorer has no answer: identity and words. A reason of several stacks is said with one only.
    pub unbilled: Option<(String, String)>,
    /// The recorded rules that begin after now: a clock that was ahead made them, and they are dropped.
    pub ahead: Vec<Latch>,
    /// What could not be read.
    pub fault: Option<String>,
}

/// Evaluates all budgets of an environment. `unreadable` has the stacks whose records cannot be read, and why: what these have
/// spent is not known.
pub fn evaluate(
    environment: &Environment,
    kinds: &Registry,
    (accounts, unreadable): (&[Account], &BTreeMap<String, String>),
    now: Timestamp,
) -> Budgets {
    if !environment.has_budgets() {
        return Budgets::default();
    }
    let (book, fault) = price_book(environment);
    let pricing = pricing(&book, environment, now);
    let ledger_faults = accounts.iter().filter_map(|account| Some((account.stack.clone(), account.fault.clone()?)));
    let ledger_faults: BTreeMap<String, String> = ledger_faults.collect();
    let common = environment.common_budget();
    let is_counted = |stack: &str| common.is_some() || environment.budget(stack).is_some();
    let unreadable: Vec<(&String, &String)> = unreadable.iter().filter(|(stack, _)| is_counted(stack)).collect();
    let record_faults =
        unreadable.iter().map(|(stack, why)| ((*stack).clone(), format!("what {stack} has spent is not known: {why}")));
    let record_faults: BTreeMap<String, String> = record_faults.collect();
    let faults = ledger_faults.values().chain(record_faults.values()).cloned().chain(fault.clone()).collect();
    let of_environment: Vec<Latch> = latched(accounts, BudgetOf::Environment);
    let mut total = if unreadable.is_empty() { NOTHING } else { UNKNOWN };
    let (mut today, mut earlier) = (None, BTreeMap::new());
    let mut stacks = BTreeMap::new();
    let mut reconciled: Vec<Reconciliation> = Vec::new();
    for account in accounts {
        let own = environment.budget(&account.stack);
        if own.is_none() && common.is_none() {
            continue;
        }
        let latches = &account.document.latches;
        let both = [own.map(|own| (BudgetOf::Stack, own)), common.map(|common| (BudgetOf::Environment, common))];
        // The limits that are in force already: the forecast knows them.
        let limits = both.into_iter().flatten().filter_map(|budget| {
            let known = if budget.0 == BudgetOf::Stack { latches } else { &of_environment };
            guard(budget, &NOTHING, known, now).limit(now)
        });
        let limit = strongest(limits.collect(), account.document.hold.as_ref(), now);
        let Figures { spending, days } = account.figures((environment, kinds), &pricing, limit.as_ref(), now);
        let Some((day, days)) = days.split_first() else { continue };
        let billed = environment.reconciles(&account.stack).then(|| Reconciliation::of(account, &pricing, now));
        let spending = spending.raised(billed.as_ref().map_or(0.0, Reconciliation::excess));
        reconciled.extend(billed.clone());
        total.actual += spending.actual;
        total.forecast += spending.forecast;
        let sum: &mut Day = today.get_or_insert(Day { spent: Spend::default(), ..*day });
        sum.spent += day.spent;
        days.iter().for_each(|day| *earlier.entry(day.date).or_insert_with(Spend::default) += day.spent);
        if let Some(budget) = own {
            let verdict = guard((BudgetOf::Stack, budget), &spending, latches, now);
            let (of, spike, since) = (BudgetOf::Stack, spike(*day, days, budget.daily), account.since());
            let incomplete = account.fault.is_some();
            let (budget, reconciled) = (budget.clone(), billed.into_iter().collect());
            let evaluated = Evaluated { of, budget, spending, reconciled, verdict, spike, since, incomplete };
            stacks.insert(account.stack.clone(), evaluated);
        }
    }
    for (stack, _) in &unreadable {
        let Some(budget) = environment.budget(stack) else { continue };
        stacks.insert((*stack).clone(), Evaluated::unknown(budget));
    }
    let unbilled = reconciliation::news(&reconciled);
    let environment = common.map(|budget| {
        let verdict = guard((BudgetOf::Environment, budget), &total, &of_environment, now);
        let history: Vec<Day> = earlier.into_iter().map(|(date, spent)| Day { date, spent }).collect();
        let spike = today.and_then(|today| spike(today, &history, budget.daily));
        let since = accounts.iter().filter_map(Account::since).min();
        let (of, incomplete) = (BudgetOf::Environment, !unreadable.is_empty() || !ledger_faults.is_empty());
        let (budget, spending) = (budget.clone(), total);
        Evaluated { of, budget, spending, reconciled, verdict, spike, since, incomplete }
    });
    Budgets { environment, stacks, faults, record_faults, ledger_faults, price_fault: fault, unbilled }
}

/// No spending: only rules that are recorded are reached.
const NOTHING: Spending = Spending {
    actual: Spend { low: 0.0, high: 0.0, at_least: false },
    forecast: Spend { low: 0.0, high: 0.0, at_least: false },
};

/// The spending of a stack whose record cannot be read.
const UNKNOWN: Spending = Spending {
    actual: Spend { low: 0.0, high: 0.0, at_least: true },
    forecast: Spend { low: 0.0, high: 0.0, at_least: true },
};

impl Evaluated {
    /// Returns the budget of a stack whose record cannot be read.
    fn unknown(budget: &Budget) -> Self {
        let (of, budget, verdict) = (BudgetOf::Stack, budget.clone(), Verdict::default());
        let (spending, reconciled) = (UNKNOWN, Vec::new());
        Self { of, budget, spending, reconciled, verdict, spike: None, since: None, incomplete: true }
    }
}

impl Budgets {
    /// Returns what the budgets ask of a stack. `speaks` is whether it speaks for the environment.
    pub(super) fn of(&self, stack: &str, document: &StateDocument, speaks: bool, now: Timestamp) -> Guarded {
        let own = self.stacks.get(stack);
        let both = || own.into_iter().chain(&self.environment);
        let spoken = || both().filter(|one| speaks || one.of == BudgetOf::Stack);
        let latches = both().flat_map(|one| one.verdict.latches()).collect();
        let is_known = |latch: &Latch| document.latches.iter().any(|known| same(known, latch));
        let news = spoken().flat_map(|one| &one.verdict.reached).filter_map(|reached| {
            let latch = reached.latch.as_ref().filter(|latch| reached.new || !is_known(latch))?;
            let acts = match reached.rule.action {
                Action::Notify => String::new(),
                Action::Block => "; an apply that raises spending is refused".to_owned(),
                Action::Reduce | Action::Pause if latch.acts > now => {
                    format!("; it takes effect at {:.0}, unless a hold is made after that", latch.acts)
                }
                Action::Reduce | Action::Pause => "; it takes effect now".to_owned(),
            };
            Some((format!("{:?} {} {}", latch.of, latch.rule, latch.since), format!("{}{acts}", reason(latch))))
        });
        let spikes = spoken().filter_map(|one| {
            let spike = one.spike?;
            let of = if one.of == BudgetOf::Stack { "this day" } else { "this day of the whole environment" };
            Some((format!("{:?} {}", one.of, spike.date), format!("{of} has cost {}", spike_words(&spike))))
        });
        // A fault is one of the stack that it belongs to. That of prices belongs to the stack that speaks for the environment.
        let fault = self.ledger_faults.get(stack).or(self.price_fault.as_ref().filter(|_| speaks));
        Guarded {
            limits: both().filter_map(|one| one.verdict.limit(now)).collect(),
            latches,
            ahead: document.latches.iter().filter(|latch| is_of_a_clock_ahead(latch, now)).cloned().collect(),
            news: news.collect(),
            spikes: spikes.collect(),
            unbilled: self.unbilled.get(stack).cloned(),
            fault: fault.map(|fault| format!("the budget works without some figures: {fault}")),
        }
    }

    /// Returns why an apply of a stack that raises spending is refused, if it is.
    pub fn blocks(&self, stack: &str) -> Option<String> {
        let both = self.stacks.get(stack).into_iter().chain(&self.environment);
        both.filter_map(|one| one.verdict.blocks()).next()
    }

    /// Returns why it is not known whether an apply of a stack that raises spending is refused: some record or ledger that a budget
    /// with a rule to block counts cannot be read. What else was spent is less than the threshold of that rule.
    pub fn may_block(&self, stack: &str) -> Option<String> {
        let has_block = |one: &Evaluated| one.budget.rules.iter().any(|rule| rule.action == Action::Block);
        let is_open = |one: &&Evaluated| one.incomplete && has_block(one);
        // The budget of one stack counts that stack only.
        let own = self.stacks.get(stack).filter(is_open).map(|_| Some(stack));
        let all = self.environment.as_ref().filter(is_open).map(|_| None);
        let counted = all.or(own)?;
        let faults = self.record_faults.iter().chain(&self.ledger_faults);
        let faults: Vec<&str> = faults
            .filter(|(of, _)| counted.is_none_or(|only: &str| only == of.as_str()))
            .map(|(_, fault)| fault.as_str())
            .collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}

impl Guarded {
    /// Returns the limit for a decision.
    pub(super) fn limit(&self, hold: Option<&Hold>, now: Timestamp) -> Option<Limit> {
        strongest(self.limits.clone(), hold, now)
    }

    /// Returns whether a record lacks a rule that was reached, or has one that is to be dropped.
    pub(super) fn has_to_record(&self, document: &StateDocument) -> bool {
        document.latches.iter().any(|known| self.ahead.contains(known))
            || self.latches.iter().any(|latch| !document.latches.iter().any(|known| same(known, latch)))
    }
}

/// Returns a spike in words.
pub fn spike_words(spike: &Spike) -> String {
    let than = match spike.cause {
        SpikeCause::Daily => "`daily` of the budget",
        SpikeCause::Weekday => "the same weekdays before",
    };
    format!("{} so far, more than {} by {than}", Spend::exactly(spike.spent), Spend::exactly(spike.limit))
}

/// Returns the strongest limit, and the latest of these. One that a later hold ends counts only if there is no other.
fn strongest(mut limits: Vec<Limit>, hold: Option<&Hold>, now: Timestamp) -> Option<Limit> {
    let is_held = |limit: &Limit| hold.is_some_and(|hold| hold.is_active(now) && hold.since >= limit.since);
    limits.sort_by_key(|limit| (!is_held(limit), limit.action, limit.since));
    limits.pop()
}

/// Returns the recorded rules of a budget in all records, each once, since it was reached first.
fn latched(accounts: &[Account], of: BudgetOf) -> Vec<Latch> {
    let mut all: Vec<Latch> = accounts.iter().flat_map(|account| account.document.latches.clone()).collect();
    all.retain(|latch| latch.of == of);
    // The earliest of this month is the first that the guard finds; records of earlier months stay apart by their instants.
    all.sort_by_key(|latch| latch.since);
    let mut seen = BTreeSet::new();
    all.retain(|latch| seen.insert((latch.rule.clone(), latch.since)));
    all
}

/// Returns whether two records are of the same event.
fn same(one: &Latch, other: &Latch) -> bool {
    (one.of, &one.rule, one.since) == (other.of, &other.rule, other.since)
}
