//! What is paid once: in plans, and in the ledger.

use std::collections::BTreeMap;

use ebbtide::aws::bedrock::CustomizationJob;
use ebbtide::cost::ledger::{Event, LedgerEnd, Span, accrue, missing_entries};
use ebbtide::cost::{Book, PlanCosts, Prices, Pricing};
use ebbtide::plan::{Plan, Target};
use ebbtide::record::{JournalEntry, JournalEvent, Run, StateDocument};
use ebbtide::resource::Registry;
use ebbtide::stack::{Declarations, Stack};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::sums::{planned, scope};

const PRICES: &str = "region = \"eu-west-1\"\n\n[items.\"bedrock.nova_lite.training\"]\nunit = \
                      \"1000 tokens\"\nusd = 0.002\nsource = \"a\"\ndate = \"2026-11-01\"\nconfidence = \"bill\"\n";

fn declared(epochs: Option<u32>) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    let hyper_parameters = epochs.map(|epochs| ("epochCount".to_owned(), epochs.to_string()));
    let job = CustomizationJob::new("amazon.nova-lite-v1:0:300k", "role", "s3://data/a.jsonl", "s3://data/out/");
    let job = CustomizationJob {
        hyper_parameters: hyper_parameters.into_iter().collect(),
        training_tokens: Some(500_000),
        ..job
    };
    stack.add("expert", job);
    stack.finish().unwrap()
}

fn kinds() -> Registry {
    ebbtide::aws::kinds()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn book() -> Book {
    Book::of([Prices::parse("prices/eu-west-1.toml", "eu-west-1", PRICES).unwrap()])
}

fn empty() -> StateDocument {
    StateDocument::empty(scope(), at(0), "lineage".into(), "key".into())
}

/// Returns the entries of an open run whose journal has these events.
fn entries(plan: &Plan, events: &[(i64, JournalEvent)]) -> Vec<ebbtide::cost::ledger::Entry> {
    let run = Run {
        id: "run".into(),
        command: "apply".into(),
        by: "a@b".into(),
        why: String::new(),
        started: at(0),
        tells_begun: true,
        without_lineage: false,
        plan: plan.clone(),
    };
    let document = StateDocument { run: Some(run), ..empty() };
    let entry = |(seconds, event): &(i64, JournalEvent)| JournalEntry {
        run: "run".into(),
        operation: 0,
        event: event.clone(),
        took: None,
        at: Some(at(*seconds)),
    };
    let journal: Vec<_> = events.iter().map(entry).collect();
    missing_entries(&LedgerEnd::default(), (&document, &journal), None, &kinds())
}

fn inputs(declared: &Declarations) -> Value {
    declared.resources.values().next().unwrap().inputs.clone()
}

#[test]
fn a_plan_names_the_price_of_a_run_and_unknown_stays_unknown() {
    let book = book();
    let pricing = Pricing::new(&book, "eu-west-1");
    for (epochs, usd) in [(Some(3), Some(3.0)), (None, None)] {
        let plan = planned(&empty(), Some(&declared(epochs)), Target::Running);
        let costs = PlanCosts::new(&empty(), &plan, &kinds(), &pricing);
        let total = costs.once_total().unwrap();
        assert_eq!((total.usd, total.at_least), (usd, usd.is_none()), "{:?}", costs.once);
        assert_eq!(costs.once[0].because.is_some(), usd.is_none());
        assert_eq!(costs.by_operation(&plan)[0].unwrap().once, Some(total));
        assert_eq!(costs.after.total.hourly.known(), 0.0, "it is no part of the sums");
    }
}

#[test]
fn the_ledger_books_a_run_once_when_it_was_accepted() {
    let (declared, book) = (declared(Some(3)), book());
    let plan = planned(&empty(), Some(&declared), Target::Running);
    let inputs = inputs(&declared);
    let accepted = || JournalEvent::Accepted { id: "job".into(), inputs: inputs.clone() };
    let ready = JournalEvent::Ready { id: "job".into(), inputs: inputs.clone(), outputs: json!({}) };
    let events = [(5, JournalEvent::Started), (10, accepted()), (11, accepted()), (7200, ready)];
    let entries = entries(&plan, &events);
    let paid: Vec<_> = entries.iter().filter(|entry| matches!(entry.event, Event::Once(_))).map(|one| one.at).collect();
    assert_eq!(paid, [at(10)]);
    let pricing = Pricing::new(&book, "eu-west-1");
    let usd = |from, to| {
        let accrued = accrue(&entries, Span { from: at(from), to: at(to) }, SignedDuration::ZERO, &pricing);
        (accrued.least().known(), accrued.most().known())
    };
    assert_eq!(usd(0, 60), (3.0, 3.0));
    assert_eq!(usd(11, 60), (0.0, 0.0), "once");
    // The model bills its storage from the end of the job on.
    let bills: Vec<_> =
        entries.iter().filter(|entry| matches!(entry.event, Event::Bills(_))).map(|one| one.at).collect();
    assert_eq!(bills, [at(7200)]);
}
