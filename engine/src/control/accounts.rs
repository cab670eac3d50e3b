//! The figures of stacks under a budget: their spending of the month, its forecast, and their days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::lead::resume_time;
use super::month::{month, start};
use super::outlook::{Standings, outlook};
use super::under_way::under_way;
use crate::apply::{CERTAIN_FOR, Entries, entries};
use crate::environment::{Environment, with_prices};
use crate::state::StateStore;
use ebbtide::budget::{Day, Outlook, Spend, Spending, forecast};
use ebbtide::cost::ledger::{Entry, Span, accrue_each};
use ebbtide::cost::{Book, GLOBAL, Pricing};
use ebbtide::record::{JournalEntry, StateDocument};
use ebbtide::resource::Registry;
use ebbtide::schedule::Limit;

/// The number of earlier weeks that a day is compared with.
const WEEKS: i64 = 13;

/// The record and the ledger of one stack.
#[derive(Clone, Debug)]
pub struct Account {
    /// The stack.
    pub stack: String,
    /// The record, with the journal of an open run applied.
    pub document: StateDocument,
    /// The entries of the ledger that count for the days which budgets look at, and what the record has beyond them.
    pub entries: Vec<Entry>,
    /// The first instant that the ledger knows of.
    since: Option<Timestamp>,
    /// Why the ledger cannot be read.
    pub fault: Option<String>,
}

/// The figures of one stack under a budget.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// The spending of the month so far, and that of the whole month.
    pub(super) spending: Spending,
    /// Today, and the same weekdays before it.
    pub(super) days: Vec<Day>,
}

impl Account {
    /// Reads the ledger of a stack, if a budget counts it. `document` is the record with the journal of an open run applied,
    /// `committed` the one without it.
    pub(super) async fn read(
        (state, kinds): (&StateStore, &Registry),
        stack: &str,
        document: StateDocument,
        committed: (StateDocument, Vec<JournalEntry>),
        (is_counted, now): (bool, Timestamp),
    ) -> Self {
        let mut account = Self { stack: stack.to_owned(), document, entries: Vec::new(), since: None, fault: None };
        if is_counted {
            match entries(state, kinds, committed.0, committed.1, (first_day(now), now)).await {
                Ok(Entries { since, entries }) => (account.since, account.entries) = (since, entries),
                Err(error) => account.fault = Some(error.to_string()),
            }
        }
        account
    }

    /// Returns the first instant that the ledger knows of.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Returns the figures of a budget at an instant, under a limit.
    pub(super) fn figures(
        &self,
        (environment, kinds): (&Environment, &Registry),
        pricing: &Pricing<'_>,
        limit: Option<&Limit>,
        now: Timestamp,
    ) -> Figures {
        let (begin, _) = month(now);
        let days: Vec<Date> = self.days(now).collect();
        let spans =
            days.iter().map(|date| Span { from: start(*date), to: start(date.saturating_add(1.day())).min(now) });
        let spans: Vec<Span> = std::iter::once(Span { from: begin, to: now }).chain(spans).collect();
        let mut spent = self.spent(&spans, pricing).into_iter();
        let actual = spent.next().unwrap_or_default();
        let to_come = self.to_come((environment, kinds), pricing, limit, now);
        let days = days.into_iter().zip(spent).map(|(date, spent)| Day { date, spent });
        Figures { spending: Spending { actual, forecast: forecast(actual, &to_come) }, days: days.collect() }
    }

    /// Returns the stretches of time until the end of the month with their rates, under a limit.
    pub(super) fn to_come(
        &self,
        (environment, kinds): (&Environment, &Registry),
        pricing: &Pricing<'_>,
        limit: Option<&Limit>,
        now: Timestamp,
    ) -> Vec<Outlook> {
        let standings = Standings::new(&self.document, kinds, pricing);
        let lead = resume_time(&self.document, kinds);
        let rollout = under_way(environment, &self.stack, &self.document, now);
        outlook(&standings, (environment.schedule(&self.stack), limit, rollout.as_ref(), lead), now)
    }

    /// Returns today, and the days of the same weekday before it that the ledger has as a whole.
    fn days(&self, now: Timestamp) -> impl Iterator<Item = Date> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let earlier = (1..=WEEKS).map(move |weeks| today.saturating_sub((7 * weeks).days()));
        let is_whole = |date: &Date| self.since().is_some_and(|since| since <= start(*date));
        std::iter::once(today).chain(earlier.filter(is_whole))
    }

    /// Returns the spending of each interval.
    pub(super) fn spent(&self, spans: &[Span], pricing: &Pricing<'_>) -> Vec<Spend> {
        let each = accrue_each(&self.entries, spans, CERTAIN_FOR, pricing).into_iter().map(|accrued| {
            let spent = Spend::of(accrued.least(), accrued.most());
            // What a ledger that cannot be read would add is not known.
            Spend { at_least: spent.at_least || self.fault.is_some(), ..spent }
        });
        each.collect()
    }
}

/// Returns the price book of a project: its own prices above those that are embedded. Prices that cannot be read are left out,
/// and reported.
pub(super) fn price_book(environment: &Environment) -> (Book, Option<String>) {
    let mut book = Book::embedded();
    let mut fault = None;
    for region in [GLOBAL, &environment.aws().region] {
        let path = environment.prices(region);
        match with_prices(book.clone(), &path, &path.display().to_string(), region) {
            Ok(with) => book = with,
            Err(error) => fault = Some(format!("{error}; these prices are left out")),
        }
    }
    (book, fault)
}

/// Returns the terms of the month of an instant.
pub(super) fn pricing<'a>(book: &'a Book, environment: &'a Environment, now: Timestamp) -> Pricing<'a> {
    let (begin, end) = month(now);
    let hours = end.duration_since(begin).as_secs_f64() / 3600.0;
    Pricing { hours, ..Pricing::new(book, &environment.aws().region) }
}

/// Returns the beginning of the first day that is looked at: the present month is no longer ago.
fn first_day(now: Timestamp) -> Timestamp {
    start(now.to_zoned(TimeZone::UTC).date().saturating_sub((7 * WEEKS).days()))
}
