//! The sums of a ledger.

use std::collections::BTreeMap;
use std::time::Instant;

use ebbtide::cost::ledger::{Bill, Cause, Entry, Event, Span, accrue_each};
use ebbtide::cost::{Book, Pricing};
use ebbtide::resource::{Address, Charge};
use jiff::{SignedDuration, Timestamp};

use crate::report::{Report, median};

/// The days of the ledger that a budget looks at: as many weeks as it compares a day with.
const DAYS: i64 = 91;
/// The minutes between two looks.
const EVERY: i64 = 10;
const ENDPOINTS: u32 = 5;
const OTHERS: u32 = 55;

fn address(name: &str, number: u32) -> Address {
    format!("bench_{name}.n{number}").parse().expect("an address")
}

fn begin() -> Timestamp {
    "2026-09-01T00:00:00Z".parse().expect("an instant")
}

fn bills() -> Entry {
    let endpoint = |number| {
        let charge = Charge::hourly("sagemaker.hosting.ml.g5.xlarge", 1.0).each("main", 2);
        let scaling = BTreeMap::from([("main".to_owned(), (1, 10))]);
        (address("endpoint", number), Some(Bill { charges: vec![charge], scaling, unknown: None }))
    };
    let alarm = |number| {
        let charges = vec![Charge::monthly("cloudwatch.alarm", 1.0)];
        (address("alarm", number), Some(Bill { charges, ..Bill::default() }))
    };
    let bills = (0..ENDPOINTS).map(endpoint).chain((0..OTHERS).map(alarm)).collect();
    Entry { at: begin(), cause: Cause::Record, event: Event::Bills(bills) }
}

/// A look at the instances. Scaling acts twice a day.
fn look(minute: i64) -> Entry {
    let count = if minute % 1440 < 600 { 2.0 } else { 4.0 };
    let seen = |number| (address("endpoint", number), BTreeMap::from([("main".to_owned(), count)]));
    let event = Event::Counts((0..ENDPOINTS).map(seen).collect());
    Entry { at: begin() + SignedDuration::from_mins(minute), cause: Cause::Observation, event }
}

pub fn measure(report: &mut Report) {
    let entries: Vec<Entry> =
        std::iter::once(bills()).chain((1..DAYS * 1440 / EVERY).map(|number| look(number * EVERY))).collect();
    let book = Book::embedded();
    let pricing = Pricing::new(&book, "eu-west-1");
    let day = |back: i64| {
        let to = begin() + SignedDuration::from_hours(24 * (DAYS - back));
        Span { from: to - SignedDuration::from_hours(24), to }
    };
    let month = Span { from: day(29).from, to: day(0).to };
    let spans: Vec<Span> =
        std::iter::once(month).chain((0..14).map(|weeks| day(7 * weeks)).filter(|day| day.from >= begin())).collect();
    let passes = (0..7).map(|_| {
        let start = Instant::now();
        let sums = accrue_each(&entries, &spans, SignedDuration::from_mins(15), &pricing);
        assert!(sums[0].least().known() > 1000.0, "{:?}", sums[0].low);
        start.elapsed().as_secs_f64() * 1000.0
    });
    let what = format!("the sums that a budget needs, of {} entries", entries.len());
    report.limit(&what, median(passes.collect()), 100.0, "ms");
}
