//! What a run and the stack cost: at the prices of the plan, and at those of the price book.

use ebbtide::cost::{Book, Estimate, Prices, Pricing, Standing};
use serde_json::json;

use super::tests::{declared, settings};

/// The tokens of 450 examples of a thousand each.
const TOKENS: u64 = 450_000;

/// The price of the plan: 800 for two epochs.
fn planned() -> Book {
    let usd = 800.0 / 900.0;
    let text = format!(
        "region = \"us-east-1\"\n[items.\"bedrock.nova2_lite.training\"]\nunit = \"1K tokens\"\nusd = {usd}\n\
         source = \"the plan\"\ndate = \"2025-01\"\nconfidence = \"secondary\"\n"
    );
    Book::of([Prices::parse("planned", "us-east-1", &text).unwrap()])
}

fn estimate(book: &Book) -> Estimate {
    let mut settings = settings();
    settings["training_tokens"] = json!(TOKENS);
    let pricing = Pricing::new(book, "us-east-1");
    Estimate::new(&Standing::declared(&declared(&settings)), &ebbtide::aws::kinds(), &pricing)
}

fn cents(usd: f64) -> f64 {
    (usd * 100.0).round() / 100.0
}

/// Returns the dollars of a run.
fn run(estimate: &Estimate) -> f64 {
    cents(estimate.running.once.iter().map(|one| one.usd.usd.unwrap()).sum())
}

#[test]
fn a_run_costs_800_at_the_planned_price() {
    let estimate = estimate(&planned());
    assert_eq!(run(&estimate), 800.0);
    assert!(estimate.running.total.monthly.at_least, "the plan has no price of anything else");
}

#[test]
fn a_run_costs_what_the_price_book_says() {
    let estimate = estimate(&Book::embedded());
    // 900 × $0.00378; a model at $1.95 and four alarms at $0.10.
    let month = estimate.running.total.monthly.usd.unwrap();
    assert_eq!((run(&estimate), cents(month)), (3.4, 2.35));
    assert!(estimate.running.unknown.is_empty(), "{:?}", estimate.running.unknown);
    let paused = estimate.paused.total.monthly.usd.unwrap();
    assert_eq!(cents(paused), cents(month), "a pause saves nothing");
}
