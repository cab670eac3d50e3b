//! What the stack costs: at the prices of the price book, with the use that `environments/prod.toml` gives.

use ebbtide::cost::{Book, Estimate, Pricing, Standing, UsageSettings};
use serde_json::Value;

use super::tests::declared;

/// The table of the stack in `environments/prod.toml`.
fn shipped() -> Value {
    let text = include_str!("../../../environments/prod.toml");
    let environment: Value = toml::from_str(text).unwrap();
    environment["stacks"]["document_intelligence"].clone()
}

#[test]
fn the_stack_costs_what_its_page_says() {
    let mut settings = shipped();
    let table = settings.as_object_mut().unwrap();
    let (usage, budget) = (table.remove("usage").unwrap(), table.remove("budget").unwrap());
    table.remove("rollout").unwrap();
    let usage: UsageSettings = serde_json::from_value(usage).unwrap();
    let book = Book::embedded();
    let usage = [&usage];
    let pricing = Pricing { usage: &usage, ..Pricing::new(&book, "eu-west-1") };
    let estimate = Estimate::new(&Standing::declared(&declared(&settings)), &ebbtide::aws::kinds(), &pricing);
    let month = estimate.running.total.monthly;
    assert!(month.at_least, "the book has not all of its prices");
    let figure = format!("{:.2}", month.usd.unwrap());
    let page = include_str!("../../../docs/document-intelligence.md");
    assert!(page.contains(&format!("**at least {figure}**")), "the page has another figure than {figure}");

    // The budget of the plan: 4,200 for the classifier's side, 12,500 for the language model's.
    assert_eq!(budget["monthly"], 4_200 + 12_500);
    assert_eq!(super::Settings::default().monthly_budget, "16700");
    assert!(page.contains("`monthly_budget` is their sum, $16,700"));
}
