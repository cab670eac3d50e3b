//! The figures of stacks under a budget: their spending of the month, its forecast, and their days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::lead::resume_time;
use super::outlook::{Standings, outlook};
use crate::apply::{CERTAIN_FOR, Entries, entries};
use crate::environment::{Environment, with_prices};
use crate::state::StateStore;
use ebbtide::budget::{Day, Spend, Spending, forecast};
use ebbtide::cost::ledger::{Entry, Span, accrue};
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

    /// Returns the spending of the month so far.
    pub(super) fn so_far(&self, pricing: &Pricing<'_>, now: Timestamp) -> Spend {
        self.spent(Span { from: month(now).0, to: now }, pricing)
    }

    /// Returns the spending of the month so far, and of the whole month under a limit.
    pub(super) fn spending(
        &self,
        (environment, kinds): (&Environment, &Registry),
        pricing: &Pricing<'_>,
        limit: Option<&Limit>,
        now: Timestamp,
    ) -> Spending {
        let actual = self.so_far(pricing, now);
        let standings = Standings::new(&self.document, kinds, pricing);
        let lead = resume_time(&self.document, kinds);
        let schedule = environment.schedule(&self.stack);
        let to_come = outlook(&standings, (schedule, limit, lead), now, month(now).1);
        Spending { actual, forecast: forecast(actual, &to_come) }
    }

    /// Returns today, and the days of the same weekday before it that the ledger has as a whole.
    pub(super) fn days(&self, pricing: &Pricing<'_>, now: Timestamp) -> (Day, Vec<Day>) {
        let date = now.to_zoned(TimeZone::UTC).date();
        let day = |date: Date| {
            let to = start(date.saturating_add(1.day())).min(now);
            Day { date, spent: self.spent(Span { from: start(date), to }, pricing) }
        };
        let earlier = (1..=WEEKS).map(|weeks| date.saturating_sub((7 * weeks).days()));
        let is_whole = |date: &Date| self.since().is_some_and(|since| since <= start(*date));
        (day(date), earlier.filter(is_whole).map(day).collect())
    }

    /// Returns the spending of an interval.
    pub(super) fn spent(&self, span: Span, pricing: &Pricing<'_>) -> Spend {
        let accrued = accrue(&self.entries, span, CERTAIN_FOR, pricing);
        let spent = Spend::of(accrued.least(), accrued.most());
        // What a ledger that cannot be read would add is not known.
        Spend { at_least: spent.at_least || self.fault.is_some(), ..spent }
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

/// Returns the beginning and the end of the month of an instant, in UTC as AWS bills.
pub(super) fn month(at: Timestamp) -> (Timestamp, Timestamp) {
    let first = at.to_zoned(TimeZone::UTC).date().first_of_month();
    (start(first), start(first.saturating_add(1.month())))
}

/// Returns the beginning of the first day that is looked at: the present month is no longer ago.
fn first_day(now: Timestamp) -> Timestamp {
    start(now.to_zoned(TimeZone::UTC).date().saturating_sub((7 * WEEKS).days()))
}

/// Returns the beginning of a day in UTC.
fn start(date: Date) -> Timestamp {
    date.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}
