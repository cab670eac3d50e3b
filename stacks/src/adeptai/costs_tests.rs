//! What the stack costs: at the prices that it was planned with, and at those of the price book.

use std::collections::BTreeMap;

use ebbtide::cost::{Book, Estimate, Prices, Pricing, Standing};
use ebbtide::resource::Scope;
use ebbtide::stack::Stack;

use super::Settings;

/// The prices that the stack was planned with: $1.50 and $2.00 an hour. The plan has the analyzer at $2.00 on a smaller
/// instance than its model needs.
const PLANNED: [(&str, f64); 3] = [("ml.g5.xlarge", 1.5), ("ml.g5.2xlarge", 2.0), ("ml.g5.12xlarge", 2.0)];

fn planned() -> Book {
    let entries = PLANNED.map(|(name, usd)| {
        format!(
            "[items.\"sagemaker.hosting.{name}\"]\nunit = \"hour\"\nusd = {usd}\nsource = \"the planning of AdeptAI\"\n\
             date = \"2025-01\"\nconfidence = \"secondary\"\n"
        )
    });
    let text = format!("region = \"eu-west-1\"\n{}", entries.concat());
    Book::of([Prices::parse("planned", "eu-west-1", &text).unwrap()])
}

fn estimate(book: &Book, hours: f64) -> Estimate {
    estimate_of(&Settings::default(), book, hours)
}

fn estimate_of(settings: &Settings, book: &Book, hours: f64) -> Estimate {
    let scope = Scope {
        environment: "prod".into(),
        stack: "adeptai".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    };
    let mut stack = Stack::new(scope, BTreeMap::new());
    super::declare(&mut stack, settings);
    let pricing = Pricing { hours, ..Pricing::new(book, "eu-west-1") };
    Estimate::new(&Standing::declared(&stack.finish().unwrap()), &ebbtide::aws::kinds(), &pricing)
}

/// Returns the dollars of a month, in cents, for the instances of all endpoints.
fn endpoints(estimate: &Estimate) -> (usize, f64) {
    let lines = || estimate.lines.iter().filter(|one| one.line.item.starts_with("sagemaker.hosting."));
    let usd: f64 = lines().map(|one| one.line.monthly.usd.unwrap()).sum();
    (lines().count(), (usd * 100.0).round() / 100.0)
}

#[test]
fn five_endpoints_cost_6120_a_month_at_the_planned_prices() {
    let estimate = estimate(&planned(), 720.0);
    assert_eq!(endpoints(&estimate), (5, 6120.0));
    assert!(estimate.running.total.monthly.at_least, "the plan has no price of anything else");
    let paused: f64 = estimate.lines.iter().filter_map(|one| one.monthly_paused.usd).sum();
    assert_eq!(paused, 0.0, "no instance stays while paused");
}

#[test]
fn a_successor_bills_beside_the_model_that_it_follows() {
    let mut settings = Settings::default();
    settings.endpoints.query_enhancer.successor =
        Some(super::settings::Successor { instance_type: Some("ml.g5.2xlarge".into()), ..Default::default() });
    assert_eq!(endpoints(&estimate_of(&settings, &planned(), 720.0)), (6, 7560.0));
}

#[test]
fn five_endpoints_cost_what_the_price_book_says() {
    let estimate = estimate(&Book::embedded(), 730.0);
    // 3 × ml.g5.xlarge at 1.5722, ml.g5.2xlarge at 1.6912 and ml.g5.12xlarge at 7.91, an hour each.
    assert_eq!(endpoints(&estimate), (5, 10_451.99));
    assert!(estimate.running.unknown.is_empty(), "{:?}", estimate.running.unknown);
    let monthly = |total: ebbtide::cost::Total| total.monthly.usd.unwrap();
    assert!(monthly(estimate.paused.total) < 10.0, "alarms and a little more stay: {:?}", estimate.paused.total);
    assert!(monthly(estimate.least) <= monthly(estimate.running.total));
    assert!(monthly(estimate.most) > 9.0 * monthly(estimate.least));
}
